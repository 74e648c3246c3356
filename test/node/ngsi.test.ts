import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parsePolicy } from "../../src/core/index.ts";
import { makeObservation, signEntry } from "../../src/sdk/index.ts";
import { verifyFacts } from "../../src/verify/data/index.ts";
import { discard } from "../discard.ts";
import { code, signerOf } from "../sdk/world.ts";
import { serveContexts } from "./context-server.ts";
import { AIR, type DatasetWorld, OFFICE, openDatasetWorld, ownerAt } from "./dataset-world.ts";
import { ERRORS, JSON_TYPE, type Json, LD_TYPE, ngsiClient } from "./ngsi-client.ts";
import { startRealNode } from "./real-node.ts";

// NGSI-LD on a real node: the scratch dataset, which everybody writes, and a department's, which its owner does.

const SCRATCH = { env: { CITYID_SCRATCH: "1" } };

let world: DatasetWorld;
let token: string;
let contexts: Awaited<ReturnType<typeof serveContexts>>;
let contextUrl: string;

const { ask, get } = ngsiClient(() => world.node);
const ids = async (query: string): Promise<string[]> =>
  (await get(`/entities?${query}`)).map(({ id }: Json) => id.replace(/^.*:/, ""));

const lamp = (n: number, more: object = {}) => ({
  id: `urn:ngsi-ld:Lamp:${n}`,
  type: "Lamp",
  power: { type: "Property", value: n, unitCode: "WTT", observedAt: "2026-01-01T00:00:00Z" },
  location: { type: "GeoProperty", value: { type: "Point", coordinates: [114.5 + n / 1000, 38] } },
  ...more,
});

beforeAll(async () => {
  world = await openDatasetWorld("ngsi", SCRATCH);
  token = (await world.owner.token(600)).token;
  const own = JSON.stringify({ "@context": { own: "https://own.example/", watt: "own:power" } });
  contexts = await serveContexts((path) => (path === "/own.jsonld" ? own : undefined));
  contextUrl = `${contexts.url}/own.jsonld`;
});
afterAll(async () => {
  contexts.close();
  await world.node.stop();
  discard(world.root);
});

