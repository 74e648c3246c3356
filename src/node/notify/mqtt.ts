import { isIP } from "node:net";
import type { IClientOptions } from "mqtt";
import type { NotifyMessage } from "../../server/index.ts";
import type { Outcome } from "./post.ts";

const PORTS: { readonly [protocol: string]: number } = { "mqtt:": 1883, "mqtts:": 8883 };
const CLIENT_MILLISECONDS = 5000;

/**
 * Publishes a notification at a broker whose address was looked at: GS CIM 009 §7.2. `taken` with QoS 1 and 2 when the broker
 * has acknowledged it; 1 where nothing else is said, so that none is lost on the way.
 */
export async function publish(
  url: URL,
  address: string,
  { fields, body, notifierInfo }: NotifyMessage,
  signal: AbortSignal,
): Promise<Outcome> {
  const topic = decode(url.pathname.slice(1));
  if (signal.aborted) return "failed";
  const { connect } = await import("mqtt");
  const client = connect(optionsOf(url, address, notifierInfo["MQTT-Version"]));
  const abort = () => void client.end(true);
  signal.addEventListener("abort", abort, { once: true });
  const qos = qosOf(notifierInfo["MQTT-QoS"]);
  try {
    return await new Promise<Outcome>((resolve) => {
      client.on("error", () => resolve("failed"));
      client.once("close", () => resolve("failed"));
      client.once("connect", () => {
        const payload = JSON.stringify({ metadata: fields, body });
        client.publish(topic, payload, { qos }, (cause) => resolve(cause ? "failed" : "taken"));
      });
    });
  } finally {
    signal.removeEventListener("abort", abort);
    // A broker that does not say good-bye is left.
    client.end(signal.aborted, () => undefined);
    setTimeout(() => client.end(true), CLIENT_MILLISECONDS).unref();
  }
}

function optionsOf(url: URL, address: string, version: string | undefined): IClientOptions {
  const isSealed = url.protocol === "mqtts:";
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  return {
    ...{ protocol: isSealed ? "mqtts" : "mqtt", host: address },
    port: Number(url.port || PORTS[url.protocol]),
    ...(isSealed && isIP(host) === 0 && { servername: host }),
    protocolVersion: version === "mqtt3.1.1" ? 4 : 5,
    ...(url.username !== "" && { username: decode(url.username) }),
    ...(url.password !== "" && { password: decode(url.password) }),
    ...{ clean: true, reconnectPeriod: 0, connectTimeout: CLIENT_MILLISECONDS },
  };
}

function qosOf(text: string | undefined): 0 | 1 | 2 {
  return text === "0" ? 0 : text === "2" ? 2 : 1;
}

/** A topic as it is to be published; `undefined` for what no broker takes. */
export function topicOf({ pathname, search, hash }: URL): string | undefined {
  const topic = decode(pathname.slice(1));
  const isFit = topic !== "" && topic.length <= 1024 && !/[+#\0]/.test(topic);
  return isFit && search === "" && hash === "" ? topic : undefined;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
