import { spawnSync } from "node:child_process";
import type { AddressInfo } from "node:net";
import { connect as connectSocket, createServer, type Server } from "node:net";
import { Aedes } from "aedes";
import { connectAsync, type IClientOptions, type MqttClient } from "mqtt";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeCbor, encodeObservations } from "../../src/core/index.ts";
import { makeObservation, signEntry } from "../../src/sdk/index.ts";
import { MAX_MQTT_PACKET_BYTES } from "../../src/server/limits.ts";
import { discard } from "../discard.ts";
import { code, signerOf } from "../sdk/world.ts";
import { AIR, type DatasetWorld, OFFICE, openDatasetWorld, ownerAt } from "./dataset-world.ts";
import { startRealNode, until } from "./real-node.ts";

// Messages of MQTT to a real node, and notifications from it, by clients and a broker that nobody here wrote.

// biome-ignore lint/suspicious/noExplicitAny: JSON of many shapes
type Json = any;

const ENV = { env: { CITYID_SCRATCH: "1", CITYID_MQTT: "0" } };
const SCRATCH = "cityid/observations/MA.156/SCRATCH";

let world: DatasetWorld;
let port: number;

const portOf = (log: string): number =>
  Number(/"event":"mqtt listening".*"port":(\d+)/.exec(log)?.[1]);
const client = (options: IClientOptions = {}): Promise<MqttClient> =>
  connectAsync(`mqtt://127.0.0.1:${port}`, { protocolVersion: 4, reconnectPeriod: 0, ...options });

async function entity(id: string, headers: Record<string, string> = {}): Promise<Json> {
  const path = `/ngsi-ld/v1/entities/${id}`;
  const answer = await fetch(`${world.node.url}${path}`, { headers });
  return answer.ok ? answer.json() : undefined;
}

/** Sends one, and hears what became of it. */
async function send(to: MqttClient, topic: string, payload: string | Uint8Array): Promise<Json> {
  const answered = new Promise<Json>((resolve) =>
    to.once("message", (_, said) => resolve(JSON.parse(said.toString()))),
  );
  const bytes = typeof payload === "string" ? payload : Buffer.from(payload);
  await to.publishAsync(topic, bytes, { qos: 1 });
  return answered;
}

async function signedEntry(id: string, word = "phone"): Promise<Uint8Array> {
  const claims = {
    ...{ source: code(OFFICE), audience: world.origin, signer: signerOf(word) },
    iatSeconds: Math.floor(Date.now() / 1000),
  };
  const observations = [
    makeObservation({ id, type: "Air", time: new Date().toISOString(), pm25: 7 }),
  ];
  const { entry } = await signEntry(claims, observations);
  return encodeCbor({ entry, facts: encodeObservations(observations) });
}

beforeAll(async () => {
  world = await openDatasetWorld("mqtt", ENV);
  port = portOf(world.node.log());
});
afterAll(async () => {
  await world.node.stop();
  discard(world.root);
});

const PAST = "2020-01-01T00:00:00Z";
const lateLamp = (more: object) => JSON.stringify({ id: "urn:lamp:late", type: "Lamp", ...more });