describe("entities of NGSI-LD", () => {
  test("are created, retrieved in every form, replaced, merged and deleted", async () => {
    const made = await ask("POST", "/entities", lamp(1, { owner: "city", name: LANGUAGES }));
    expect([made.status, made.headers.get("Location")]).toEqual([
      201,
      "/ngsi-ld/v1/entities/urn:ngsi-ld:Lamp:1",
    ]);
    const again = await ask("POST", "/entities", lamp(1));
    expect([again.status, again.body.type]).toEqual([409, `${ERRORS}AlreadyExists`]);
    const path = "/entities/urn:ngsi-ld:Lamp:1";
    const found = await ask("GET", path);
    expect(found.headers.get("Link")).toContain("ngsi-ld-core-context");
    expect(found.body).toEqual({
      ...lamp(1),
      owner: { type: "Property", value: "city" },
      name: LANGUAGES,
    });
    expect(await get(`${path}?options=keyValues`)).toMatchObject({ power: 1, owner: "city" });
    expect(await get(`${path}?format=concise`)).toMatchObject({
      owner: "city",
      power: { value: 1, unitCode: "WTT" },
      location: { type: "Point" },
    });
    const timed = await get(`${path}?options=sysAttrs`);
    expect(timed.power.createdAt).toBe(timed.createdAt);
    expect((await get(`${path}?lang=en`)).name).toEqual({
      type: "Property",
      value: "Lamp",
      lang: "en",
    });
    const feature = await get(path, { Accept: "application/geo+json" });
    expect(feature).toMatchObject({ type: "Feature", geometry: { type: "Point" } });
    expect((await get(path, { Accept: "application/ld+json" }))["@context"]).toContain(
      "core-context",
    );
    expect(Object.keys(await get(`${path}?attrs=power`)).sort()).toEqual(["id", "power", "type"]);
    expect((await ask("GET", `${path}?attrs=none`)).status).toBe(404);
    expect((await ask("GET", path, undefined, { Accept: "text/csv" })).status).toBe(406);
    const merge = { power: { type: "Property", value: 5 }, owner: "urn:ngsi-ld:null" };
    expect((await ask("PATCH", path, merge)).status).toBe(204);
    expect(await get(path)).toMatchObject({ power: { value: 5, unitCode: "WTT" } });
    expect(await get(path)).not.toHaveProperty("owner");
    expect((await ask("PUT", path, { type: "Post", height: 3 })).status).toBe(204);
    expect(await get(path)).toEqual({
      ...{ id: "urn:ngsi-ld:Lamp:1", type: "Post" },
      height: { type: "Property", value: 3 },
    });
    expect((await ask("DELETE", path)).status).toBe(204);
    for (const method of ["GET", "DELETE"]) {
      const gone = await ask(method, path);
      expect([gone.status, gone.body.type]).toEqual([404, `${ERRORS}ResourceNotFound`]);
    }
  });

  test("have attributes that are appended, updated and deleted, by their datasetId too", async () => {
    const path = "/entities/urn:ngsi-ld:Lamp:2";
    await ask("POST", "/entities", lamp(2));
    const more = {
      power: [
        { type: "Property", value: 9 },
        { type: "Property", value: 8, datasetId: "urn:d:1" },
      ],
      on: true,
    };
    const kept = await ask("POST", `${path}/attrs?options=noOverwrite`, more);
    const iri = (name: string) => `https://uri.etsi.org/ngsi-ld/default-context/${name}`;
    expect([kept.status, kept.body.updated.sort()]).toEqual([207, [iri("on"), iri("power")]]);
    expect(kept.body.notUpdated[0].attributeName).toBe(iri("power"));
    const power = async () => (await get(`${path}?options=keyValues`)).power;
    expect(await power()).toEqual({ dataset: { "@none": 2, "urn:d:1": 8 } });
    expect((await ask("POST", `${path}/attrs`, more)).status).toBe(204);
    expect(await power()).toEqual({ dataset: { "@none": 9, "urn:d:1": 8 } });
    const update = await ask("PATCH", `${path}/attrs`, { on: false, none: "urn:ngsi-ld:null" });
    expect(update.body).toMatchObject({
      updated: [iri("on")],
      notUpdated: [{ attributeName: iri("none") }],
    });
    const part = { value: 7, datasetId: "urn:d:1" };
    expect((await ask("PATCH", `${path}/attrs/power`, part)).status).toBe(204);
    expect(await power()).toEqual({ dataset: { "@none": 9, "urn:d:1": 7 } });
    const whole = { type: "Property", value: 6, unitCode: "KWT" };
    expect((await ask("PUT", `${path}/attrs/power`, whole)).status).toBe(204);
    expect((await get(path)).power[0]).toEqual(whole);
    expect((await ask("DELETE", `${path}/attrs/power?datasetId=urn:d:1`)).status).toBe(204);
    expect(await power()).toBe(6);
    expect((await ask("DELETE", `${path}/attrs/power?deleteAll=true`)).status).toBe(204);
    expect((await ask("DELETE", `${path}/attrs/power`)).status).toBe(404);
    expect((await ask("PATCH", `${path}/attrs/power`, { value: 1 })).status).toBe(404);
    expect((await ask("PATCH", "/entities/urn:none/attrs", { on: 1 })).status).toBe(404);
  });

  test("come in batches, each item for itself", async () => {
    const all = [...Array(30).keys()].map((n) => lamp(100 + n));
    const made = await ask("POST", "/entityOperations/create", all);
    expect([made.status, made.body.length]).toEqual([201, 30]);
    const mixed = [lamp(100), lamp(200), { id: "none", type: "Lamp" }, lamp(200)];
    const some = await ask("POST", "/entityOperations/create", mixed);
    expect([some.status, some.body.success]).toEqual([207, ["urn:ngsi-ld:Lamp:200"]]);
    expect(some.body.errors.map(({ entityId, error }: Json) => [entityId, error.status])).toEqual([
      ["urn:ngsi-ld:Lamp:100", 409],
      ["none", 400],
      ["urn:ngsi-ld:Lamp:200", 409],
    ]);
    const upsert = [lamp(100, { power: 1 }), lamp(201)];
    const updated = await ask("POST", "/entityOperations/upsert?options=update", upsert);
    expect([updated.status, updated.body]).toEqual([201, ["urn:ngsi-ld:Lamp:201"]]);
    expect((await ask("POST", "/entityOperations/update", [lamp(201, { on: 1 })])).status).toBe(
      204,
    );
    expect((await ask("POST", "/entityOperations/merge", [lamp(201, { on: 2 })])).status).toBe(204);
    const gone = await ask("POST", "/entityOperations/delete", ["urn:ngsi-ld:Lamp:201", "urn:x:1"]);
    expect([gone.status, gone.body.success]).toEqual([207, ["urn:ngsi-ld:Lamp:201"]]);
    for (const wrong of [[], {}, Array(1001).fill(lamp(1))]) {
      expect((await ask("POST", "/entityOperations/create", wrong)).status).toBeGreaterThan(399);
    }
    const query = {
      type: "Query",
      entities: [{ type: "Lamp", idPattern: "Lamp:10[0-3]$" }],
      q: "power>101",
      geoQ: { georel: "near;maxDistance==1000000", geometry: "Point", coordinates: [114.5, 38] },
    };
    const found = await ask("POST", "/entityOperations/query?count=true", query);
    expect(found.headers.get("NGSILD-Results-Count")).toBe("2");
    expect(found.body.map(({ id }: Json) => id)).toEqual([
      "urn:ngsi-ld:Lamp:102",
      "urn:ngsi-ld:Lamp:103",
    ]);
  });

  test("are found by type, id, attribute, value, place, page by page", async () => {
    const pole = {
      ...{ id: "urn:ngsi-ld:Pole:1", type: ["Pole", "Thing"], status: 'on "fire"', on: true },
      at: { type: "Property", value: { deep: { er: 4 } }, by: { type: "Property", value: "me" } },
      near: { type: "Relationship", object: "urn:ngsi-ld:Lamp:1" },
      seen: { type: "Property", value: "2026-05-01T00:00:00Z" },
    };
    expect((await ask("POST", "/entities", pole)).status).toBe(201);
    const q = (text: string) => ids(`q=${encodeURIComponent(text)}&type=Pole`);
    for (const text of [
      ...[
        'status=="on \\"fire\\""',
        "on==true",
        "at[deep.er]==4",
        'at.by=="me"',
        "near==urn:ngsi-ld:Lamp:1",
      ],
      ...["near", "!none", "status~=fi.e", "status!~=^fire", "seen>2026-01-01T00:00:00Z"],
      ...[
        "seen==2026-05-01T08:00:00+08:00",
        "at[deep.er]==1..5",
        "on==true;(none|near)",
        'status!="x"',
      ],
    ]) {
      expect([text, await q(text)]).toEqual([text, ["1"]]);
    }
    for (const text of [
      "on==false",
      "none!=1",
      "at[deep.er]>4",
      "none|on==false",
      "status~=^fire",
    ]) {
      expect([text, await q(text)]).toEqual([text, []]);
    }
    expect(await ids("type=(Pole;Thing),None")).toEqual(["1"]);
    expect(await ids("type=Lamp&limit=2&q=power==105,107")).toEqual(["105", "107"]);
    const near = "georel=near;maxDistance==150&geometry=Point&coordinates=[114.605,38]";
    expect(await ids(`type=Lamp&${near}`)).toEqual(["104", "105", "106"]);
    const box = "[[[114.6,37],[114.6025,37],[114.6025,39],[114.6,39],[114.6,37]]]";
    expect(await ids(`georel=within&geometry=Polygon&coordinates=${box}`)).toEqual([
      "100",
      "101",
      "102",
    ]);
    const page = await ask("GET", "/entities?type=Lamp&limit=10&offset=5&count=true");
    expect([page.body.length, page.headers.get("NGSILD-Results-Count")]).toEqual([10, "32"]);
    expect(page.headers.get("Link")).toMatch(/offset=0.*rel="prev".*offset=15.*rel="next"/);
    const following = async (path: string, rel: string): Promise<string> => {
      const link = (await ask("GET", path)).headers.get("Link") ?? "";
      return (
        new RegExp(`</ngsi-ld/v1([^>]*)>;rel="${rel}";type="application/json"`).exec(link)?.[1] ??
        ""
      );
    };
    const pattern = encodeURIComponent("urn:ngsi-ld:Lamp:10[0-4].*");
    const next = await following(`/entities/?type=Lamp&limit=2&idPattern=${pattern}`, "next");
    expect(next).toBe(
      "/entities?idPattern=urn:ngsi-ld:Lamp:10%5B0-4%5D.*&limit=2&offset=2&type=Lamp",
    );
    const idsAt = (path: string) => ids(path.replace(/^.*\?/, ""));
    const last = await following(next, "next");
    expect([await idsAt(next), await idsAt(last)]).toEqual([["102", "103"], ["104"]]);
    expect(await idsAt(await following(last, "prev"))).toEqual(["102", "103"]);
    const features = await get("/entities?type=Pole", { Accept: "application/geo+json" });
    expect(features).toMatchObject({ type: "FeatureCollection", features: [{ geometry: null }] });
    const { typeList } = await get("/types");
    expect(typeList).toEqual(expect.arrayContaining(["Lamp", "Pole"]));
    expect(await get("/types/Lamp")).toMatchObject({ type: "EntityTypeInfo", entityCount: 32 });
    expect((await ask("GET", "/types/None")).status).toBe(404);
    expect((await get("/attributes")).attributeList).toContain("power");
    expect(await get("/attributes/near")).toMatchObject({
      attributeTypes: ["Relationship"],
      typeNames: ["Pole", "Thing"],
    });
  });

  test("take patterns and texts for nothing but that", async () => {
    // An engine that goes back would not be done in a day.
    for (const evil of ["(a+)+$", "(.*)*x", "' OR 1=1 --", "%", "((((((a{0,99}){0,99})"]) {
      const pattern = encodeURIComponent(evil);
      const found = await ask("GET", `/entities?type=Pole&idPattern=${pattern}`);
      expect([200, 400]).toContain(found.status);
      const asked = await ask(
        "GET",
        `/entities?type=Pole&q=${encodeURIComponent(`status=="${evil}"`)}`,
      );
      expect(asked.body).toEqual([]);
      expect((await ask("GET", `/entities?type=${pattern}`)).body).not.toContainEqual(
        expect.objectContaining({ id: "urn:ngsi-ld:Pole:1" }),
      );
      expect(
        (await ask("GET", `/entities/${encodeURIComponent(`urn:x:${evil}`)}`)).status,
      ).toBeGreaterThan(399);
    }
    for (const broken of [
      "(a",
      "a;",
      "a==",
      "a[b",
      "a==(1)",
      "a~=(",
      "!a==1",
      `${"(".repeat(99)}a`,
    ]) {
      const refused = await ask("GET", `/entities?type=Pole&q=${encodeURIComponent(broken)}`);
      expect([broken, refused.status, refused.body.type]).toEqual([
        broken,
        400,
        `${ERRORS}BadRequestData`,
      ]);
    }
  });

  test("are refused with one cause each, and change nothing", async () => {
    const before = (await get("/types/Lamp")).entityCount;
    let deep: object = { value: 1 };
    for (let i = 0; i < 100; i++) deep = { deep };
    const bad: [string, unknown][] = [
      ["id", { ...lamp(900), id: "no uri" }],
      ["id", { type: "Lamp" }],
      ["type", { id: "urn:ngsi-ld:Lamp:900" }],
      ["a", { ...lamp(900), a: null }],
      ["a", { ...lamp(900), a: { type: "Property" } }],
      ["a", { ...lamp(900), a: { type: "Property", value: null } }],
      ["a", { ...lamp(900), a: { type: "Relationship", object: 5 } }],
      ["a", { ...lamp(900), a: { type: "Nothing", value: 5 } }],
      ["a.observedAt", { ...lamp(900), a: { value: 5, observedAt: "2026-99-99T00:00:00Z" } }],
      [
        "location",
        {
          ...lamp(900),
          location: { type: "GeoProperty", value: { type: "Point", coordinates: [200, 0] } },
        },
      ],
      [
        "a.deep.deep.deep.deep.deep.deep.deep.deep.deep.deep.deep",
        { ...lamp(900), a: { value: deep } },
      ],
      ["a", { ...lamp(900), a: { value: { decimal: "1e999" } } }],
      ["a", { ...lamp(900), a: { type: "LanguageProperty", languageMap: { decimal: "x" } } }],
      ["a", { ...lamp(900), a: "x".repeat(70_000) }],
      ["a<b", { ...lamp(900), "a<b": 1 }],
    ];
    for (const [path, body] of bad) {
      const refused = await ask("POST", "/entities", body);
      expect([path, refused.status, refused.body.code]).toEqual([path, 400, "NGSI_DATA"]);
      expect(refused.body.facts.path).toBe(path);
    }
    const text = '{"id":"urn:ngsi-ld:Lamp:900","type":"Lamp","a":{"type":"Property","value":NaN}}';
    const broken = await ask("POST", "/entities", text);
    expect([broken.status, broken.body.type]).toEqual([400, `${ERRORS}InvalidRequest`]);
    const typed = await ask("POST", "/entities", lamp(900), { "Content-Type": "text/plain" });
    expect(typed.status).toBe(415);
    expect((await ask("GET", "/entities")).body.code).toBe("NGSI_QUERY_BROAD");
    expect((await ask("GET", "/entities?type=Lamp&limit=0")).status).toBe(400);
    const foreign = await ask("POST", "/entities", lamp(900), {
      ...JSON_TYPE,
      Origin: "https://evil.test",
    });
    expect(foreign.status).toBe(401);
    expect((await get("/types/Lamp")).entityCount).toBe(before);
  });
});

