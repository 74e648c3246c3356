import { mkdtempSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { discard } from "../discard.ts";
import { serveContexts } from "./context-server.ts";
import { ERRORS, type Fields, JSON_TYPE, type Json, LD_TYPE, ngsiClient } from "./ngsi-client.ts";
import { beginLedger, type RealNode, startRealNode } from "./real-node.ts";

// What NGSI-LD takes and what it refuses, on the scratch dataset of a real node: the letter of GS CIM 009 where programs trip.

const CONTEXT_REL = 'rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"';
const NOTHING = "urn:ngsi-ld:null";

let root: string;
let node: RealNode;
let contexts: Awaited<ReturnType<typeof serveContexts>>;
let base: string;

const { ask, get } = ngsiClient(() => node);
/** Its status, and what NGSI-LD calls the problem. */
const refused = async (method: string, path: string, body?: unknown, headers = JSON_TYPE) => {
  const { status, body: problem } = await ask(method, path, body, headers);
  return [status, problem?.type?.replace(ERRORS, "")];
};
const MISSING_ATTRIBUTE = [404, "ResourceNotFound"];
const BAD = [400, "BadRequestData"];
let count = 0;
const fresh = () => `urn:test:${++count}`;
const made = async (more: object, headers?: Fields): Promise<string> => {
  const id = fresh();
  const { status, text } = await ask("POST", "/entities", { id, type: "Thing", ...more }, headers);
  expect(status, text).toBe(201);
  return `/entities/${id}`;
};
const property = (value: unknown, more: object = {}) => ({ type: "Property", value, ...more });

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "cityid-ngsi-writes-"));
  node = await startRealNode({ data: await beginLedger(root), env: { CITYID_SCRATCH: "1" } });
  const documents: { readonly [path: string]: string } = {
    "/a.jsonld": JSON.stringify({ "@context": { size: "https://own.example/size" } }),
    "/b.jsonld": JSON.stringify({ "@context": { colour: "https://own.example/colour" } }),
    "/none.jsonld": JSON.stringify({ note: "not one" }),
    "/broken.jsonld": "{ not JSON",
  };
  contexts = await serveContexts((path) =>
    path.startsWith("/moved") ? { moved: path.replace("/moved", "") } : documents[path],
  );
  base = contexts.url;
});
afterAll(async () => {
  contexts.close();
  await node.stop();
  discard(root);
});

test("names that every object has are names of attributes like any other", async () => {
  const path = await made({ a: property(1) });
  const names = ["constructor", "toString", "valueOf"];
  const type = "type=Thing";
  for (const name of names) {
    expect(await refused("PATCH", `${path}/attrs/${name}`, { value: 1 })).toEqual(
      MISSING_ATTRIBUTE,
    );
    const asked = await ask("GET", `/entities?${type}&q=${name}`);
    expect([asked.status, asked.body]).toEqual([200, []]);
    expect((await ask("GET", `/entities?${type}&orderBy=${name}`)).status).toBe(200);
  }
  const said = Object.fromEntries(names.map((name) => [name, property(name)]));
  expect((await ask("POST", `${path}/attrs`, said)).status).toBe(204);
  expect((await ask("PATCH", `${path}/attrs/toString`, { value: "other" })).status).toBe(204);
  expect(await get(`${path}?options=keyValues`)).toMatchObject({ a: 1, toString: "other" });
  expect((await ask("DELETE", `${path}/attrs/constructor`)).status).toBe(204);
  expect(Object.keys(await get(path))).toEqual(["id", "type", "a", "toString", "valueOf"]);
  const then = { constructor: [property(1, { observedAt: "2026-01-01T00:00:00Z" })] };
  expect((await ask("POST", `/temporal${path}/attrs`, then)).status).toBe(204);
  const { constructor: told } = await get(`/temporal${path}?lastN=9`);
  expect([told].flat().map(({ value }: Json) => value)).toContain(1);
});

