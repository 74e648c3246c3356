import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { discard } from "../discard.ts";
import { code } from "../sdk/world.ts";
import { AIR, type DatasetWorld, OFFICE, openDatasetWorld, ownerAt } from "./dataset-world.ts";
import { ERRORS, type Fields, JSON_TYPE, type Json, ngsiClient } from "./ngsi-client.ts";
import { startRealNode, until } from "./real-node.ts";
import { Receiver } from "./receiver.ts";

// What expires (GS CIM 009 §4.22), over a real node: told until then, to nobody afterwards, and ended in the log.

const SCRATCH = { env: { CITYID_SCRATCH: "1" } };
const GONE = { status: 404, type: `${ERRORS}ResourceNotFound` };
/** Long enough that a busy machine gets to see it before. */
const SOON_MILLISECONDS = 3000;

let world: DatasetWorld;
let receiver: Receiver;

const { ask, get } = ngsiClient(() => world.node);
const problem = async (method: string, path: string, body?: unknown) => {
  const { status, body: said } = await ask(method, path, body);
  return { status, type: said?.type };
};
/** In whole milliseconds, which are told where there are any. */
const in_ = (milliseconds: number) =>
  new Date(Date.now() + milliseconds).toISOString().replace(".000Z", "Z");
const property = (value: unknown, more: object = {}) => ({ type: "Property", value, ...more });
const alert = (n: string, more: object = {}) => ({
  ...{ id: `urn:ngsi-ld:Alert:${n}`, type: "Alert", level: property(1) },
  ...more,
});
const made = async (entity: object): Promise<void> =>
  expect((await ask("POST", "/entities", entity)).status).toBe(201);
const bearer = async () => {
  const { token } = await ownerAt(world.node).token(600);
  return { Authorization: `Bearer ${token}` };
};
const passed = (time: string) =>
  until(async () => (Date.now() > Date.parse(time) ? true : undefined));
const ended = (path: string) =>
  until(async () => {
    const { status, body } = await ask("GET", `${path}?timeproperty=deletedAt`);
    return status === 200 && body.level !== undefined ? body : undefined;
  });

beforeAll(async () => {
  receiver = await Receiver.open();
  world = await openDatasetWorld("expiry", SCRATCH);
});
afterAll(async () => {
  await receiver[Symbol.asyncDispose]();
  await world.node.stop();
  discard(world.root);
});