const LANGUAGES = { type: "LanguageProperty", languageMap: { zh: "灯", en: "Lamp" } };

describe("contexts of NGSI-LD", () => {
  test("give terms their meaning, in the body or in a field, and are asked for where that is allowed", async () => {
    const own = { ...lamp(300), watt: 5, "@context": contextUrl };
    expect((await ask("POST", "/entities", own, LD_TYPE)).status).toBe(201);
    const path = "/entities/urn:ngsi-ld:Lamp:300";
    expect(await get(path)).toHaveProperty(["https://own.example/power"]);
    const link = `<${contextUrl}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"`;
    expect(await get(`${path}?attrs=watt&options=keyValues`, { Link: link })).toHaveProperty(
      "watt",
      5,
    );
    expect(await get("/entities?q=watt==5", { Link: link })).toHaveLength(1);
    const inline = { ...lamp(301), x: 1, "@context": [{ x: "https://x.example/x" }] };
    expect((await ask("POST", "/entities", inline, LD_TYPE)).status).toBe(201);
    expect(await get("/entities?attrs=https://x.example/x")).toHaveLength(1);
    const wrong: [number, unknown, Record<string, string>][] = [
      [400, lamp(302), LD_TYPE],
      [400, own, JSON_TYPE],
      [400, own, { ...LD_TYPE, Link: link }],
      [400, { ...lamp(302), "@context": 5 }, LD_TYPE],
      [503, { ...lamp(302), "@context": `${contextUrl}x` }, LD_TYPE],
      [503, { ...lamp(302), "@context": "http://10.0.0.1/x.jsonld" }, LD_TYPE],
      [503, { ...lamp(302), "@context": "https://not-allowed.example/x.jsonld" }, LD_TYPE],
    ];
    for (const [status, body, headers] of wrong) {
      const refused = await ask("POST", "/entities", body, headers);
      expect([refused.status, refused.body.code]).toEqual([
        status,
        status === 503 ? "NGSI_CONTEXT_LOST" : "NGSI_CONTEXT_FORM",
      ]);
    }
  });
});

