import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { contextLoader } from "../../src/node/context-loader.ts";
import { createNotifier } from "../../src/node/notify/notifier.ts";
import { discard } from "../discard.ts";
import { code, named, signerOf } from "../sdk/world.ts";
import { AIR, type DatasetWorld, OFFICE, openDatasetWorld, ownerAt } from "./dataset-world.ts";
import { ERRORS, JSON_TYPE, type Json, ngsiClient } from "./ngsi-client.ts";
import { startRealNode, until } from "./real-node.ts";
import { Receiver } from "./receiver.ts";

// Subscriptions of NGSI-LD on a real node, with a receiver that is one: what is told, to whom, and what becomes of it.

const SCRATCH = { env: { CITYID_SCRATCH: "1" } };
const PARKS = `${OFFICE.slice(0, -3)}.03`;
const CORE = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.8.jsonld";

let world: DatasetWorld;
let receiver: Receiver;

const { ask } = ngsiClient(() => world.node);

const lamp = (n: string, more: object = {}) => ({
  ...{ id: `urn:ngsi-ld:Lamp:${n}`, type: "Lamp", power: { type: "Property", value: 1 } },
  ...more,
});
const to = (path: string, more: object = {}) => ({
  endpoint: { uri: `${receiver.url}${path}`, ...more },
});

/** Subscribes in the scratch dataset. @returns the id */
async function subscribe(path: string, more: Json = {}, headers = JSON_TYPE): Promise<string> {
  const id = `urn:ngsi-ld:Subscription:${path.slice(1).replaceAll("/", "-")}`;
  const { notification, ...rest } = more;
  const made = await ask(
    "POST",
    "/subscriptions",
    {
      ...{ id, type: "Subscription", entities: [{ type: "Lamp" }] },
      ...rest,
      notification: { ...to(path), ...notification },
    },
    headers,
  );
  expect([made.status, made.body]).toEqual([201, undefined]);
  expect(made.headers.get("Location")).toBe(`/ngsi-ld/v1/subscriptions/${id}`);
  return id;
}
const shown = async (id: string): Promise<Json> => (await ask("GET", `/subscriptions/${id}`)).body;

beforeAll(async () => {
  receiver = await Receiver.open();
  world = await openDatasetWorld("subscriptions", SCRATCH);
});
afterAll(async () => {
  await receiver[Symbol.asyncDispose]();
  await world.node.stop();
  discard(world.root);
});