describe("a request", () => {
  test("without the length of its body is told just that, whatever it asks", async () => {
    const headers = { ...JSON_TYPE, "NGSILD-Tenant": "nobody" };
    for (const [method, path] of [
      ["POST", "/entities"],
      ["PATCH", "/entities/urn:x:1/attrs"],
      ["PUT", "/entities/urn:x:1"],
    ]) {
      const body = new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode("{}"));
          controller.close();
        },
      });
      const init = { method: String(method), headers, body, duplex: "half" };
      const answer = await fetch(`${node.url}/ngsi-ld/v1${path}`, init as RequestInit);
      expect([answer.status, await answer.text()], path).toEqual([411, ""]);
    }
  });

  test("gets the first of the specification's types among those it likes best", async () => {
    const path = await made({ n: property(1) });
    for (const [accept, want] of [
      ["application/ld+json, application/json", "json"],
      ["application/geo+json, application/ld+json", "ld+json"],
      ["application/json;q=0.1, application/ld+json;q=0.9", "ld+json"],
      ["application/json;q=0, */*", "ld+json"],
      ["*/*;q=0.9, application/ld+json;q=0.8", "json"],
      ["application/*", "json"],
      ["application/ld+json;q=odd", "ld+json"],
    ] as const) {
      const { status, headers } = await ask("GET", path, undefined, { Accept: accept });
      expect([status, headers.get("Content-Type")], accept).toEqual([200, `application/${want}`]);
    }
    for (const accept of ["application/xml", "application/json;q=0"]) {
      expect((await ask("GET", path, undefined, { Accept: accept })).status, accept).toBe(406);
    }
  });

  test("has no part in its address that leads to another one", async () => {
    const path = await made({ n: property(1) });
    const { port, hostname } = new URL(node.url);
    const raw = (method: string, target: string) =>
      new Promise<readonly [number | undefined, string]>((resolve, reject) => {
        const sent = request({ hostname, port, method, path: `/ngsi-ld/v1${target}` }, (answer) => {
          let text = "";
          answer.on("data", (part) => {
            text += part;
          });
          answer.on("end", () => resolve([answer.statusCode, JSON.parse(text).type]));
        });
        sent.on("error", reject).end();
      });
    for (const dots of ["..", ".", "%2e%2E", ".%2e", "%252e%252e"]) {
      for (const target of [
        `${path}/attrs/${dots}`,
        `/temporal${path}/attrs/${dots}?deleteAll=true`,
      ]) {
        expect(await raw("DELETE", target), target).toEqual([400, `${ERRORS}BadRequestData`]);
      }
    }
    expect((await get(path)).n).toEqual(property(1));
  });

  test("about the source itself is answered whatever tenant it names, each by a name of its own", async () => {
    const who = async (tenant?: string) => {
      const headers: Fields = tenant === undefined ? {} : { "NGSILD-Tenant": tenant };
      const answer = await ask("GET", "/info/sourceIdentity", undefined, headers);
      expect(answer.headers.get("NGSILD-Tenant")).toBe(tenant ?? null);
      return answer.body;
    };
    const own = await who();
    expect(own).toMatchObject({
      id: expect.stringMatching(/^urn:ngsi-ld:ContextSourceIdentity:[0-9a-f]{16}$/),
      type: "ContextSourceIdentity",
      contextSourceUptime: expect.stringMatching(/^PT\d+S$/),
      contextSourceTimeAt: expect.stringMatching(/Z$/),
    });
    const names = [own, await who("a"), await who("b")].map((each) => each.contextSourceAlias);
    expect(new Set(names).size).toBe(3);
    expect((await who("a")).contextSourceAlias).toBe(names[1]);
  });

  test("about other sources is judged like any other, and told that they are not asked", async () => {
    const lost = { "@context": `${base}/lost.jsonld` };
    for (const path of ["/csourceRegistrations", "/csourceSubscriptions"]) {
      const xml = { Accept: "application/xml" };
      expect((await ask("GET", `${path}?type=Thing`, undefined, xml)).status).toBe(406);
      expect((await refused("POST", path, lost, LD_TYPE))[0]).toBe(503);
      const answers = [refused("GET", path), refused("DELETE", `${path}/urn:x:1`)];
      for (const each of await Promise.all(answers)) {
        expect(each).toEqual([422, "OperationNotSupported"]);
      }
    }
  });

  test("names an entity, and one of its type where it says so", async () => {
    for (const method of ["PUT", "PATCH"]) {
      expect(await refused(method, "/entities/", { type: "Thing" }), method).toEqual(BAD);
    }
    const path = await made({ n: property(1), scope: "/a" });
    const changes = [
      ["PATCH", "", { n: property(2) }],
      ["POST", "/attrs", { n: property(3) }],
      ["PATCH", "/attrs", { n: property(4) }],
      ["PATCH", "/attrs/n", { value: 5 }],
      ["PUT", "/attrs/n", property(6)],
      ["PUT", "", { type: "Thing", n: property(7), scope: "/a" }],
      ["DELETE", "/attrs/scope", undefined],
      ["DELETE", "/attrs/n", undefined],
      ["DELETE", "", undefined],
    ] as const;
    const before = await get(path);
    for (const [method, more, body] of changes) {
      const other = await refused(method, `${path}${more}?type=Other`, body);
      expect(other, more).toEqual([404, "ResourceNotFound"]);
    }
    expect(await get(path)).toEqual(before);
    for (const [method, more, body] of changes) {
      const { status } = await ask(method, `${path}${more}?type=Other,Thing`, body);
      expect(status, `${method} ${more}`).toBe(204);
    }
    expect((await ask("GET", path)).status).toBe(404);
  });
});