describe("an entity that expires", () => {
  test("is told until then, with its time where times are asked for, and is no more afterwards", async () => {
    const expiresAt = in_(SOON_MILLISECONDS);
    await made(alert("one", { expiresAt }));
    const path = "/entities/urn:ngsi-ld:Alert:one";
    expect(await get(path)).toEqual(alert("one"));
    expect((await get(`${path}?options=sysAttrs`)).expiresAt).toBe(expiresAt);
    expect((await get("/entities?type=Alert&options=sysAttrs"))[0].expiresAt).toBe(expiresAt);
    await passed(expiresAt);
    expect(await problem("GET", path)).toEqual(GONE);
    expect(await get("/entities?type=Alert")).toEqual([]);
    expect(await problem("PATCH", path, { level: property(2) })).toEqual(GONE);
    expect(await problem("DELETE", path)).toEqual(GONE);
    // What was so stays so, and when it ended.
    const gone = await ended("/temporal/entities/urn:ngsi-ld:Alert:one");
    expect(gone.level[0]).toMatchObject({
      value: "urn:ngsi-ld:null",
      deletedAt: expect.any(String),
    });
    const late = Date.parse(gone.level[0].deletedAt) - Date.parse(expiresAt);
    expect(late).toBeGreaterThanOrEqual(0);
    // When it was due, not at the next look a minute later.
    expect(late).toBeLessThan(30_000);
    expect((await get("/types")).typeList).toEqual([]);
    await made(alert("one"));
    expect((await get(`${path}?options=sysAttrs`)).expiresAt).toBeUndefined();
    expect((await ask("DELETE", path)).status).toBe(204);
  });

  test("is refused where that is no time to come, of a batch each by itself", async () => {
    const past = "2020-01-01T00:00:00Z";
    const bad = { status: 400, type: `${ERRORS}BadRequestData` };
    for (const wrong of [
      ...[{ expiresAt: past }, { expiresAt: "tomorrow" }, { expiresAt: 1 }],
      ...[{ expiresAt: "urn:ngsi-ld:null" }, { expiresAt: property(past) }],
      ...[{ level: property(1, { expiresAt: past }) }, { level: property(1, { expiresAt: "x" }) }],
      { level: property(1, { accuracy: property(1, { expiresAt: past }) }) },
    ]) {
      expect(
        await problem("POST", "/entities", alert("bad", wrong)),
        JSON.stringify(wrong),
      ).toEqual(bad);
    }
    const batch = [alert("good", { expiresAt: in_(60_000) }), alert("bad", { expiresAt: past })];
    const { status, body } = await ask("POST", "/entityOperations/create", batch);
    expect([status, body.success, body.errors.map((each: Json) => each.entityId)]).toEqual([
      207,
      ["urn:ngsi-ld:Alert:good"],
      ["urn:ngsi-ld:Alert:bad"],
    ]);
    expect((await ask("DELETE", "/entities/urn:ngsi-ld:Alert:good")).status).toBe(204);
  });

  test("may be told to later, or no more", async () => {
    await made(alert("two"));
    const path = "/entities/urn:ngsi-ld:Alert:two";
    const time = async () => (await get(`${path}?options=sysAttrs`)).expiresAt;
    const [first, second] = [in_(60_000), in_(90_000)];
    expect((await ask("PATCH", path, { expiresAt: first })).status).toBe(204);
    expect(await time()).toBe(first);
    expect((await ask("POST", `${path}/attrs`, { expiresAt: second })).status).toBe(204);
    expect(await time()).toBe(second);
    expect((await ask("PATCH", `${path}/attrs`, { level: property(2) })).status).toBe(204);
    expect(await time()).toBe(second);
    expect((await ask("PATCH", path, { expiresAt: "urn:ngsi-ld:null" })).status).toBe(204);
    expect(await time()).toBeUndefined();
    // Said in whole seconds, or with zeros behind them, it is one time, and told in whole seconds.
    for (const said of ["2100-01-01T00:00:00Z", "2100-01-01T00:00:00.000Z"]) {
      expect((await ask("PATCH", path, { expiresAt: said })).status).toBe(204);
      expect(await time()).toBe("2100-01-01T00:00:00Z");
    }
    expect((await ask("PATCH", path, { expiresAt: "urn:ngsi-ld:null" })).status).toBe(204);
    const upserted = [alert("two", { expiresAt: first })];
    expect((await ask("POST", "/entityOperations/upsert", upserted)).status).toBe(204);
    expect(await time()).toBe(first);
    expect((await ask("PUT", path, alert("two"))).status).toBe(204);
    expect(await time()).toBeUndefined();
    expect((await ask("DELETE", path)).status).toBe(204);
  });

  test("has attributes, and attributes of these, that expire before it", async () => {
    const [first, second] = [in_(SOON_MILLISECONDS), in_(60_000)];
    const level = property(1, {
      ...{ expiresAt: second, source: property("a", { expiresAt: first }), unit: property("b") },
    });
    const named = property(3, { datasetId: "urn:d:1", expiresAt: first });
    await made(
      alert("three", { level: [level, named], note: property("x", { expiresAt: first }) }),
    );
    const path = "/entities/urn:ngsi-ld:Alert:three";
    const whole = await get(`${path}?options=sysAttrs`);
    expect([whole.note.expiresAt, whole.level[0].source.expiresAt]).toEqual([first, first]);
    expect((await get(path)).note).toEqual(property("x"));
    expect((await get("/entities?type=Alert&q=note==%22x%22")).length).toBe(1);
    const lasting = { value: "y", expiresAt: "urn:ngsi-ld:null" };
    await passed(first);
    const left = property(1, { unit: property("b") });
    expect(await get(path)).toEqual(alert("three", { level: left }));
    expect(await problem("PATCH", `${path}/attrs/note`, lasting)).toEqual(GONE);
    await until(async () => {
      const { attributeList } = await get("/attributes");
      return attributeList.includes("note") ? undefined : true;
    });
    expect(await get("/entities?type=Alert&q=note==%22x%22")).toEqual([]);
    expect(
      (await ask("PATCH", `${path}/attrs/level`, { expiresAt: "urn:ngsi-ld:null" })).status,
    ).toBe(204);
    expect((await get(`${path}?options=sysAttrs`)).level.expiresAt).toBeUndefined();
    expect((await ask("DELETE", path)).status).toBe(204);
  });

  test("is told to whoever prefers an older version as that one has it", async () => {
    const level = property(1, { note: { type: "LanguageProperty", languageMap: { en: "x" } } });
    await made(alert("old", { level, expiresAt: in_(60_000) }));
    const told = async (path: string, prefer: string) => {
      const headers = { Prefer: prefer };
      const answer = await fetch(`${world.node.url}/ngsi-ld/v1${path}`, { headers });
      return [answer.headers.get("Preference-Applied"), await answer.json(), answer.status];
    };
    const path = "/entities/urn:ngsi-ld:Alert:old?options=sysAttrs";
    const [applied, then, status] = await told(path, "ngsi-ld=1.3");
    expect([applied, then.expiresAt, then.level.note, status]).toEqual([
      ...["ngsi-ld=1.3", undefined, property({ en: "x" }), 203],
    ]);
    const [newest, now, whole] = await told(path, "ngsi-ld=1.9.1");
    expect([newest, now.expiresAt, whole]).toEqual(["ngsi-ld=1.9", expect.any(String), 200]);
    // It is altered only where something of what is told came later.
    const statuses = async (older: string, fields: Fields = {}) =>
      Promise.all(
        [
          ...["", "?options=sysAttrs", "?pick=id,type", "?options=keyValues"].map(
            (query) => `/entities/urn:ngsi-ld:Alert:old${query}`,
          ),
          ...["", "&options=sysAttrs", "&pick=id,type", "&limit=0&count=true"].map(
            (query) => `/entities?type=Alert${query}`,
          ),
        ].map(async (each) => {
          const headers = { Prefer: `ngsi-ld=${older}`, ...fields };
          const answers = await Promise.all(
            ["GET", "HEAD"].map((method) =>
              fetch(`${world.node.url}/ngsi-ld/v1${each}`, { method, headers }),
            ),
          );
          expect(answers.map((one) => one.headers.get("Preference-Applied"))).toEqual(
            answers.map(() => `ngsi-ld=1.${older.at(2)}`),
          );
          expect(answers[1]?.status, each).toBe(answers[0]?.status);
          return answers[0]?.status;
        }),
      );
    const geo = { Accept: "application/geo+json" };
    expect(await statuses("1.3")).toEqual([203, 203, 200, 200, 203, 203, 200, 200]);
    expect(await statuses("1.3", geo)).toEqual([203, 203, 200, 200, 203, 203, 200, 200]);
    expect(await statuses("1.8")).toEqual([200, 203, 200, 200, 200, 203, 200, 200]);
    expect(await statuses("1.9")).toEqual(Array.from({ length: 8 }, () => 200));
    const inBody = { type: "Query", entities: [{ type: "Alert" }] };
    const older = { ...JSON_TYPE, Prefer: "ngsi-ld=1.3" };
    const { status: found } = await ask("POST", "/entityOperations/query", inBody, older);
    expect(found).toBe(203);
    const behind = { in: { type: "Relationship", object: "urn:ngsi-ld:Alert:old" } };
    await made({ id: "urn:ngsi-ld:Hall:1", type: "Hall", ...behind });
    for (const [join, told] of [
      ["", 200] as const,
      ["&join=inline", 203] as const,
      ["&join=flat", 203] as const,
    ]) {
      const answer = await ask("GET", `/entities?type=Hall${join}`, undefined, {
        Prefer: "ngsi-ld=1.3",
      });
      expect(answer.status, join).toBe(told);
    }
    expect((await ask("DELETE", "/entities/urn:ngsi-ld:Hall:1")).status).toBe(204);
    expect((await told("/entities?type=Alert", "ngsi-ld=1.0"))[0]).toBe("ngsi-ld=1.0");
    expect((await told(path, "body=json"))[0]).toBeNull();
    expect((await ask("DELETE", "/entities/urn:ngsi-ld:Alert:old")).status).toBe(204);
  });

  test("is told to those who subscribed to its end", async () => {
    const subscription = {
      ...{
        id: "urn:ngsi-ld:Subscription:ends",
        type: "Subscription",
        entities: [{ type: "Alert" }],
      },
      notificationTrigger: ["entityDeleted", "attributeDeleted"],
      notification: { endpoint: { uri: `${receiver.url}/ends` } },
    };
    expect((await ask("POST", "/subscriptions", subscription)).status).toBe(201);
    const expiresAt = in_(SOON_MILLISECONDS);
    await made(alert("four", { expiresAt }));
    const [told] = await receiver.some("/ends");
    expect(told.data[0]).toMatchObject({
      id: "urn:ngsi-ld:Alert:four",
      deletedAt: expect.any(String),
    });
    expect((await ask("DELETE", "/subscriptions/urn:ngsi-ld:Subscription:ends")).status).toBe(204);
  });

  test("of open data is not told out of what was answered before", async () => {
    const { owner, origin, node } = world;
    const grant = { op: "grant", code: code(AIR), to: "*", log: origin, actions: ["read"] };
    await node.act(grant as never, OFFICE, "office");
    const { token } = await owner.token(600);
    const tenant = { "NGSILD-Tenant": AIR };
    const headers = { ...JSON_TYPE, ...tenant, Authorization: `Bearer ${token}` };
    const path = "/entities/urn:ngsi-ld:Alert:open";
    const expiresAt = in_(SOON_MILLISECONDS);
    const said = alert("open", { expiresAt });
    expect((await ask("POST", "/entities", said, headers)).status).toBe(201);
    for (const _ of [1, 2, 3]) {
      expect((await ask("GET", path, undefined, tenant)).body).toEqual(alert("open"));
    }
    await passed(expiresAt);
    expect((await ask("GET", path, undefined, tenant)).status).toBe(404);
  });
});

