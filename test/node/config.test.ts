import { describe, expect, test } from "vitest";
import { nodeSettings } from "../../src/cli/node-options.ts";
import { ConfigError, configFromEnv } from "../../src/node/index.ts";

describe("settings of a node", () => {
  test("come from options, else from the environment, else they are as documented", () => {
    const env = {
      CITYID_PORT: "9001",
      CITYID_DATA: "/srv/env",
      CITYID_TRUSTED_PROXIES: "10.0.0.1, ::1",
      CITYID_FOLLOW_NETWORKS: "10.0.0.0/8, fd00::/8",
    };
    expect(configFromEnv({}, {})).toMatchObject({
      host: "127.0.0.1",
      port: 8156,
      dataDirectory: expect.stringMatching(/\/cityid-data$/),
      publicUrl: undefined,
      trustedProxies: [],
      followNetworks: [],
      logFormat: "json",
    });
    expect(configFromEnv({}, env)).toMatchObject({
      port: 9001,
      dataDirectory: "/srv/env",
      trustedProxies: ["10.0.0.1", "::1"],
      followNetworks: ["10.0.0.0/8", "fd00::/8"],
    });
    expect(configFromEnv({ port: 0, dataDirectory: "/srv/option" }, env)).toMatchObject({
      port: 0,
      dataDirectory: "/srv/option",
    });
    expect(configFromEnv({}, { CITYID_PUBLIC_URL: "https://id.example.org/" }).publicUrl).toBe(
      "https://id.example.org",
    );
  });

  test.each([
    [{ CITYID_PORT: "abc" }, /CITYID_PORT must be a port/],
    [{ CITYID_PORT: "65536" }, /CITYID_PORT must be a port/],
    [{ CITYID_FOLLOW_NETWORKS: "10.0.0.0/33" }, /follow network must be like/],
    [{ CITYID_TRUSTED_PROXIES: "10.0.0.0/33" }, /trusted proxy must be like/],
    [{ CITYID_TRUSTED_PROXIES: "10.0.0.1, lb.internal" }, /trusted proxy must be like/],
    [{ CITYID_FOLLOW_NETWORKS: "intranet" }, /follow network must be like/],
    [{ CITYID_PUBLIC_URL: "id.example.org" }, /public URL must be like/],
    [{ CITYID_PUBLIC_URL: "https://id.example.org/path" }, /public URL must be like/],
  ])("are refused where they make no sense: %j", (env, words) => {
    expect(() => configFromEnv({}, env)).toThrow(ConfigError);
    expect(() => configFromEnv({}, env)).toThrow(words);
  });

  test("are named as they were given: by an option, or by the environment", () => {
    expect(() => configFromEnv({}, { CITYID_MQTT: "no port" })).toThrow(/^CITYID_MQTT must be/);
    expect(() => nodeSettings({ mqtt: "no port" })).toThrow(/^--mqtt must be a port, host:port/);
  });
});