describe("what an entity says", () => {
  test("is refused where the core has no room for it", async () => {
    const attributes: readonly object[] = [
      ...["datasetId", "instanceId", "observedAt", "unitCode"].map((n) => ({ [n]: property(1) })),
      { n: property(1, { "@context": { n: "https://own.example/n" } }) },
      { n: property(1, { object: "urn:x:1" }) },
      { n: property(1, { valueList: [1] }) },
      { n: property(1, { previousValue: 0 }) },
      { n: property(1, { entityIdSealed: "urn:x:1" }) },
      { n: { type: "Relationship", object: "urn:x:1", unitCode: "MTR" } },
      { n: { type: "Relationship", object: "urn:x:1", value: 1 } },
      { n: { type: "Relationship", object: "urn:x:1", previousObject: "urn:x:0" } },
      { n: { type: "ListProperty", valueList: [1], value: 1 } },
      { n: { type: "ListRelationship", objectList: ["no URI"] } },
      { n: { type: "JsonProperty", json: 5 } },
      { n: { type: "JsonProperty", json: { a: 1 }, unitCode: "MTR" } },
      { n: { type: "LanguageProperty", languageMap: { zh: "甲" }, valueType: "text" } },
      { n: { type: "LanguageProperty", languageMap: { "": "甲" } } },
      { ngsildproof: property("no proof") },
      { ngsildproof: property({ type: "Proof" }, { entityTypeSealed: 1 }) },
      { location: property(7) },
      { location: { type: "GeoProperty", value: "no geometry" } },
      { n: property({ a: { b: NOTHING } }) },
      ...["/a//b", "9a", "a-b", NOTHING, ["/a", "9b"]].map((scope) => ({ scope })),
      { type: "9Thing" },
    ];
    for (const each of attributes) {
      const body = { id: "urn:test:bad", type: "Thing", ...each };
      expect(await refused("POST", "/entities", body), JSON.stringify(each)).toEqual(BAD);
    }
    for (const unseen of [
      "\u202e",
      "\u200b",
      "\ufe0f",
      "\u3164",
      "\u2800",
      "\ufdd0",
      "\u{e0100}",
    ]) {
      const body = { id: `urn:test:a${unseen}b`, type: "Thing" };
      expect(await refused("POST", "/entities", body), escape(unseen)).toEqual(BAD);
    }
    expect(await refused("POST", "/entities", { id: NOTHING, type: "Thing" })).toEqual(BAD);
    expect((await ask("GET", "/entities/urn:test:bad")).status).toBe(404);
  });

  test("comes back as it was said, in the normalized form", async () => {
    const proof = { entityIdSealed: "urn:x:1", entityTypeSealed: "Thing" };
    const said = {
      typed: property(1, { valueType: "xsd:double" }),
      proven: { type: "Relationship", object: "urn:x:城市", objectType: "City" },
      raw: { type: "JsonProperty", json: { type: "raw", no: null, list: [null, { no: null }] } },
      words: { type: "LanguageProperty", languageMap: { zh: "甲" }, valueType: "langString" },
      way: { type: "ListRelationship", objectList: [{ object: "urn:x:1" }, { object: "urn:x:2" }] },
      ngsildproof: property({ type: "DataIntegrityProof" }, proof),
      location: { type: "GeoProperty", value: { type: "Point", coordinates: [114.5, 38] } },
      scope: ["/Straße_1/b", "/c"],
    };
    const path = await made({
      ...said,
      way: { objectList: ["urn:x:1", { object: "urn:x:2" }] },
      location: { type: "GeoProperty", value: '{"type":"Point","coordinates":[114.5,38]}' },
    });
    expect(await get(path)).toEqual({ id: path.slice(10), type: "Thing", ...said });
    const { raw, way } = await get(`${path}?format=simplified`);
    expect([raw, way]).toEqual([{ json: said.raw.json }, ["urn:x:1", "urn:x:2"]]);
  });
});

