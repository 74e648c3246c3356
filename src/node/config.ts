import { resolve } from "node:path";
import { isNetwork } from "../server/index.ts";
import { DEFAULT_AGE_SECONDS } from "../witness/index.ts";

/** How a node runs; read once, checked, and not changed afterwards. */
export type NodeConfig = {
  /** Address to listen on; anything but loopback is a decision of the operator. */
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly dataDirectory: string;
  /** How the world reaches the node, without a slash at the end. */
  readonly publicUrl: string | undefined;
  /** Addresses and networks whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
  /** Networks of the operator's own, whose nodes `follow=1` may ask though they are not public, by http too. */
  readonly followNetworks: readonly string[];
  /** Networks of the operator's own to which notifications may go though they are not public, by http and mqtt too. */
  readonly notifyNetworks: readonly string[];
  /** Where messages of MQTT come from: an address to listen at, or a broker that is there already. */
  readonly mqtt: MqttSource | undefined;
  /** Verifiers may refuse what was cosigned longer ago: the witnesses are asked three times as often. */
  readonly maxAgeSeconds: number;
  /** For how long grants of the ledger above are read as they were known last, while it does not answer. */
  readonly staleGrantSeconds: number;
  readonly demonstration: boolean;
  /** Opens a dataset that everybody writes, for tests: on loopback alone. */
  readonly scratch: boolean;
  /** Hosts from which contexts of JSON-LD are fetched: `example.org`, `example.org:8443`. */
  readonly contextHosts: readonly string[];
  /** The operator says that the clock is right, however far it is from the last block. */
  readonly confirmClock: boolean;
  /** The operator says that nobody has seen a newer state than the backup that was restored. */
  readonly confirmRestored: boolean;
  /** The operator says that the log's key is lost for good: the members are to vote on a policy that names the one that is there. */
  readonly confirmLogKey: boolean;
  readonly logFormat: "json" | "quiet";
};

export type MqttSource =
  | { readonly host: string; readonly port: number }
  | { readonly broker: string };

export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly code = "CONFIG";
  readonly setting: string;
  constructor(setting: string, want: string, got: string) {
    super(`${setting} must be ${want}, not ${JSON.stringify(got)}`);
    this.setting = setting;
  }
}

/** Below it the witnesses would be asked all the time. */
export const MIN_AGE_SECONDS = 30;

export const DEFAULT_PORT = 8156;
export const DEFAULT_DATA = "cityid-data";

/** Settings as options of a command give them; those left out come from the environment. */
export type NodeSettings = { readonly [Name in keyof NodeConfig]?: NodeConfig[Name] | undefined };

/**
 * Puts options, environment and defaults together.
 *
 * @throws ConfigError
 */
export function configFromEnv(
  settings: NodeSettings,
  env: { readonly [name: string]: string | undefined },
): NodeConfig {
  return Object.freeze({
    host: settings.host ?? env.CITYID_HOST ?? "127.0.0.1",
    port: settings.port ?? portFrom(env.CITYID_PORT),
    dataDirectory: resolve(settings.dataDirectory ?? env.CITYID_DATA ?? DEFAULT_DATA),
    publicUrl: urlFrom(settings.publicUrl ?? env.CITYID_PUBLIC_URL),
    trustedProxies: networksFrom(
      "trusted proxy",
      settings.trustedProxies ?? listFrom(env.CITYID_TRUSTED_PROXIES),
    ),
    followNetworks: networksFrom(
      "follow network",
      settings.followNetworks ?? listFrom(env.CITYID_FOLLOW_NETWORKS),
    ),
    notifyNetworks: networksFrom(
      "notify network",
      settings.notifyNetworks ?? listFrom(env.CITYID_NOTIFY_NETWORKS),
    ),
    mqtt: settings.mqtt ?? mqttFrom(env.CITYID_MQTT),
    maxAgeSeconds: settings.maxAgeSeconds ?? ageFrom(env.CITYID_MAX_AGE),
    staleGrantSeconds: settings.staleGrantSeconds ?? staleFrom(env.CITYID_STALE_GRANTS),
    demonstration: settings.demonstration ?? false,
    scratch: settings.scratch ?? scratchFrom(env.CITYID_SCRATCH, settings.host ?? env.CITYID_HOST),
    contextHosts: hostsFrom(settings.contextHosts ?? listFrom(env.CITYID_CONTEXT_HOSTS)),
    confirmClock: settings.confirmClock ?? false,
    confirmRestored: settings.confirmRestored ?? false,
    confirmLogKey: settings.confirmLogKey ?? false,
    logFormat: settings.logFormat ?? (env.CITYID_LOG === "quiet" ? "quiet" : "json"),
  });
}