describe("subscriptions", () => {
  test("are made, listed, shown, changed and deleted, with the problems of the specification", async () => {
    const id = await subscribe("/crud", {
      ...{ description: "lamps", q: "power>5", watchedAttributes: ["power"], throttling: 5 },
      ...{ timeInterval: undefined, __context: "x", status: "expired" },
      notification: { attributes: ["power"], format: "keyValues", timesSent: 42 },
    });
    expect(await shown(id)).toEqual({
      ...{ id, type: "Subscription", description: "lamps", entities: [{ type: "Lamp" }] },
      ...{ watchedAttributes: ["power"], q: "power>5", throttling: 5, status: "active" },
      notificationTrigger: ["attributeCreated", "attributeUpdated"],
      notification: { attributes: ["power"], format: "keyValues", ...to("/crud") },
    });
    const second = await subscribe("/crud/2");
    const page = await ask("GET", "/subscriptions?limit=1&offset=1&count=true");
    expect([
      page.body.map((each: Json) => each.id),
      page.headers.get("NGSILD-Results-Count"),
    ]).toEqual([[second], "2"]);
    const ld = await ask("GET", "/subscriptions?limit=1&offset=0", undefined, {
      Accept: "application/ld+json",
    });
    const next =
      '</ngsi-ld/v1/subscriptions?limit=1&offset=1>;rel="next";type="application/ld+json"';
    expect([ld.headers.get("Link"), ld.body[0]["@context"]]).toEqual([next, CORE]);
    const older = { Prefer: "ngsi-ld=1.0" };
    const then = await ask("GET", `/subscriptions/${id}`, undefined, older);
    expect([then.headers.get("Preference-Applied"), then.body]).toEqual([
      ...["ngsi-ld=1.0", await shown(id)],
    ]);
    const slash = await ask("GET", "/subscriptions/?limit=1&offset=0", undefined, {
      Accept: "application/ld+json",
    });
    expect(slash.headers.get("Link")).toBe(next);
    const path = `/subscriptions/${id}`;
    const patch = { description: null, isActive: false, notification: to("/other") };
    expect((await ask("PATCH", path, patch)).status).toBe(204);
    const changed = await shown(id);
    expect(changed).toMatchObject({
      status: "paused",
      isActive: false,
      notification: to("/other"),
    });
    expect([changed.description, changed.notification.format]).toEqual([undefined, undefined]);
    expect((await ask("PATCH", path, { expiresAt: "2000-01-01T00:00:00Z" })).status).toBe(400);
    const type = async (method: string, at: string, body?: unknown) => {
      const answer = await ask(method, at, body);
      return [answer.status, answer.body.type.replace(ERRORS, ""), answer.body.code];
    };
    const whole = { type: "Subscription", entities: [{ type: "Lamp" }], notification: to("/x") };
    expect(await type("POST", "/subscriptions", { ...whole, id })).toEqual([
      ...[409, "AlreadyExists", "NGSI_EXISTS"],
    ]);
    for (const [method, at] of [
      ["GET", "/subscriptions/urn:none"],
      ["PATCH", "/subscriptions/urn:none"],
      ["DELETE", "/subscriptions/urn:none"],
    ] as const) {
      const body = method === "PATCH" ? { isActive: true } : undefined;
      expect(await type(method, at, body)).toEqual([404, "ResourceNotFound", "NGSI_UNKNOWN"]);
    }
    expect((await ask("PATCH", "/subscriptions/", { isActive: true })).status).toBe(405);
    expect(await type("GET", "/subscriptions/none")).toEqual([400, "BadRequestData", "NGSI_DATA"]);
    const wrong: [object, string][] = [
      [{ type: "Other" }, "NGSI_DATA"],
      [{ entities: undefined }, "NGSI_DATA"],
      [{ entities: [{ type: "Lamp", idPattern: "(" }] }, "NGSI_DATA"],
      [{ watchedAttributes: [] }, "NGSI_DATA"],
      [{ notificationTrigger: ["entityChanged"] }, "NGSI_DATA"],
      [{ throttling: -1 }, "NGSI_DATA"],
      [{ throttling: 1, timeInterval: 1 }, "NGSI_DATA"],
      [{ expiresAt: "2000-01-01T00:00:00Z" }, "NGSI_DATA"],
      [{ q: "((" }, "HTTP_PARAMETER"],
      [{ scopeQ: "a b" }, "HTTP_PARAMETER"],
      [{ notification: { ...to("/x"), format: "simplified", showChanges: true } }, "NGSI_DATA"],
      [{ csf: "((" }, "HTTP_PARAMETER"],
      [{ geoQ: { georel: "near", geometry: "Point", coordinates: [0, 0] } }, "HTTP_PARAMETER"],
      [{ jsonldContext: "no uri" }, "NGSI_DATA"],
      [{ ngsildConformance: "newest" }, "NGSI_DATA"],
      [{ notification: { endpoint: null } }, "NGSI_DATA"],
      [{ notification: { ...to("/x"), pick: ["id"], omit: ["id"] } }, "NGSI_DATA"],
      [{ notification: { ...to("/x"), pick: ["id"], attributes: ["a"] } }, "NGSI_DATA"],
      [{ notification: to("/x", { accept: "text/csv" }) }, "NGSI_DATA"],
      [{ notification: to("/x", { receiverInfo: [{ key: "K", value: 42 }] }) }, "NGSI_DATA"],
      [{ notification: to("/x", { receiverInfo: [{ key: "Host", value: "x" }] }) }, "NGSI_DATA"],
      [{ notification: to("/x", { receiverInfo: [{ key: "K", value: "a\r\nb" }] }) }, "NGSI_DATA"],
      [{ notification: { endpoint: { uri: "ftp://node.example/x" } } }, "NGSI_ENDPOINT"],
      [{ notification: { endpoint: { uri: "https://10.0.0.1/x" } } }, "NGSI_ENDPOINT"],
      [{ notification: { endpoint: { uri: "http://192.168.1.1/x" } } }, "NGSI_ENDPOINT"],
      [{ notification: { endpoint: { uri: "https://[::ffff:10.0.0.1]/x" } } }, "NGSI_ENDPOINT"],
      [
        { notification: { endpoint: { uri: "https://user:pass@node.example/x" } } },
        "NGSI_ENDPOINT",
      ],
    ];
    for (const [change, problem] of wrong) {
      const got = await type("POST", "/subscriptions", { ...whole, ...change });
      expect([JSON.stringify(change), ...got]).toEqual([
        ...[JSON.stringify(change), 400, "BadRequestData", problem],
      ]);
    }
    const lost = { ...whole, jsonldContext: "https://none.example/c.jsonld" };
    expect(await type("POST", "/subscriptions", lost)).toEqual([
      ...[503, "LdContextNotAvailable", "NGSI_CONTEXT_LOST"],
    ]);
    for (const each of [id, second]) {
      expect((await ask("DELETE", `/subscriptions/${each}`)).status).toBe(204);
      expect((await ask("GET", `/subscriptions/${each}`)).status).toBe(404);
    }
    expect((await ask("GET", "/subscriptions")).body).toEqual([]);
  });

  test("tell what changed of what they watch, in the form that they ask for", async () => {
    const info = [{ key: "Authorization", value: "Bearer abc" }];
    const ids = [
      await subscribe("/all", { notification: to("/all", { receiverInfo: info }) }),
      await subscribe("/watched", {
        ...{ watchedAttributes: ["power"], q: "power>=2" },
        notification: { format: "keyValues", attributes: ["power"], sysAttrs: true },
      }),
      await subscribe("/place", {
        geoQ: {
          ...{ georel: "near;maxDistance==1000", geometry: "Point", coordinates: [114.5, 38] },
        },
        entities: [{ type: "(Lamp|Pole)", idPattern: ":a$" }],
        notification: to("/place", { accept: "application/geo+json" }),
      }),
      await subscribe("/gone", {
        notificationTrigger: ["attributeDeleted", "entityDeleted"],
        notification: { showChanges: true, ...to("/gone", { accept: "application/ld+json" }) },
      }),
      await subscribe("/changes", {
        notification: { showChanges: true, omit: ["type"], join: "inline" },
      }),
    ];
    const other = {
      location: place(10, 10),
      on: { type: "Relationship", object: "urn:ngsi-ld:Pole:1" },
    };
    await ask("POST", "/entities", { id: "urn:ngsi-ld:Pole:1", type: "Pole", height: 4 });
    await ask("POST", "/entities", lamp("a", other));
    const [made] = await receiver.some("/all");
    expect(made).toMatchObject({ type: "Notification", subscriptionId: ids[0] });
    expect(made.data).toEqual([lamp("a", other)]);
    expect(made.id).toMatch(/^urn:ngsi-ld:Notification:[0-9a-f]{32}$/);
    expect(Date.parse(made.notifiedAt)).toBeGreaterThan(0);
    expect(receiver.at("/all")[0]?.headers).toMatchObject({
      authorization: "Bearer abc",
      "content-type": "application/json",
      link: `<${CORE}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"`,
    });
    const path = "/entities/urn:ngsi-ld:Lamp:a/attrs";
    await ask("PATCH", path, { location: place(114.5, 38) });
    await ask("PATCH", path, { power: { type: "Property", value: 2 } });
    await ask("DELETE", `${path}/power`);
    await ask("DELETE", "/entities/urn:ngsi-ld:Lamp:a");
    const [, watched] = [0, (await receiver.some("/watched"))[0]];
    expect(watched.data[0]).toMatchObject({ id: "urn:ngsi-ld:Lamp:a", type: "Lamp", power: 2 });
    expect(Object.keys(watched.data[0]).sort()).toEqual([
      "createdAt",
      "id",
      "modifiedAt",
      "power",
      "type",
    ]);
    const [placed] = await receiver.some("/place");
    expect(placed.data).toMatchObject({
      type: "FeatureCollection",
      features: [{ type: "Feature", geometry: { type: "Point", coordinates: [114.5, 38] } }],
    });
    const [attribute, entity] = await receiver.some("/gone", 2);
    expect(attribute["@context"]).toBe(CORE);
    expect(attribute.data[0]).toMatchObject({
      "@context": CORE,
      power: { type: "Property", value: "urn:ngsi-ld:null", previousValue: 2 },
    });
    expect(entity.data[0]).toMatchObject({
      ...{ id: "urn:ngsi-ld:Lamp:a", type: "Lamp", deletedAt: expect.any(String) },
      on: { object: "urn:ngsi-ld:null", previousObject: "urn:ngsi-ld:Pole:1" },
    });
    const changes = await receiver.some("/changes", 3);
    await Promise.all([receiver.some("/all", 3), receiver.some("/place", 2)]);
    expect(changes[2].data[0].power).toEqual({ type: "Property", value: 2, previousValue: 1 });
    expect(changes[2].data[0].on.entity).toMatchObject({ id: "urn:ngsi-ld:Pole:1" });
    expect(changes[2].data[0].type).toBeUndefined();
    // What they did not ask to hear of came to none of them.
    expect(["/all", "/watched", "/place", "/gone"].map((at) => receiver.at(at).length)).toEqual([
      ...[3, 1, 2, 2],
    ]);
    const all = await until(async () => {
      const { notification } = await shown(ids[0] as string);
      return notification.timesSent === 3 ? notification : undefined;
    });
    expect(all).toMatchObject({ status: "ok", lastSuccess: expect.any(String) });
    for (const id of ids) await ask("DELETE", `/subscriptions/${id}`);
  });

  test("tell JSON as it was, and what is gone of it as nothing", async () => {
    const thing = "urn:ngsi-ld:Thing:json";
    const was = { id: "some", no: null, list: [null, { deep: null }] };
    const now = { city: "Nantes" };
    const raw = (json: unknown) => ({ type: "JsonProperty", json });
    await ask("POST", "/entities", { id: thing, type: "Thing", raw: raw(was) });
    const id = await subscribe("/json", {
      entities: [{ type: "Thing" }],
      notificationTrigger: ["attributeUpdated", "attributeDeleted", "entityDeleted"],
      notification: { showChanges: true },
    });
    await ask("PATCH", `/entities/${thing}/attrs`, { raw: raw(now) });
    await ask("DELETE", `/entities/${thing}/attrs/raw`);
    await ask("POST", `/entities/${thing}/attrs`, { raw: raw(was) });
    await ask("DELETE", `/entities/${thing}`);
    const told = await receiver.some("/json", 3);
    const gone = raw("urn:ngsi-ld:null");
    expect(told.map(({ data }) => data[0].raw)).toEqual([
      { ...raw(now), previousJson: was },
      { ...gone, previousJson: now },
      { ...gone, previousJson: was },
    ]);
    const path = `/temporal/entities/${thing}?timeproperty=deletedAt`;
    expect((await ask("GET", path)).body).toMatchObject({ raw: [gone, gone] });
    await ask("DELETE", `/subscriptions/${id}`);
  });

  test("tell entities as the version has them that they name", async () => {
    const thing = "urn:ngsi-ld:Sign:1";
    const sign = {
      ...{ id: thing, type: "Sign", scope: "/street" },
      text: { type: "LanguageProperty", languageMap: { zh: "停", en: "stop" } },
      size: [
        { type: "Property", value: 1, unitCode: "MTR" },
        { type: "Property", value: 2, datasetId: "urn:d:1" },
      ],
    };
    const ids: string[] = [];
    for (const [path, version] of [
      ["/v1-8", "1.8"],
      ["/v1-3", "1.3"],
      ["/v1-0", "1.0.1"],
    ] as const) {
      ids.push(
        await subscribe(path, {
          ...{ entities: [{ type: "Sign" }], ngsildConformance: version },
          notificationTrigger: ["attributeCreated", "attributeUpdated", "attributeDeleted"],
          notification: { showChanges: true },
        }),
      );
      expect((await shown(ids.at(-1) ?? "")).ngsildConformance).toBe(version);
    }
    await ask("POST", "/entities", sign);
    const text = { type: "LanguageProperty", languageMap: { zh: "行" } };
    await ask("PATCH", `/entities/${thing}/attrs`, { text });
    await ask("DELETE", `/entities/${thing}/attrs/text`);
    const told = async (path: string) =>
      (await receiver.some(path, 3)).map(({ data }) => data[0] as Json);
    const eight = await told("/v1-8");
    expect(eight[0]).toEqual(sign);
    expect(eight[1].text).toEqual({ ...text, previousLanguageMap: sign.text.languageMap });
    const was = { type: "Property", value: sign.text.languageMap };
    const { scope: _, ...rest } = sign;
    const three = await told("/v1-3");
    expect(three[0]).toEqual({ ...rest, text: was });
    expect(three[1].text).toEqual({
      ...{ type: "Property", value: text.languageMap },
      previousValue: was.value,
    });
    expect(three[2].text).toMatchObject({ type: "Property", value: "urn:ngsi-ld:null" });
    const size = { type: "Property", value: 1 };
    expect((await told("/v1-0"))[0]).toEqual({ ...rest, text: was, size });
    await ask("DELETE", `/entities/${thing}`);
    for (const id of ids) await ask("DELETE", `/subscriptions/${id}`);
  });

  test("say what their receiver answers while they are asked for", async () => {
    const asked: Promise<Json>[] = [];
    const server = createServer((request, response) => {
      request.resume().on("end", () => {
        asked.push(shown(id));
        response.end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const id = await subscribe("/meanwhile", { notification: { endpoint: { uri } } });
    await ask("POST", "/entities", lamp("meanwhile"));
    const [first] = await until(async () => (asked.length > 0 ? asked : undefined));
    expect((await first).notification).toMatchObject({ status: "ok", timesSent: 1 });
    await ask("DELETE", `/subscriptions/${id}`);
    await new Promise((resolve) => server.close(resolve));
  });

  test("wait for their throttling, repeat at their interval, rest while they are paused", async () => {
    const slow = await subscribe("/slow", { throttling: 1 });
    const timed = await subscribe("/timed", { timeInterval: 0.3, q: "power==77" });
    const paused = await subscribe("/paused", { isActive: false });
    await ask("POST", "/entities", lamp("b", { power: 77 }));
    await receiver.some("/slow");
    for (const n of [1, 2, 3]) {
      await ask("POST", "/entities/urn:ngsi-ld:Lamp:b/attrs", { count: n });
    }
    const later = await until(async () =>
      receiver.at("/slow").find(({ body }) => body.data[0].count?.value === 3),
    );
    expect(later.body.data).toMatchObject([{ id: "urn:ngsi-ld:Lamp:b" }]);
    // By the clock of the node: what is sent may take its time on its way.
    const told = receiver.at("/slow").map(({ body }) => Date.parse(body.notifiedAt));
    for (const [i, at] of told.slice(1).entries()) {
      expect(at - (told[i] ?? 0)).toBeGreaterThan(900);
    }
    const [one, two] = await receiver.some("/timed", 2);
    expect([one.data[0].id, one.id === two.id]).toEqual(["urn:ngsi-ld:Lamp:b", false]);
    expect((await ask("PATCH", `/subscriptions/${paused}`, { isActive: true })).status).toBe(204);
    await ask("POST", "/entities/urn:ngsi-ld:Lamp:b/attrs", { count: 4 });
    const [resumed] = await receiver.some("/paused");
    expect([resumed.data[0].count.value, receiver.at("/paused").length]).toEqual([4, 1]);
    for (const id of [slow, timed, paused]) await ask("DELETE", `/subscriptions/${id}`);
  });

  test("ask through relationships and by scope, as things are when something changes", async () => {
    const battery = (n: string, level: number) => ({
      ...{ id: `urn:ngsi-ld:Battery:${n}`, type: "Battery", level },
      maker: { type: "Relationship", object: `urn:ngsi-ld:Maker:${level > 50 ? 1 : 2}` },
    });
    for (const each of [battery("low", 3), battery("full", 95)])
      await ask("POST", "/entities", each);
    for (const n of [1, 2]) {
      await ask("POST", "/entities", { id: `urn:ngsi-ld:Maker:${n}`, type: "Maker", n });
    }
    const ids = [
      await subscribe("/linked", { q: "on{Battery:level}<50" }),
      await subscribe("/deep", { q: "on{maker{n}}==1|on{odd}" }),
      await subscribe("/scoped", { scopeQ: "(/a;/c/#),/b" }),
    ];
    expect(await shown(ids[2] as string)).toMatchObject({ scopeQ: "(/a;/c/#),/b" });
    const on = (n: string) => ({ type: "Relationship", object: `urn:ngsi-ld:Battery:${n}` });
    await ask("POST", "/entities", lamp("l1", { on: on("full"), scope: "/b/d" }));
    await ask("POST", "/entities", lamp("l2", { on: on("low"), scope: ["/a", "/c/e"] }));
    await ask("POST", "/entities", lamp("l3", { on: on("none"), scope: "/a" }));
    // A change is judged a moment after it is acknowledged, by what its links lead to then.
    await receiver.some("/linked", 1);
    await ask("PATCH", "/entities/urn:ngsi-ld:Battery:low/attrs", { level: 80 });
    await ask("POST", "/entities/urn:ngsi-ld:Lamp:l2/attrs", { power: 2 });
    await ask("POST", "/entities", lamp("l4", { on: on("full"), scope: "/b" }));
    const told = async (path: string, count: number) =>
      (await receiver.some(path, count)).map(({ data }) => data[0].id.slice(-2));
    expect(await told("/scoped", 3)).toEqual(["l2", "l2", "l4"]);
    expect(await told("/deep", 2)).toEqual(["l1", "l4"]);
    expect(await told("/linked", 1)).toEqual(["l2"]);
    for (const id of ids) await ask("DELETE", `/subscriptions/${id}`);
  });

  test("that are not taken are tried again, and say so; a redirect leads nowhere", async () => {
    for (const [path, status] of [
      ["/broken", 500],
      ["/away", 302],
      ["/no", 422],
    ] as const) {
      receiver.answers.set(path, status);
    }
    const broken = await subscribe("/broken");
    const [away, no] = [await subscribe("/away"), await subscribe("/no")];
    await ask("POST", "/entities", lamp("c"));
    const failed = await until(async () => {
      const { notification } = await shown(broken);
      return notification.status === "failed" ? notification : undefined;
    });
    expect(failed).toMatchObject({ lastFailure: expect.any(String) });
    expect(failed.timesFailed).toBeGreaterThan(0);
    receiver.answers.delete("/broken");
    await until(async () =>
      (await shown(broken)).notification.status === "ok" ? true : undefined,
    );
    const tries = receiver.at("/broken").map(({ body }) => body);
    // However often it was sent, it has one name, and nothing else came in its place.
    expect(new Set(tries.map(({ id }) => id)).size).toBe(1);
    expect(receiver.at("/moved")).toEqual([]);
    // What the receiver will never take does not hold up what comes after it.
    receiver.answers.delete("/no");
    await ask("POST", "/entities", lamp("d"));
    const other = await until(async () =>
      receiver.at("/no").find(({ body }) => body.data[0].id === "urn:ngsi-ld:Lamp:d"),
    );
    expect(other.body.data).toHaveLength(1);
    for (const id of [broken, away, no]) await ask("DELETE", `/subscriptions/${id}`);
  });

  test("of many, of which some say nothing: the others do not wait for these", async () => {
    const names = [...Array(200).keys()].map((n) => (n % 10 === 0 ? `/silent/${n}` : `/many/${n}`));
    const crowd = (name: string) => ({
      ...{ entities: [{ type: "Crowd" }], notification: to(name, { timeout: 60_000 }) },
    });
    await Promise.all(names.map((name) => subscribe(name, crowd(name))));
    const heard = () => receiver.received.filter(({ path }) => path.startsWith("/many/"));
    const tell = async (n: number, count: number) => {
      await ask("POST", "/entities", { id: `urn:ngsi-ld:Crowd:${n}`, type: "Crowd", n });
      await until(async () => (heard().length >= count ? true : undefined));
    };
    await tell(1, 180);
    await until(
      async () =>
        receiver.received.filter(({ path }) => path.startsWith("/silent")).length === 20 ||
        undefined,
    );
    await tell(2, 360);
    expect(new Set(heard().map(({ path, body }) => path + body.id)).size).toBe(360);
    // The silent ones have not even been given up then: nobody waited for that.
    const silent = await shown("urn:ngsi-ld:Subscription:silent-0");
    expect(silent.notification.timesFailed ?? 0).toBe(0);
  });

  test("go on where they were when the node is killed: nothing that was acknowledged goes untold", async () => {
    await subscribe("/killed");
    receiver.answers.set("/killed", 503);
    const settled: string[] = [];
    const writes = [...Array(40).keys()].map(async (n) => {
      const { status } = await ask("POST", "/entities", lamp(`k${n}`));
      if (status === 201) settled.push(`urn:ngsi-ld:Lamp:k${n}`);
    });
    const ended = Promise.allSettled(writes);
    await until(async () => (settled.length > 10 ? true : undefined));
    await world.node.stop("SIGKILL");
    await ended;
    receiver.answers.delete("/killed");
    const node = await startRealNode({ ...SCRATCH, data: world.node.data });
    world = { ...world, node, owner: ownerAt(node) };
    await until(async () => {
      const told = receiver
        .at("/killed")
        .flatMap(({ body }) => body.data.map(({ id }: Json) => id));
      return settled.every((id) => told.includes(id)) ? true : undefined;
    });
    // The same entity in the same words has the same name of notification, before and after.
    const names = new Map<string, Set<string>>();
    for (const { body } of receiver.at("/killed")) {
      const about = body.data.map(({ id }: Json) => id).join(" ");
      names.set(about, (names.get(about) ?? new Set()).add(body.id));
    }
    expect([...names.values()].every(({ size }) => size === 1)).toBe(true);
    await ask("DELETE", "/subscriptions/urn:ngsi-ld:Subscription:killed");
  });

  test("of a grantee tell what its grant shows, and end with it", async () => {
    const { node } = world;
    const keys = [{ key: signerOf("parks").publicKey, uses: ["record" as const], label: "parks" }];
    const item = { code: code(PARKS), kind: "department" as const, names: named(PARKS), keys };
    await node.act({ op: "register", items: [item] }, OFFICE.slice(0, -3), "city two");
    const about = { dataset: code(AIR), log: world.origin };
    const scope = { actions: ["read", "subscribe"] as const, attributes: ["pm25"] };
    const asked = {
      op: "request",
      code: code(PARKS),
      purpose: "trees",
      ...about,
      ...scope,
    } as const;
    const request = (await node.act(asked, PARKS, "parks")).id;
    const answer = { op: "grant", code: code(AIR), log: world.origin, request, ...scope } as const;
    const grant = (await node.act(answer, OFFICE, "office")).id;
    const parks = node.client.as({ signer: signerOf("parks"), holder: `${PARKS}#1` });
    const { token } = await parks.token(600, Buffer.from(grant).toString("hex"));
    const owner = { ...JSON_TYPE, "NGSILD-Tenant": AIR };
    const ownerToken = (await world.owner.token(600)).token;
    const asOwner = { ...owner, Authorization: `Bearer ${ownerToken}` };
    const asParks = { ...owner, Authorization: `Bearer ${token}` };
    const body = (path: string) => ({
      ...{ type: "Subscription", id: "urn:ngsi-ld:Subscription:1", entities: [{ type: "Air" }] },
      notificationTrigger: ["entityCreated", "entityUpdated"],
      notification: to(path),
    });
    // Nobody has others called without saying who it is.
    expect((await ask("POST", "/subscriptions", body("/x"), owner)).status).toBe(404);
    expect((await ask("POST", "/subscriptions", body("/parks"), asParks)).status).toBe(201);
    expect((await ask("POST", "/subscriptions", body("/owner"), asOwner)).status).toBe(201);
    expect((await ask("GET", "/subscriptions", undefined, asParks)).body).toHaveLength(1);
    const at = "/entities/urn:ngsi-ld:Air:1";
    const air = { id: "urn:ngsi-ld:Air:1", type: "Air", pm25: 12, no2: 99 };
    expect((await ask("POST", "/entities", air, asOwner)).status).toBe(201);
    await ask("PATCH", `${at}/attrs`, { no2: 98 }, asOwner);
    await ask("PATCH", `${at}/attrs`, { pm25: 13 }, asOwner);
    const told = await receiver.some("/parks", 2);
    expect(told.map(({ data }) => [data[0].pm25.value, data[0].no2])).toEqual([
      ...[
        [12, undefined],
        [13, undefined],
      ],
    ]);
    expect(receiver.at("/parks")[0]?.headers["ngsild-tenant"]).toBe(AIR);
    expect((await receiver.some("/owner", 3)).map(({ data }) => data[0].no2.value)).toEqual([
      ...[99, 98, 98],
    ]);
    await node.act({ op: "revoke", code: code(AIR), grant, reason: "x" }, OFFICE, "office");
    await ask("PATCH", `${at}/attrs`, { pm25: 14 }, asOwner);
    await receiver.some("/owner", 4);
    await ask("PATCH", `${at}/attrs`, { pm25: 15 }, asOwner);
    await receiver.some("/owner", 5);
    expect(receiver.at("/parks")).toHaveLength(2);
    const again = await ask("GET", "/subscriptions", undefined, asParks);
    expect([again.status, again.body.code]).toEqual([404, "NGSI_TENANT"]);
  });
});

describe("whoever sends notifications", () => {
  const message = (uri: string) => ({ uri, fields: {}, body: { type: "x" }, notifierInfo: {} });
  const bounds = { signal: new AbortController().signal, milliseconds: 5000 };

  test("looks at the address when it connects: a name that leads inside gets nothing", async () => {
    const { url } = receiver;
    const port = new URL(url).port;
    const names = { "inside.example": ["127.0.0.1"], "both.example": ["1.1.1.1", "10.0.0.1"] };
    const resolve = async (name: string) => names[name as keyof typeof names] ?? [];
    const open = createNotifier({ notifyNetworks: [], scratch: false }, { resolve });
    for (const host of ["inside.example", "both.example", "none.example"]) {
      expect(open.refuses(`https://${host}:${port}/inside`)).toBeUndefined();
      expect(await open.send(message(`https://${host}:${port}/inside`), bounds)).toBe("failed");
      expect(open.refuses(`http://${host}/inside`)).toBe("not-https");
    }
    expect(open.refuses(`${url}/inside`)).toBe("not-public");
    expect(open.refuses("http://localhost/inside")).toBe("not-public");
    expect(receiver.at("/inside")).toEqual([]);
    const own = createNotifier({ notifyNetworks: ["127.0.0.0/8"], scratch: false }, { resolve });
    expect(await own.send(message(`http://inside.example:${port}/inside`), bounds)).toBe("taken");
    expect(receiver.at("/inside")).toHaveLength(1);
  });

  test("reaches every address of this machine for a scratch dataset, and none for another", async () => {
    const other = createServer((request, response) => {
      request.resume();
      request.on("end", () => response.end());
    });
    await new Promise<void>((resolve) => other.listen(0, resolve));
    const { port } = other.address() as AddressInfo;
    const scratch = createNotifier({ notifyNetworks: [], scratch: true });
    const open = createNotifier({ notifyNetworks: [], scratch: false });
    const load = contextLoader({ contextHosts: [], followNetworks: [], scratch: true });
    const own = Object.values(networkInterfaces())
      .flatMap((all) => all ?? [])
      .filter(({ scopeid = 0 }) => scopeid === 0)
      .map(({ address, family }) => (family === "IPv6" ? `[${address}]` : address));
    for (const host of [...own, "0.0.0.0", "localhost"]) {
      const uri = `http://${host}:${port}/notify`;
      expect([host, scratch.refuses(uri)]).toEqual([host, undefined]);
      expect(await scratch.send(message(uri), bounds), host).toBe("taken");
      expect(open.refuses(uri), host).toBeDefined();
    }
    const { url } = receiver;
    // It answers, and with nothing that could be a context.
    expect(await load(url)).toBeNull();
    for (const away of ["http://10.255.255.1/c", "http://0.0.0.1/c"]) {
      expect(await load(away), away).toBeUndefined();
      expect(scratch.refuses(away), away).toBe("not-public");
    }
    await new Promise((resolve) => other.close(resolve));
  });

  test("gives up a receiver that does not answer in time", async () => {
    const own = createNotifier({ notifyNetworks: ["127.0.0.0/8"], scratch: false });
    const soon = { ...bounds, milliseconds: 50 };
    expect(await own.send(message(`${receiver.url}/silent/own`), soon)).toBe("failed");
  });
});

function place(longitude: number, latitude: number) {
  return { type: "GeoProperty", value: { type: "Point", coordinates: [longitude, latitude] } };
}