describe("a change", () => {
  test("goes into values where it is merged, and nowhere else", async () => {
    const path = await made({
      text: { type: "LanguageProperty", languageMap: { zh: "甲" } },
      timed: property(1, { observedAt: "2026-01-01T00:00:00Z" }),
      map: property({ type: "a", b: { c: 1, d: 2 } }),
    });
    const inside = { value: { b: { c: NOTHING } } };
    expect(await refused("PATCH", `${path}/attrs/map`, inside)).toEqual(BAD);
    expect(await refused("PATCH", `${path}/attrs`, { map: inside })).toEqual(BAD);
    const item = { id: path.slice(10), map: inside };
    const [failure] = (await ask("POST", "/entityOperations/update", [item])).body.errors;
    expect(failure.error.type).toBe(`${ERRORS}BadRequestData`);
    const at = "2026-02-02T00:00:00Z";
    const change = { text: "A", timed: 2, map: inside, untimed: 3, anew: property({ a: NOTHING }) };
    expect((await ask("PATCH", `${path}?lang=en&observedAt=${at}`, change)).status).toBe(204);
    expect(await get(path)).toMatchObject({
      text: { type: "LanguageProperty", languageMap: { zh: "甲", en: "A" } },
      timed: property(2, { observedAt: at }),
      map: property({ type: "a", b: { d: 2 } }),
      untimed: property(3),
      anew: property({}),
    });
    expect(await refused("PATCH", `${path}?observedAt=now`, change)).toEqual(BAD);
    expect(await refused("PATCH", `${path}/attrs/timed`, { datasetId: NOTHING })).toEqual(BAD);
  });

  test("of scopes replaces them where there are any, and they are no attribute", async () => {
    const path = await made({ n: property(1) });
    for (const method of ["PATCH", "PUT"]) {
      expect(await refused(method, `${path}/attrs/scope`, { value: "/b" }), method).toEqual(BAD);
    }
    const part = await ask("PATCH", `${path}/attrs`, { scope: "/b", n: property(2) });
    expect([part.status, part.body]).toEqual([
      207,
      {
        updated: ["https://uri.etsi.org/ngsi-ld/default-context/n"],
        notUpdated: [{ attributeName: "scope", reason: expect.any(String) }],
      },
    ]);
    expect(await get(path)).toEqual({ id: path.slice(10), type: "Thing", n: property(2) });
    expect((await ask("POST", `${path}/attrs`, { scope: "/b" })).status).toBe(204);
    expect((await ask("PATCH", `${path}/attrs`, { scope: "/c" })).status).toBe(204);
    expect((await get(path)).scope).toBe("/c");
  });

  test("of many tells of each that was not changed as it should be, and of null nothing is changed", async () => {
    const path = await made({ n: property(1) });
    const id = path.slice(10);
    const item = { id, n: property(2), more: property(3) };
    const update = "/entityOperations/update";
    const part = await ask("POST", `${update}?options=noOverwrite`, [item]);
    expect([part.status, part.body.success, part.body.errors[0].entityId]).toEqual([207, [], id]);
    expect(await get(`${path}?format=simplified`)).toMatchObject({ n: 1, more: 3 });
    for (const operation of ["create", "update", "upsert", "merge", "delete"]) {
      const all = [{ id: fresh(), type: "Thing" }, null];
      expect(await refused("POST", `/entityOperations/${operation}`, all), operation).toEqual(BAD);
    }
    const link = { Link: `<${base}/a.jsonld>; ${CONTEXT_REL}` };
    const both = { ...LD_TYPE, ...link };
    const named = [{ id: fresh(), type: "Thing", "@context": `${base}/a.jsonld` }];
    expect(await refused("POST", "/entityOperations/create", named, both)).toEqual(BAD);
  });
});

