import { createHash } from "node:crypto";
import type { MqttClient } from "mqtt";
import { parseExactJson } from "../import/exact-json.ts";
import type { Run } from "../run.ts";

/** What a message holds: a reading, or a list of them; each with the topic that it came by and the time when it came. */
export function readingsOf(topic: string, payload: Uint8Array, now: Date): string[] | undefined {
  const said = parse(payload);
  const all: readonly unknown[] = Array.isArray(said) ? said : [said];
  const areMaps = all.every(
    (each) => typeof each === "object" && each !== null && !Array.isArray(each),
  );
  if (!areMaps || all.length === 0) return undefined;
  const frame = { "@topic": topic, "@received": now.toISOString() };
  return all.map((each) => JSON.stringify({ ...(each as object), ...frame }));
}

function parse(payload: Uint8Array): unknown {
  try {
    return parseExactJson(new TextDecoder("utf-8", { fatal: true }).decode(payload));
  } catch {
    return undefined;
  }
}

export type ListenOptions = {
  readonly broker: string;
  readonly topic: string;
  /** Keeps readings. The message is acknowledged when it resolves, and comes again where it never does. */
  readonly keep: (lines: readonly string[]) => Promise<void>;
};

const RECONNECT_MILLISECONDS = 2000;

/** Hears what devices say at a broker. The broker keeps what comes while nobody listens: the name is the same each time. */
export async function listenTo(
  run: Run,
  { broker, topic, keep }: ListenOptions,
): Promise<AsyncDisposable> {
  const { connect } = await import("mqtt");
  const name = createHash("sha256")
    .update(`${topic}\0${run.options.key ?? ""}`)
    .digest("hex");
  // Connected once there is somebody to hear: what the broker kept comes at once.
  const client: MqttClient = connect(broker, {
    ...{ clientId: `cityid-${name.slice(0, 16)}`, clean: false, protocolVersion: 4 },
    ...{ reconnectPeriod: RECONNECT_MILLISECONDS, manualConnect: true },
  });
  // Called for each message, one after the other; the acknowledgement goes out when it calls back.
  client.handleMessage = (packet, done) => {
    if (packet.cmd !== "publish") return done();
    const lines = readingsOf(packet.topic, Buffer.from(packet.payload), run.now());
    if (lines !== undefined) return void keep(lines).then(() => done());
    run.note(
      run.say({
        en: `A message at ${packet.topic} is no JSON of readings, and is left out.`,
        zh: `主题 ${packet.topic} 的一条消息不是读数的 JSON，已忽略。`,
      }),
    );
    done();
  };
  client.on("error", (cause) => run.note(cause.message));
  client.on("connect", () => {
    client.subscribe(topic, { qos: 1 }, (cause) => {
      if (cause) run.note(cause.message);
      else run.note(run.say({ en: `Listening at ${topic}.`, zh: `正在监听主题 ${topic}。` }));
    });
  });
  client.connect();
  return {
    async [Symbol.asyncDispose]() {
      await client.endAsync(true).catch(() => undefined);
    },
  };
}
