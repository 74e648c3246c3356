import { createServer, type Server, type Socket } from "node:net";
import type { Aedes, Client } from "aedes";
import {
  bucketName,
  type Ingest,
  type IngestAnswer,
  type IngestSource,
  isLoopback,
  type Log,
  MAX_MQTT_CLIENTS,
  MAX_MQTT_CLIENTS_OF_ADDRESS,
  MAX_MQTT_PACKET_BYTES,
  plainAddress,
} from "../../server/index.ts";
import { BoundedConnection } from "./bounded.ts";
import { Doors, Refusing } from "./doors.ts";

/** Where what became of a client's own messages is told to it, if it subscribes to that. */
export const ANSWERS = "cityid/answers";
/** Nobody can subscribe to it. */
const TAKEN = "cityid/taken";

const CONNECT_MILLISECONDS = 10_000;
const KEEP_ALIVE_SECONDS = 600;
const MAX_QOS_2_WAITING = 16;
const NOT_AUTHORIZED = 5;
/** A client whose messages cannot be taken now waits at least so long; longer than this it is sent away. */
const MAX_WAIT_SECONDS = 10;

export type MqttOptions = {
  readonly host: string;
  readonly port: number;
  readonly ingest: () => Ingest | undefined;
  readonly log: Log;
  readonly random: (bytes: number) => Uint8Array;
};

export type RunningMqtt = AsyncDisposable & { readonly port: number };

type Session = { readonly from: IngestSource; wantsAnswers: boolean };

/**
 * A broker of MQTT 3.1.1 that takes messages for datasets and forwards nothing to anybody: what is published is an entry, or it
 * is refused. A message of QoS 1 or 2 is acknowledged once it is durable, or was refused for good.
 *
 * @throws Error EADDRINUSE, EACCES, marked as of this `door`: it is not chosen where the port of the node is
 */
export async function openBroker(options: MqttOptions): Promise<RunningMqtt> {
  const { ingest, log, random } = options;
  const aedes = await import("aedes");
  const sessions = new WeakMap<Client, Session>();
  const sockets = new Set<Socket>();
  const addresses = new WeakMap<object, string>();
  const broker = await aedes.Aedes.createBroker({
    connectTimeout: CONNECT_MILLISECONDS,
    keepaliveLimit: KEEP_ALIVE_SECONDS,
    maxInflightInbound: MAX_QOS_2_WAITING,
    queueLimit: MAX_QOS_2_WAITING,
    preConnect(_, packet, done) {
      // Nobody takes the place of another by its name, leaves a word behind, or has something kept for it.
      packet.clientId = `c${Buffer.from(random(11)).toString("hex")}`;
      packet.clean = true;
      Reflect.deleteProperty(packet, "will");
      done(null, true);
    },
    authenticate(client, _, password, done) {
      const token = password === undefined ? undefined : password.toString();
      const isKnown = token === undefined || ingest()?.knows(token) === true;
      const address = addresses.get(client.conn);
      const from = {
        ...(token !== undefined && { token }),
        ...(address !== undefined && { address }),
      };
      sessions.set(client, { from, wantsAnswers: false });
      const refusal = Object.assign(new Error("no such token"), { returnCode: NOT_AUTHORIZED });
      if (isKnown) done(null, true);
      else done(refusal, false);
    },
    authorizeSubscribe(client, subscription, done) {
      const session = sessions.get(client);
      const isAnswers = subscription.topic === ANSWERS;
      if (session !== undefined && isAnswers) session.wantsAnswers = true;
      // Refused as the protocol has it: with 0x80, and nothing else ends.
      done(null, isAnswers ? { ...subscription, qos: 0 } : null);
    },
    // What one client sent no other hears of: it bears another name by then.
    authorizeForward: (_, packet) => (packet.topic === ANSWERS ? packet : null),
    authorizePublish(client, packet, done) {
      const { topic } = packet;
      packet.retain = false;
      packet.topic = TAKEN;
      const payload =
        typeof packet.payload === "string" ? Buffer.from(packet.payload) : packet.payload;
      if (client === null) return done(new Error("nobody"));
      const session = sessions.get(client);
      take(ingest(), topic, payload, session?.from ?? {}).then(
        (answer) => {
          if (session?.wantsAnswers === true) tell(client, topic, answer);
          done(answer.status === "later" ? new Error("busy") : null);
        },
        (cause: unknown) => {
          log.error("mqtt message not taken", { cause: String(cause) });
          // Not acknowledged: it comes again.
          done(new Error("fault"));
        },
      );
    },
  });
  const doors = new Doors({ max: MAX_MQTT_CLIENTS, maxOfAddress: MAX_MQTT_CLIENTS_OF_ADDRESS });
  const refusing = new Refusing();
  const server = createServer((socket) => {
    const peer = plainAddress(socket.remoteAddress ?? "");
    // As with HTTP: this machine itself is not counted.
    const address = isLoopback(peer) ? undefined : bucketName(peer);
    if (!doors.enter(address)) return refusing.refuse(socket);
    sockets.add(socket);
    socket.once("close", () => {
      sockets.delete(socket);
      doors.leave(address);
    });
    socket.setNoDelay(true);
    const connection = new BoundedConnection(socket, MAX_MQTT_PACKET_BYTES);
    if (address !== undefined) addresses.set(connection, address);
    broker.handle(connection);
  });
  const port = await listening(server, options).catch(async (cause: unknown) => {
    // Its timers would keep the process alive.
    await endOf(broker);
    throw cause instanceof Error ? Object.assign(cause, { door: "mqtt" }) : cause;
  });
  log.info("mqtt listening", { host: options.host, port });
  return {
    port,
    async [Symbol.asyncDispose]() {
      server.close();
      await endOf(broker);
      for (const socket of sockets) socket.destroy();
      refusing.close();
    },
  };
}

function endOf(broker: Aedes): Promise<void> {
  return new Promise((resolve) => broker.close(() => resolve()));
}

/** Waits with a client whose messages come too fast, so that it does not send them all again. */
async function take(
  ingest: Ingest | undefined,
  topic: string,
  payload: Uint8Array,
  from: IngestSource,
): Promise<IngestAnswer> {
  if (ingest === undefined) return { status: "later", seconds: 1 };
  let waited = 0;
  for (;;) {
    const answer = await ingest.take(topic, payload, from);
    if (answer.status !== "later" || waited + answer.seconds > MAX_WAIT_SECONDS) return answer;
    waited += answer.seconds;
    await new Promise((resolve) => setTimeout(resolve, answer.seconds * 1000).unref());
  }
}

function tell(client: Client, topic: string, answer: IngestAnswer): void {
  const payload = JSON.stringify({ topic, ...answer });
  client.publish(
    { cmd: "publish", topic: ANSWERS, payload, qos: 0, retain: false, dup: false },
    () => undefined,
  );
}

function listening(server: Server, { host, port }: MqttOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}