function portFrom(text: string | undefined): number {
  if (text === undefined) return DEFAULT_PORT;
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) {
    throw new ConfigError("CITYID_PORT", "a port from 0 to 65535", text);
  }
  return port;
}

function ageFrom(text: string | undefined): number {
  if (text === undefined) return DEFAULT_AGE_SECONDS;
  const seconds = Number(text);
  if (!/^\d{1,8}$/.test(text) || seconds < MIN_AGE_SECONDS) {
    throw new ConfigError("CITYID_MAX_AGE", `seconds, at least ${MIN_AGE_SECONDS}`, text);
  }
  return seconds;
}

const DEFAULT_STALE_GRANT_SECONDS = 300;

function staleFrom(text: string | undefined): number {
  if (text === undefined) return DEFAULT_STALE_GRANT_SECONDS;
  const seconds = Number(text);
  if (!/^\d{1,6}$/.test(text) || seconds < LEAST_STALE_SECONDS) {
    throw new ConfigError("CITYID_STALE_GRANTS", `seconds, at least ${LEAST_STALE_SECONDS}`, text);
  }
  return seconds;
}

/** As often as the ledger above is asked. */
const LEAST_STALE_SECONDS = 5;

/**
 * `1883`, `10.0.0.1:1883`, `mqtts://user:password@broker.example`.
 *
 * @param setting where the text comes from
 * @throws ConfigError
 */
export function mqttFrom(
  text: string | undefined,
  setting = "CITYID_MQTT",
): MqttSource | undefined {
  if (text === undefined || text === "") return undefined;
  if (/^mqtts?:\/\/[^\s/]+\/?$/.test(text) && URL.canParse(text)) return { broker: text };
  const [, host = "127.0.0.1", port = ""] =
    /^(?:(\[[0-9a-fA-F:]+\]|[^:\s/]+):)?(\d{1,5})$/.exec(text) ?? [];
  if (port === "" || Number(port) > 65_535) {
    throw new ConfigError(setting, "a port, host:port or mqtts://broker", withoutPassword(text));
  }
  return { host: host.replace(/^\[(.*)\]$/, "$1"), port: Number(port) };
}

function withoutPassword(text: string): string {
  return text.replace(/\/\/[^@/]*@/, "//…@");
}

function urlFrom(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const bare = text.replace(/\/+$/, "");
  if (!URL.canParse(bare) || !/^https?:\/\/[^/?#]+$/.test(bare)) {
    throw new ConfigError("public URL", "like https://node.example", text);
  }
  return bare;
}

const LOOPBACK: readonly (string | undefined)[] = [undefined, "127.0.0.1", "::1", "localhost"];

function scratchFrom(text: string | undefined, host: string | undefined): boolean {
  if (text === undefined || text === "" || text === "0") return false;
  if (text !== "1") throw new ConfigError("CITYID_SCRATCH", "1 or 0", text);
  if (LOOPBACK.includes(host)) return true;
  throw new ConfigError("host beside CITYID_SCRATCH", "an address of loopback", String(host));
}

function hostsFrom(hosts: readonly string[]): readonly string[] {
  for (const host of hosts) {
    if (!/^[A-Za-z0-9.-]+(?::\d{1,5})?$/.test(host)) {
      throw new ConfigError("CITYID_CONTEXT_HOSTS", "hosts such as example.org", host);
    }
  }
  return hosts;
}

function networksFrom(setting: string, networks: readonly string[]): readonly string[] {
  for (const network of networks) {
    if (!isNetwork(network)) {
      throw new ConfigError(setting, "like 10.1.0.0/16 or fd00:1::/32", network);
    }
  }
  return networks;
}

function listFrom(text: string | undefined): readonly string[] {
  return (text ?? "").split(",").flatMap((part) => part.trim() || []);
}