describe("what was so over time", () => {
  test("is added to and asked for by its time, as instances or as values", async () => {
    const hour = (n: number) => `2026-02-01T0${n}:00:00Z`;
    const power = [1, 2, 3, 4].map((n) => ({
      type: "Property",
      value: n * 10,
      observedAt: hour(n),
    }));
    const entity = { id: "urn:ngsi-ld:Meter:1", type: "Meter", power };
    const made = await ask("POST", "/temporal/entities", entity);
    expect([made.status, made.headers.get("Location")]).toEqual([
      201,
      "/ngsi-ld/v1/temporal/entities/urn:ngsi-ld:Meter:1",
    ]);
    // What was seen last is so now, whatever comes in later.
    const late = { power: [{ type: "Property", value: 15, observedAt: "2026-02-01T01:30:00Z" }] };
    expect((await ask("POST", "/temporal/entities/urn:ngsi-ld:Meter:1/attrs", late)).status).toBe(
      204,
    );
    expect((await ask("POST", "/temporal/entities", entity)).status).toBe(204);
    expect((await get("/entities/urn:ngsi-ld:Meter:1?options=keyValues")).power).toBe(40);
    const path = "/temporal/entities/urn:ngsi-ld:Meter:1";
    const values = async (query: string) =>
      (await get(`${path}?options=temporalValues&${query}`)).power?.values.map(
        ([value]: Json) => value,
      );
    expect(await values(`timerel=after&timeAt=${hour(2)}`)).toEqual([20, 30, 40]);
    expect(await values(`timerel=between&timeAt=${hour(1)}&endTimeAt=${hour(2)}`)).toEqual([
      10, 15,
    ]);
    expect(await values(`timerel=before&timeAt=${hour(1)}`)).toBeUndefined();
    expect(await values("lastN=2")).toEqual([30, 40]);
    const [first] = (await get(path)).power;
    expect(first).toMatchObject({ type: "Property", value: 10, observedAt: hour(1) });
    expect(first.instanceId).toMatch(/^urn:ngsi-ld:Instance:/);
    const span = `timerel=after&timeAt=${hour(3)}`;
    expect((await get(`/temporal/entities?type=Meter&${span}`))[0].power).toHaveLength(2);
    expect(await get(`/temporal/entities?type=Lamp&${span}&q=power==100`)).toEqual([]);
    for (const wrong of ["timerel=after", "timerel=soon&timeAt=x", "timeproperty=x", "lastN=0"]) {
      expect((await ask("GET", `${path}?${wrong}`)).status).toBe(400);
    }
    expect((await ask("GET", "/temporal/entities?type=Meter")).status).toBe(400);
    expect((await ask("GET", "/temporal/entities/urn:none")).status).toBe(404);
    expect((await ask("POST", "/temporal/entities/urn:none/attrs", late)).status).toBe(404);
    const owner = { "NGSILD-Tenant": AIR };
    expect((await ask("GET", path, undefined, owner)).status).toBe(404);
  });
});

