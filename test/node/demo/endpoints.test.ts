import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { demoEndpoints, isLoopback } from "../../../src/node/demo/endpoints.ts";
import { openDemoKeys } from "../../../src/node/demo/keys.ts";
import { discard } from "../../discard.ts";

// What no socket of a node on loopback can show: callers from elsewhere, and a node without a supervisor.

let root: string;
let answer: ReturnType<typeof demoEndpoints>;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "cityid-endpoints-"));
  answer = demoEndpoints({
    origin: "127.0.0.1:8156/log",
    dataDirectory: root,
    hosts: ["127.0.0.1:8156"],
    keys: await openDemoKeys(root),
    city: undefined,
    seeded: () => [],
    process: {
      starts: 1,
      startedMilliseconds: 0,
      readyMilliseconds: 0,
      recovery: { journalBytes: 0, droppedBytes: 0, entries: 0 },
    },
    attack: () => new Promise(() => undefined),
    askToBeKilled: undefined,
  });
});
afterAll(() => discard(root));

const key = () => new Request("http://127.0.0.1:8156/demo/keys/institute-a");

test.each(["192.0.2.7", "::ffff:192.0.2.7", "2001:db8::1", "128.0.0.1", ""])(
  "a caller at %j gets no key, whatever it says of itself",
  async (remoteAddress) => {
    const refused = await answer(key(), { remoteAddress });
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({
      code: "DEMO_PEER",
      facts: { got: remoteAddress },
    });
  },
);

test("a caller whose address the listener does not know gets none either", async () => {
  expect((await answer(key(), {})).status).toBe(403);
});

test.each(["127.0.0.1", "127.8.9.10", "::ffff:127.0.0.1", "::1"])(
  "a caller at %s is on this machine",
  async (remoteAddress) => {
    expect((await answer(key(), { remoteAddress })).status).toBe(200);
  },
);

test.each(["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "Via"])(
  "whoever is behind a proxy on this machine, which says so with %s, gets no key",
  async (header) => {
    const request = new Request(key(), { headers: { [header]: "for=192.0.2.7" } });
    const refused = await answer(request, { remoteAddress: "127.0.0.1" });
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({
      code: "DEMO_PROXY",
      facts: { got: header.toLowerCase() },
    });
  },
);

test("a node that nobody would start again refuses to be killed", async () => {
  const request = new Request("http://127.0.0.1:8156/demo/kill", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
  });
  const refused = await answer(request, { remoteAddress: "::1" });
  expect(refused.status).toBe(501);
  expect(await refused.json()).toMatchObject({ code: "DEMO_UNSUPERVISED" });
});

test.each([
  ["127.0.0.1", true],
  ["localhost", true],
  ["::1", true],
  ["0.0.0.0", false],
  ["::", false],
  ["192.0.2.7", false],
])("a node that listens on %s has these paths: %s", (host, has) => {
  expect(isLoopback(host)).toBe(has);
});