describe("a context", () => {
  test("that comes and is none is the mistake of whoever names it; one that does not come is not", async () => {
    const said = (context: unknown) => ({ id: fresh(), type: "Thing", "@context": context });
    const scoped = { Thing: { "@id": "https://own.example/T", "@context": { a: "urn:a:b" } } };
    for (const context of [`${base}/none.jsonld`, `${base}/broken.jsonld`, scoped]) {
      expect(await refused("POST", "/entities", said(context), LD_TYPE)).toEqual(BAD);
    }
    for (const context of [
      ...[
        `${base}/lost.jsonld`,
        "http://10.255.255.1/a.jsonld",
        `${base}/moved/moved/moved/moved/`,
      ],
    ]) {
      const answer = await refused("POST", "/entities", said(context), LD_TYPE);
      expect(answer, context).toEqual([503, "LdContextNotAvailable"]);
    }
    // A copy of the core context is the core context, and is not asked for.
    const copy = `${base}/any/ngsi-ld-core-context-v1.8.jsonld`;
    const copied = await made(
      { size: property(1), "@context": [`${base}/a.jsonld`, copy] },
      LD_TYPE,
    );
    const asLd = { Accept: "application/ld+json", Link: `<${copy}>; ${CONTEXT_REL}` };
    expect(await get(copied, asLd)).toMatchObject({ type: "Thing", "@context": copy });
    const moved = said([`${base}/moved/a.jsonld`]);
    expect((await ask("POST", "/entities", moved, LD_TYPE)).status).toBe(201);
    for (const query of ["details=odd", "kind=odd", "kind=Hosted&details=odd"]) {
      expect(await refused("GET", `/jsonldContexts?${query}`), query).toEqual(BAD);
    }
  });

  test("of several parts that a subscription came with gets an address, once", async () => {
    const subscribed = async () => {
      const id = fresh();
      const body = {
        ...{ id, type: "Subscription", entities: [{ type: "Thing" }] },
        notification: { endpoint: { uri: `${base}/told` } },
        "@context": [`${base}/a.jsonld`, `${base}/b.jsonld`],
      };
      expect((await ask("POST", "/subscriptions", body, LD_TYPE)).status).toBe(201);
      return (await get(`/subscriptions/${id}`)).jsonldContext;
    };
    const url = await subscribed();
    expect(await subscribed()).toBe(url);
    const path = `/jsonldContexts/${url.split("/").pop()}`;
    expect(await get(path)).toEqual({ "@context": [`${base}/a.jsonld`, `${base}/b.jsonld`] });
    const list = await get("/jsonldContexts?details=true&kind=ImplicitlyCreated");
    expect(list).toMatchObject([{ URL: url, kind: "ImplicitlyCreated" }]);
    expect(await get("/jsonldContexts?kind=Hosted")).toEqual([]);
    const entity = await made({ size: property(1), "@context": url }, LD_TYPE);
    expect(Object.keys(await get(entity))).toContain("https://own.example/size");
    expect(await refused("DELETE", `${path}?reload=true`)).toEqual(BAD);
    expect((await ask("DELETE", path)).status).toBe(204);
    expect(await get("/jsonldContexts?kind=ImplicitlyCreated")).toEqual([]);
  });
});

describe("bad input", () => {
  const raw = async (text: string, headers: Fields = JSON_TYPE) => {
    const init = { method: "POST", headers, body: text };
    const answer = await fetch(`${node.url}/ngsi-ld/v1/entities`, init);
    const body = (await answer.json().catch(() => ({}))) as Json;
    return [answer.status, body.type?.replace(ERRORS, "")];
  };
  const whole = (value: string) =>
    `{"id":"${fresh()}","type":"Thing","a":{"type":"Property","value":${value}}}`;

  test("is refused: nested without end, no numbers, times that are none, contexts that cannot be had", async () => {
    const INVALID = [400, "InvalidRequest"];
    expect(await raw(whole("[".repeat(100) + "]".repeat(100)))).toEqual(BAD);
    expect(await raw(whole(`${'{"a":'.repeat(100)}1${"}".repeat(100)}`))).toEqual(BAD);
    // Deeper than any stack: the answer is one of these two, and the node lives on.
    const deep = await raw(whole("[".repeat(100_000) + "]".repeat(100_000)));
    expect([BAD, INVALID]).toContainEqual(deep);
    for (const number of ["NaN", "Infinity", "01", "1e"]) {
      expect(await raw(whole(number)), number).toEqual(INVALID);
    }
    // What JSON can write and no double can hold.
    for (const number of ["1e999", "-1e400"]) expect(await raw(whole(number)), number).toEqual(BAD);
    for (const time of ["10000-01-01T00:00:00Z", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z"]) {
      const seen = { type: "Property", value: 1, observedAt: time };
      const body = { id: fresh(), type: "Thing", a: seen };
      expect(await refused("POST", "/entities", body), time).toEqual(BAD);
    }
    const past = "/temporal/entities?type=Thing&timerel=after&timeAt=2026-02-30T00:00:00Z";
    expect((await ask("GET", past)).status).toBe(400);
    const leap = { type: "Property", value: 1, observedAt: "2028-02-29T00:00:00Z" };
    const real = { id: fresh(), type: "Thing", a: leap };
    expect((await ask("POST", "/entities", real)).status).toBe(201);
    const LD = { "Content-Type": "application/ld+json" };
    const at = (url: string) => JSON.stringify({ id: fresh(), type: "Thing", "@context": [url] });
    expect(await raw(at(`${base}/nowhere.jsonld`), LD)).toEqual([503, "LdContextNotAvailable"]);
    expect((await ask("GET", "/entities?local=true")).status).toBe(200);
  });
});