describe("contexts that are kept here", () => {
  test("are added, listed, used by their address, and removed by their dataset alone", async () => {
    const context = { "@context": { volt: "https://own.example/volt" } };
    const made = await ask("POST", "/jsonldContexts", context);
    const path = (made.headers.get("Location") ?? "").replace("/ngsi-ld/v1", "");
    expect([made.status, path.slice(0, 16)]).toEqual([201, "/jsonldContexts/"]);
    const url = `${world.node.url}/ngsi-ld/v1${path}`;
    expect(await get("/jsonldContexts?kind=Hosted")).toEqual([url]);
    expect(await get("/jsonldContexts?details=true")).toMatchObject([
      { URL: url, kind: "Hosted" },
      { URL: contextUrl, kind: "Cached" },
    ]);
    expect(await get(path)).toEqual(context);
    const made2 = await ask(
      "POST",
      "/entities",
      { ...lamp(310), volt: 9, "@context": url },
      LD_TYPE,
    );
    expect(made2.status).toBe(201);
    expect(await get("/entities?attrs=https://own.example/volt")).toHaveLength(1);
    const owner = { "NGSILD-Tenant": AIR, Authorization: `Bearer ${token}` };
    expect(await get("/jsonldContexts", owner)).toEqual([]);
    expect((await ask("DELETE", path, undefined, owner)).status).toBe(404);
    expect((await ask("POST", "/jsonldContexts", { "@context": "http://10.1.1.1/" })).status).toBe(
      503,
    );
    expect((await ask("POST", "/jsonldContexts", { no: 1 })).status).toBe(400);
    expect((await ask("GET", "/jsonldContexts/..%2F..%2Finbox")).status).toBe(404);
    expect((await ask("DELETE", path)).status).toBe(204);
    expect((await ask("GET", path)).status).toBe(404);
  });
});