describe("messages of MQTT", () => {
  test("become observations of the scratch dataset, sent by mosquitto_pub too", async () => {
    const lamp = (id: string) => JSON.stringify({ id, type: "Lamp", power: 5 });
    const found = spawnSync("mosquitto_pub", ["--help"]).error === undefined;
    if (!found) console.warn("skipped: mosquitto_pub is not installed (mosquitto-clients)");
    for (const version of found ? ["mqttv31", "mqttv311"] : []) {
      const id = `urn:ngsi-ld:Lamp:${version}`;
      const args = ["-h", "127.0.0.1", "-p", String(port), "-V", version, "-q", "1"];
      const said = spawnSync("mosquitto_pub", [...args, "-t", SCRATCH, "-m", lamp(id)]);
      expect([said.status, said.stderr.toString()]).toEqual([0, ""]);
      expect((await entity(id)).power).toEqual({ type: "Property", value: 5 });
    }
    for (const qos of [1, 2] as const) {
      const own = await client();
      const id = `urn:ngsi-ld:Lamp:qos${qos}`;
      await own.publishAsync(SCRATCH, lamp(id), { qos, retain: true });
      // Acknowledged is durable and visible.
      expect((await entity(id)).power.value).toBe(5);
      await own.endAsync();
    }
  });

  test("that a source signed are entries; of others a token of the department speaks for", async () => {
    const device = await client();
    await device.subscribeAsync("cityid/answers");
    const body = await signedEntry("urn:ngsi-ld:Air:1");
    const topic = `cityid/entries/${AIR}`;
    const taken = await send(device, topic, body);
    expect(taken).toMatchObject({ topic, status: "accepted", index: expect.any(Number) });
    expect(await send(device, topic, body)).toMatchObject({ index: taken.index });
    const wrong = await send(device, topic, await signedEntry("urn:ngsi-ld:Air:2", "stranger"));
    expect(wrong).toMatchObject({ status: "refused", code: "AUTH_KEY_UNKNOWN" });
    for (const [at, payload, problem] of [
      [topic, "no entry", "HTTP_BODY"],
      ["cityid/entries/MA.156.9999/X", body, "STATE_UNKNOWN"],
      [`cityid/observations/${AIR}`, "{}", "HTTP_SIGNATURE_MISSING"],
      ["elsewhere", "{}", "HTTP_NOT_FOUND"],
      [SCRATCH, "no json", "HTTP_BODY"],
      [SCRATCH, '{"type":"Lamp"}', "NGSI_DATA"],
      [SCRATCH, lateLamp({ expiresAt: PAST }), "NGSI_DATA"],
      [SCRATCH, lateLamp({ power: { value: 5, expiresAt: PAST } }), "NGSI_DATA"],
    ] as const) {
      expect(await send(device, at, payload)).toMatchObject({ status: "refused", code: problem });
    }
    const holder = { signer: signerOf("phone"), holder: `${OFFICE}#1` };
    const { token } = await world.node.client.as(holder).token(600);
    const gateway = await client({ username: "gateway", password: token });
    await gateway.subscribeAsync("cityid/answers");
    const seen = [{ id: "urn:ngsi-ld:Air:3", type: "Air", pm25: 9 }];
    const heard = await send(gateway, `cityid/observations/${AIR}`, JSON.stringify(seen));
    expect(heard).toMatchObject({ status: "accepted" });
    const owner = (await world.owner.token(600)).token;
    const asOwner = { "NGSILD-Tenant": AIR, Authorization: `Bearer ${owner}` };
    expect((await entity("urn:ngsi-ld:Air:1", asOwner)).pm25.value).toBe(7);
    expect((await entity("urn:ngsi-ld:Air:3", asOwner)).pm25.value).toBe(9);
    await expect(client({ username: "x", password: "no token" })).rejects.toThrow(
      /[Nn]ot authorized/,
    );
    for (const each of [device, gateway]) await each.endAsync();
  });

  test("reach nobody else, leave nothing behind, and are no larger than is said", async () => {
    const [one, two] = [await client({ clientId: "same" }), await client({ clientId: "same" })];
    // Nobody is thrown out by somebody who takes its name, and nobody hears what others say.
    expect([one.connected, two.connected]).toEqual([true, true]);
    await expect(two.subscribeAsync("#")).rejects.toThrow();
    await two.subscribeAsync("cityid/answers");
    const heard: string[] = [];
    two.on("message", (topic) => heard.push(topic));
    await one.publishAsync(SCRATCH, '{"id":"urn:ngsi-ld:Lamp:x","type":"Lamp"}', { qos: 1 });
    expect(heard).toEqual([]);
    const ended = new Promise((resolve) => one.once("close", () => resolve(true)));
    one.publish(SCRATCH, Buffer.alloc(MAX_MQTT_PACKET_BYTES + 1), { qos: 1 });
    expect(await ended).toBe(true);
    // A head that promises more than there may be is enough.
    const socket = connectSocket(port, "127.0.0.1");
    const closed = new Promise((resolve) => socket.once("close", () => resolve(true)));
    socket.on("error", () => undefined);
    socket.write(Uint8Array.of(0x10, 0xff, 0xff, 0xff, 0x7f));
    expect(await closed).toBe(true);
    await two.publishAsync(SCRATCH, '{"id":"urn:ngsi-ld:Lamp:y","type":"Lamp"}', { qos: 1 });
    expect(await entity("urn:ngsi-ld:Lamp:y")).toBeDefined();
    await two.endAsync();
  });

  test("that were acknowledged outlive a kill", async () => {
    const sender = await client();
    sender.on("error", () => undefined);
    const settled: string[] = [];
    const writes = [...Array(50).keys()].map(async (n) => {
      const id = `urn:ngsi-ld:Lamp:k${n}`;
      await sender.publishAsync(SCRATCH, JSON.stringify({ id, type: "Lamp", n }), { qos: 1 });
      settled.push(id);
    });
    const ended = Promise.allSettled(writes);
    await until(async () => (settled.length > 10 ? true : undefined));
    await world.node.stop("SIGKILL");
    sender.end(true);
    void ended;
    const known = [...settled];
    const node = await startRealNode({ ...ENV, data: world.node.data });
    world = { ...world, node, owner: ownerAt(node) };
    port = portOf(node.log());
    for (const id of known) expect(await entity(id)).toBeDefined();
  });
});