describe("a node that was killed", () => {
  test("tells nothing of what expired meanwhile, and ends it in the log", async () => {
    const expiresAt = in_(SOON_MILLISECONDS);
    await made(alert("five", { expiresAt }));
    await made(alert("six", { expiresAt: in_(600_000) }));
    const level = [property(1), property(2, { datasetId: "urn:d:1", expiresAt })];
    const headers = { ...JSON_TYPE, "NGSILD-Tenant": AIR, ...(await bearer()) };
    const note = property("x", { expiresAt });
    const said = [alert("seven", { expiresAt }), alert("eight", { level, note }), alert("nine")];
    for (const each of said) {
      expect((await ask("POST", "/entities", each, headers)).status).toBe(201);
    }
    await world.node.stop("SIGKILL");
    await passed(expiresAt);
    world = { ...world, node: await startRealNode({ ...SCRATCH, data: world.node.data }) };
    // Nobody has asked over NGSI-LD yet: it is not ended in the log.
    const read = async (path: string) =>
      await fetch(`${world.node.url}${path}`, { headers: await bearer() });
    const collection = `/ogc/collections/dataset.${AIR.replaceAll("/", "_")}/items`;
    const page: Json = await (await read(collection)).json();
    const [lasting, other] = ["urn:ngsi-ld:Alert:eight", "urn:ngsi-ld:Alert:nine"];
    expect([page.numberMatched, page.features]).toMatchObject([
      2,
      [{ id: lasting, properties: { level: 1 } }, { id: other }],
    ]);
    // So it is where the store counts for a page, and what was found by something that has expired is not.
    const first: Json = await (await read(`${collection}?limit=1`)).json();
    expect([first.numberMatched, first.numberReturned]).toEqual([2, 0]);
    const byNote: Json = await (await read(`${collection}?note=x`)).json();
    expect([byNote.numberMatched, byNote.features]).toEqual([0, []]);
    expect((await read(`${collection}/urn:ngsi-ld:Alert:seven`)).status).toBe(404);
    const table = `/v1/datasets/${encodeURIComponent(AIR)}/export?format=ndjson&of=entities`;
    const rows = (await (await read(table)).text()).trim().split("\n");
    expect(rows.map((row) => JSON.parse(row))).toMatchObject([
      { id: lasting, level: 1 },
      { id: other },
    ]);

    const path = "/entities/urn:ngsi-ld:Alert:five";
    expect(await problem("GET", path)).toEqual(GONE);
    expect((await get("/entities?type=Alert")).map((each: Json) => each.id)).toEqual([
      "urn:ngsi-ld:Alert:six",
    ]);
    await ended("/temporal/entities/urn:ngsi-ld:Alert:five");
  });
});
