import type { Command } from "commander";
import { mqttFrom, type NodeSettings } from "../node/index.ts";
import { addDataOption } from "./data-option.ts";
import { CliProblem } from "./problem.ts";
import type { Say } from "./text.ts";
import { collect } from "./usage.ts";

export type NodeOptions = {
  readonly host?: string;
  readonly port?: string;
  readonly data?: string;
  readonly publicUrl?: string;
  readonly trustProxy?: readonly string[];
  readonly followNetwork?: readonly string[];
  readonly notifyNetwork?: readonly string[];
  readonly mqtt?: string;
  readonly maxAge?: string;
  readonly confirmClock?: true;
  readonly confirmRestored?: true;
  readonly confirmLogKey?: true;
};

export function addNodeOptions(command: Command, say: Say): Command {
  return addDataOption(command, say)
    .option(
      "--host <address>",
      say({ en: "address to listen on (127.0.0.1)", zh: "监听地址（默认 127.0.0.1）" }),
    )
    .option(
      "--port <port>",
      say({
        en: "port to listen on (CITYID_PORT, else 8156)",
        zh: "监听端口（CITYID_PORT，默认 8156）",
      }),
    )
    .option(
      "--public-url <url>",
      say({ en: "how the world reaches this node", zh: "对外访问地址" }),
    )
    .option(
      "--trust-proxy <address>",
      say({
        en: "a proxy whose X-Forwarded-For is believed; may be repeated",
        zh: "可信反向代理的地址或网段，可重复",
      }),
      collect,
    )
    .option(
      "--follow-network <network>",
      say({
        en: "a network of your own whose nodes may be asked for what lives in their ledgers, by http too; may be repeated (CITYID_FOLLOW_NETWORKS, else the public internet by https alone)",
        zh: "自有网络：可向其中的节点查询其账本内容（含 http），可重复（CITYID_FOLLOW_NETWORKS，默认仅限公网 https）",
      }),
      collect,
    )
    .option(
      "--notify-network <network>",
      say({
        en: "a network of your own to which notifications of subscriptions may go, by http and mqtt too; may be repeated (CITYID_NOTIFY_NETWORKS, else the public internet by https and mqtts alone)",
        zh: "自有网络：可向其发送订阅通知（含 http、mqtt），可重复（CITYID_NOTIFY_NETWORKS，默认仅限公网 https、mqtts）",
      }),
      collect,
    )
    .option(
      "--mqtt <address>",
      say({
        en: "take messages of MQTT for datasets: a port (on 127.0.0.1), host:port, or mqtts://broker that is there already (CITYID_MQTT, else off)",
        zh: "接收发往数据集的 MQTT 消息：端口（监听 127.0.0.1）、主机:端口，或已有代理 mqtts://…（CITYID_MQTT，默认关闭）",
      }),
    )
    .option(
      "--max-age <seconds>",
      say({
        en: "the age limit of verifiers: witnesses are asked three times as often (CITYID_MAX_AGE, else 3600)",
        zh: "核验方的时效上限（秒），按其三分之一的间隔请见证方共签（CITYID_MAX_AGE，默认 3600）",
      }),
    )
    .option(
      "--confirm-clock",
      say({
        en: "the clock is right, however far it is from the last block",
        zh: "确认本机时钟无误，即使与上一区块相差很远",
      }),
    )
    .option(
      "--confirm-restored",
      say({
        en: "after a restore: nobody has seen a newer state than this one",
        zh: "恢复备份后：确认无人见过比这更新的状态",
      }),
    )
    .option(
      "--confirm-log-key",
      say({
        en: "the log's key is lost for good: go on with another one, which the members then vote into the policy",
        zh: "确认日志密钥已永久遗失：改用另一密钥，并由成员表决写入信任策略",
      }),
    );
}

export function nodeSettings(options: NodeOptions): NodeSettings {
  const { host, data, publicUrl, trustProxy, followNetwork, notifyNetwork, mqtt, maxAge } = options;
  return {
    host,
    port: options.port === undefined ? undefined : readPort(options.port),
    dataDirectory: data,
    publicUrl,
    trustedProxies: trustProxy,
    followNetworks: followNetwork,
    notifyNetworks: notifyNetwork,
    mqtt: mqttFrom(mqtt, "--mqtt"),
    maxAgeSeconds: maxAge === undefined ? undefined : readAge(maxAge),
    confirmClock: options.confirmClock,
    confirmRestored: options.confirmRestored,
    confirmLogKey: options.confirmLogKey,
  };
}

function readAge(text: string): number {
  if (/^\d{1,8}$/.test(text) && Number(text) >= 30) return Number(text);
  const want = { en: "seconds, at least 30", zh: "秒数，至少 30" };
  const facts = { name: "--max-age", got: text, want, example: "--max-age 3600" };
  throw new CliProblem("CLI_ARGUMENT", facts);
}

/** A port as an option gives it. */
export function readPort(text: string, name = "--port"): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  const want = { en: "a port from 0 to 65535", zh: "0 到 65535 之间的端口" };
  throw new CliProblem("CLI_ARGUMENT", { name, got: text, want, example: `${name} 8156` });
}