describe("a broker that is there already", () => {
  let broker: Aedes;
  let server: Server;
  beforeAll(async () => {
    broker = await Aedes.createBroker();
    server = createServer((socket) => void broker.handle(socket));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterAll(async () => {
    server.close();
    await new Promise<void>((resolve) => broker.close(() => resolve()));
  });
  const at = () => `127.0.0.1:${(server.address() as AddressInfo).port}`;

  test("hears notifications, and hands on entries that their sources signed", async () => {
    const heard: Json[] = [];
    const listener = await connectAsync(`mqtt://${at()}`, { protocolVersion: 4 });
    await listener.subscribeAsync("city/lamps", { qos: 1 });
    listener.on("message", (_, payload) => heard.push(JSON.parse(payload.toString())));
    const subscription = (uri: string, version: string) => ({
      ...{ type: "Subscription", entities: [{ type: "Lantern" }] },
      notification: {
        endpoint: {
          ...{ uri, receiverInfo: [{ key: "x-own", value: "1" }] },
          notifierInfo: [
            { key: "MQTT-Version", value: version },
            { key: "MQTT-QoS", value: "1" },
          ],
        },
      },
    });
    const post = (path: string, body: object) =>
      fetch(`${world.node.url}/ngsi-ld/v1${path}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
      });
    const made = await post(
      "/subscriptions",
      subscription(`mqtt://user:word@${at()}/city/lamps`, "mqtt3.1.1"),
    );
    expect(made.status).toBe(201);
    for (const uri of [`mqtt://${at()}`, `mqtt://${at()}/a/%23`, "mqtt://10.0.0.1/a"]) {
      expect((await post("/subscriptions", subscription(uri, "mqtt5.0"))).status).toBe(400);
    }
    await post("/entities", { id: "urn:ngsi-ld:Lantern:1", type: "Lantern", power: 3 });
    const [first] = await until(async () => (heard.length > 0 ? heard : undefined));
    expect(first.metadata).toMatchObject({
      ...{ "Content-Type": "application/json", "x-own": "1" },
      Link: expect.stringContaining("ngsi-ld-core-context"),
    });
    expect(first.body).toMatchObject({ type: "Notification", data: [{ power: { value: 3 } }] });
    await listener.endAsync();
    await world.node.stop();
    const env = { env: { CITYID_MQTT: `mqtt://${at()}` } };
    const node = await startRealNode({ ...env, data: world.node.data });
    world = { ...world, node, owner: ownerAt(node) };
    await until(async () => (node.log().includes("mqtt connected") ? true : undefined));
    const device = await connectAsync(`mqtt://${at()}`, { protocolVersion: 4 });
    const before = (await node.client.dataset(AIR)).entries ?? 0;
    const body = Buffer.from(await signedEntry("urn:ngsi-ld:Air:9"));
    await device.publishAsync(`cityid/entries/${AIR}`, body, { qos: 1 });
    await until(async () => {
      const { entries = 0 } = await node.client.dataset(AIR);
      return entries > before ? true : undefined;
    });
    await device.endAsync();
  });
});
