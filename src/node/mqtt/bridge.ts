import type { IClientOptions, MqttClient } from "mqtt";
import { MAX_MQTT_PACKET_BYTES } from "../../server/index.ts";
import type { MqttOptions, RunningMqtt } from "./broker.ts";

const RECONNECT_MILLISECONDS = 5000;
const RETRY_MILLISECONDS = 1000;
const CONNECT_MILLISECONDS = 10_000;
const SUBSCRIBED = "cityid/entries/#";

/**
 * Takes entries that their sources signed from a broker that is there already (MQTT 3.1.1 or 5), under `cityid/entries/`. The
 * broker keeps what comes while this node is away, and each message until it is durable here.
 */
export async function openBridge(
  url: string,
  { ingest, log }: Pick<MqttOptions, "ingest" | "log">,
  clientId: string,
): Promise<RunningMqtt> {
  let isClosed = false;
  const takeUntil = async (topic: string, payload: Uint8Array): Promise<void> => {
    while (!isClosed) {
      const answer = await ingest()
        ?.take(topic, payload, {})
        .catch(
          (cause: unknown) => void log.error("mqtt message not taken", { cause: String(cause) }),
        );
      if (answer?.status === "refused")
        log.info("mqtt message refused", { topic, code: answer.code });
      if (answer !== undefined && answer.status !== "later") return;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MILLISECONDS).unref());
    }
    // It was not acknowledged, and comes again.
    await new Promise(() => undefined);
  };
  const { connect } = await import("mqtt");
  const options: IClientOptions = {
    // The same name each time, so that the broker keeps what comes meanwhile.
    ...{ clientId, clean: false, protocolVersion: 4, queueQoSZero: false },
    reconnectPeriod: RECONNECT_MILLISECONDS,
    connectTimeout: CONNECT_MILLISECONDS,
  };
  const client: MqttClient = connect(url, options);
  // Called for each message; the acknowledgement goes out when it calls back without an error.
  client.handleMessage = (packet, done) => {
    if (packet.cmd !== "publish") return done();
    const payload = Buffer.from(packet.payload);
    if (payload.length > MAX_MQTT_PACKET_BYTES) return done();
    void takeUntil(packet.topic, payload).then(() => done());
  };
  client.on("connect", () => {
    client.subscribe(SUBSCRIBED, { qos: 1 });
    log.info("mqtt connected", { host: new URL(url).host });
  });
  client.on("error", (cause) => log.error("mqtt broker", { cause: cause.message }));
  return {
    port: Number(new URL(url).port || 1883),
    async [Symbol.asyncDispose]() {
      isClosed = true;
      await client.endAsync(true).catch(() => undefined);
    },
  };
}