describe("a dataset over NGSI-LD", () => {
  test("is written by its owner, signed by the gateway, proved, and nobody else's to see", async () => {
    const tenant = { "NGSILD-Tenant": AIR };
    const owner = { ...JSON_TYPE, ...tenant, Authorization: `Bearer ${token}` };
    const stranger = await ask("GET", "/entities?type=Lamp", undefined, tenant);
    expect([stranger.status, stranger.body.type]).toEqual([404, `${ERRORS}NonexistentTenant`]);
    expect(
      (await ask("GET", "/types", undefined, { "NGSILD-Tenant": "MA.156.9999/X" })).status,
    ).toBe(404);
    expect((await ask("POST", "/entities", lamp(1), { ...JSON_TYPE, ...tenant })).status).toBe(401);
    const made = await ask("POST", "/entities", lamp(1), owner);
    expect([made.status, made.headers.get("NGSILD-Tenant")]).toEqual([201, AIR]);
    const claims = {
      ...{ source: code(OFFICE), audience: world.origin, signer: signerOf("phone") },
      iatSeconds: Math.floor(Date.now() / 1000),
    };
    const said = {
      id: "urn:ngsi-ld:Lamp:1",
      type: "Lamp",
      time: "2026-05-29T00:00:00Z",
      power: 77,
    };
    await world.node.client.sendEntry(AIR, await signEntry(claims, [makeObservation(said)]));
    const found = (await ask("GET", "/entities?type=Lamp", undefined, owner)).body;
    expect(found[0].power).toMatchObject({ value: 77, observedAt: "2026-05-29T00:00:00.000Z" });
    const size = (await world.node.client.dataset(AIR)).entries ?? 0;
    const proof = await world.owner.factsProof(AIR, size - 2, { names: ["power", "@op"] });
    const policy = parsePolicy((await world.node.client.node()).policy);
    if (!policy.ok) throw new Error(policy.error.code);
    const now = Math.floor(Date.now() / 1000);
    const verdict = await verifyFacts(proof, {
      policy: policy.value,
      nowSeconds: now,
      maxAgeSeconds: 3600,
    });
    if (!verdict.ok) throw new Error(JSON.stringify(verdict.error));
    // The node's own key for the dataset, not that of a device.
    expect([verdict.value.source, verdict.value.signer.holder]).toEqual([AIR, `${AIR}#1`]);
    expect(verdict.value.facts.find(({ name }) => name === "@op")?.value).toBe("replace");
  });

  test("loses nothing that was acknowledged when it is killed, and gives the same then", async () => {
    const settled: number[] = [];
    const writes = [...Array(60).keys()].map(async (n) => {
      const { status } = await ask("POST", "/entities", lamp(1000 + n));
      if (status === 201) settled.push(1000 + n);
    });
    await Promise.race([
      Promise.allSettled(writes),
      new Promise((resolve) => setTimeout(resolve, 30)),
    ]);
    await world.node.stop("SIGKILL");
    await Promise.allSettled(writes);
    const node = await startRealNode({ ...SCRATCH, data: world.node.data });
    world = { ...world, node, owner: ownerAt(node) };
    for (const n of settled)
      expect((await ask("GET", `/entities/urn:ngsi-ld:Lamp:${n}`)).status).toBe(200);
    expect(await ids("q=watt==5")).toEqual([]);
    expect(await get("/entities/urn:ngsi-ld:Pole:1")).toMatchObject({ on: { value: true } });
    const described = (await (await fetch(`${node.url}/.well-known/cityid`)).json()) as Json;
    expect(described.scratch).toBe(true);
    expect(node.log()).toContain("scratch dataset open to everybody");
  });
});
