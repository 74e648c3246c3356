import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { discard } from "../discard.ts";
import { serveContexts } from "./context-server.ts";
import { ERRORS, JSON_TYPE, type Json, ngsiClient } from "./ngsi-client.ts";
import { beginLedger, type RealNode, startRealNode } from "./real-node.ts";

// What NGSI-LD says of forms, links, order and time, on the scratch dataset of a real node.

const CORE = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.8.jsonld";
const CONTEXT_REL = 'rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"';

let root: string;
let node: RealNode;
let contexts: Awaited<ReturnType<typeof serveContexts>>;
let base: string;
let isContextThere = true;

const { ask, get } = ngsiClient(() => node);
const made = async (body: object, path = "/entities"): Promise<void> =>
  expect((await ask("POST", path, body)).status).toBe(201);
const property = (value: unknown, more: object = {}) => ({ type: "Property", value, ...more });
/** What a refusal is called, and its status. */
const refused = async (method: string, path: string, body?: unknown, headers = JSON_TYPE) => {
  const { status, body: problem } = await ask(method, path, body, headers);
  expect(problem.title).not.toBe(problem.detail);
  return [status, problem.type.replace(ERRORS, "")];
};

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "cityid-ngsi-forms-"));
  node = await startRealNode({ data: await beginLedger(root), env: { CITYID_SCRATCH: "1" } });
  contexts = await serveContexts((path) => {
    const own = { size: "https://own.example/size", Thing: "https://own.example/Thing" };
    const known: { readonly [path: string]: unknown } = {
      "/own.jsonld": own,
      "/whole.jsonld": [`${base}/own.jsonld`, CORE],
    };
    const found = isContextThere ? known[path] : undefined;
    return found === undefined ? undefined : JSON.stringify({ "@context": found });
  });
  base = contexts.url;
});
afterAll(async () => {
  contexts.close();
  await node.stop();
  discard(root);
});

describe("what an operation takes", () => {
  test("is told before there is anything, and the beginning of the log is nothing", async () => {
    expect((await get("/types")).typeList).toEqual([]);
    expect(await get("/entities?local=true")).toEqual([]);
  });

  test("is refused by its name where it is something else", async () => {
    for (const [method, path, body] of [
      ["POST", "/entities?odd=1", { id: "urn:x:1", type: "T" }],
      ["GET", "/entities?type=T&odd=1"],
      ["GET", "/types?odd=1"],
      ["DELETE", "/entities?odd=1"],
      ["GET", "/temporal/entities?type=T&odd=1"],
      ["GET", "/entities?type=T&options=odd"],
      ["GET", "/entities/urn:x:1?format=odd"],
      [
        "GET",
        "/temporal/entities?type=T&timerel=after&timeAt=2020-01-01T00:00:00Z&options=temporalValues,odd",
      ],
    ] as const) {
      expect(await refused(method, path, body), path).toEqual([400, "InvalidRequest"]);
    }
    for (const path of ["/entities//attrs/a", "/temporal/entities//attrs/a", "/entities/x(y"]) {
      expect(await refused("DELETE", path), path).toEqual([400, "BadRequestData"]);
    }
    expect(await refused("DELETE", "/entities")).toEqual([400, "BadRequestData"]);
    expect(
      await refused("POST", "/entities", {}, { "Content-Type": "application/ld+json" }),
    ).toEqual([400, "BadRequestData"]);
    expect(await refused("POST", "/entities//attrs/", {})).toEqual([400, "BadRequestData"]);
    // The part behind the empty one takes its place: of an attribute there is nothing to amend.
    expect((await ask("PATCH", "/temporal/entities/urn:x:1/attrs//urn:x:2", {})).status).toBe(405);
    expect((await ask("GET", "/types/")).status).toBe(200);
    const slashed = await ask("POST", "/entities/", { id: "urn:slash:1", type: "Slash" });
    expect([slashed.status, slashed.headers.get("Location")]).toEqual([
      201,
      "/ngsi-ld/v1/entities/urn:slash:1",
    ]);
    expect(await get("/entities/?type=Slash")).toEqual(await get("/entities?type=Slash"));
    expect((await ask("DELETE", "/entities/urn:slash:1/")).status).toBe(204);
  });
});

describe("contexts", () => {
  test("stand in answers as they were given, and are told with whoever fetched them", async () => {
    const link = (url: string) => ({ Link: `<${url}>; ${CONTEXT_REL}` });
    const ld = { "Content-Type": "application/ld+json" };
    const whole = `${base}/whole.jsonld`;
    const thing = { id: "urn:ctx:1", type: "Thing", size: property(1), "@context": [whole] };
    expect((await ask("POST", "/entities", thing, ld)).status).toBe(201);
    const asLd = { Accept: "application/ld+json" };
    expect((await get("/entities/urn:ctx:1", { ...asLd, ...link(whole) }))["@context"]).toBe(whole);
    const own = await get("/entities/urn:ctx:1", { ...asLd, ...link(`${base}/own.jsonld`) });
    expect(own["@context"]).toEqual([`${base}/own.jsonld`, CORE]);
    expect((await get("/entities/urn:ctx:1", asLd)).type).toBe("https://own.example/Thing");
    // A term that means something else in the context of the reader is told as what it is.
    await made({ id: "urn:ctx:2", type: "Thing", size: property(2) });
    expect(Object.keys(await get("/entities/urn:ctx:2", link(whole)))).toEqual([
      "id",
      "type",
      "ngsi-ld:default-context/size",
    ]);
    const geo = { Accept: "application/geo+json", ...link(whole) };
    expect(await get("/entities?id=urn:ctx:1&local=true", geo)).toMatchObject({
      "@context": whole,
      features: [{ properties: { size: { value: 1 } } }],
    });
    const plain = await ask("GET", "/entities/urn:ctx:1", undefined, {
      ...geo,
      Prefer: "body=json",
    });
    expect(plain.body).not.toHaveProperty("@context");
    expect(plain.headers.get("Link")).toContain(whole);

    const at = (url: string) => `/jsonldContexts/${encodeURIComponent(url)}`;
    const cached = await get("/jsonldContexts?kind=Cached&details=true");
    expect(cached.map((each: Json) => each.URL).sort()).toEqual([`${base}/own.jsonld`, whole]);
    expect(Object.keys(cached[0]).sort()).toEqual([
      ...["URL", "createdAt", "kind", "lastUsage", "localId"],
    ]);
    expect((await get(at(`${base}/own.jsonld`)))["@context"].size).toContain("own.example");
    expect(await get(`${at(CORE)}?details=true`)).toMatchObject({ kind: "Cached" });
    expect((await ask("DELETE", `${at(CORE)}?reload=true`)).status).toBe(204);
    expect(await refused("DELETE", at(CORE))).toEqual([400, "BadRequestData"]);
    expect((await ask("DELETE", `${at(whole)}?reload=true`)).status).toBe(204);
    isContextThere = false;
    expect(await refused("DELETE", `${at(whole)}?reload=true`)).toEqual([
      503,
      "LdContextNotAvailable",
    ]);
    expect((await ask("GET", at(whole))).status).toBe(200);
    isContextThere = true;
    expect((await ask("DELETE", at(whole))).status).toBe(204);
    for (const [path, status] of [
      [at(whole), 404],
      ["/jsonldContexts/none?reload=true", 400],
      ["/jsonldContexts/none?reload=odd", 400],
    ] as const) {
      expect((await refused("DELETE", path))[0], path).toBe(status);
    }
    expect(await refused("POST", "/jsonldContexts", { no: 1 })).toEqual([400, "InvalidRequest"]);
  });
});

describe("members and links", () => {
  const house = (n: number) => `urn:ngsi-ld:House:${n}`;
  beforeAll(async () => {
    for (const n of [1, 2]) {
      await made({
        ...{ id: house(n), type: "House", name: property(`house ${n}`) },
        scope: n === 1 ? ["/a/b", "/c"] : "/a",
        floors: property(3 - n, { heated: property(n) }),
        in: { type: "Relationship", object: "urn:ngsi-ld:Town:1" },
      });
    }
    await made({
      ...{ id: "urn:ngsi-ld:Town:1", type: "Town", name: property("town") },
      in: { type: "Relationship", object: "urn:ngsi-ld:Land:1" },
      lost: { type: "Relationship", object: "urn:ngsi-ld:None:1" },
    });
    await made({ id: "urn:ngsi-ld:Land:1", type: "Land", name: property("land") });
  });

  test("are picked and left out, whatever they are, and refused where it makes no sense", async () => {
    const one = `/entities/${house(1)}`;
    expect(Object.keys(await get(`${one}?pick=name`))).toEqual(["name"]);
    expect(await get(`${one}?pick=name%7Ctype`)).toEqual(await get(`${one}?pick=type,name`));
    expect((await refused("GET", `${one}?pick=name%7C%7Ctype`))[0]).toBe(400);
    expect(await get(`${one}?pick=id,type`)).toEqual({ id: house(1), type: "House" });
    const left = Object.keys(await get(`${one}?omit=id,floors,scope`));
    expect(left.sort()).toEqual(["in", "name", "type"]);
    expect(await get("/entities?type=House,Land&pick=floors&format=simplified")).toEqual([
      { floors: 2 },
      { floors: 1 },
    ]);
    const unnamed = await get("/entities?type=House&attrs=name&datasetId=urn:d:9");
    expect(unnamed.map((each: Json) => Object.keys(each).sort())).toEqual([
      ["id", "scope", "type"],
      ["id", "scope", "type"],
    ]);
    const lost = await ask("GET", "/entities?type=House", undefined, { "NGSILD-Tenant": "odd" });
    expect([lost.status, lost.headers.get("NGSILD-Tenant")]).toEqual([404, "odd"]);
    for (const path of [
      ...["pick=odd", "omit=id,type,scope,name,floors,in"].map((each) => `${one}?${each}`),
    ]) {
      expect(await refused("GET", path), path).toEqual([404, "ResourceNotFound"]);
    }
    for (const query of [
      ...["pick=name&omit=name", "pick=name&attrs=name", "omit=name&attrs=name"],
      ...["pick=id;name", "pick=id,in{name", "pick=in{{name}", "pick=id,,name", "pick=in{,name}"],
      ...["pick=in{}", "pick=in{name}", "pick=in{in{name}}&join=inline", "join=odd", "joinLevel=0"],
    ]) {
      const path = `/entities?type=House&${encodeURI(query)}`;
      expect(await refused("GET", path), query).toEqual([400, "BadRequestData"]);
    }
  });

  test("lead to other entities, inside or behind, as many levels as are asked for", async () => {
    const one = `/entities/${house(1)}`;
    const pick = encodeURIComponent("id,in{id,name,in{id}}");
    expect(await get(`${one}?join=inline&joinLevel=2&pick=${pick}`)).toEqual({
      id: house(1),
      in: {
        ...{ type: "Relationship", object: "urn:ngsi-ld:Town:1" },
        entity: {
          ...{ id: "urn:ngsi-ld:Town:1", name: property("town") },
          in: {
            ...{ type: "Relationship", object: "urn:ngsi-ld:Land:1" },
            entity: { id: "urn:ngsi-ld:Land:1" },
          },
        },
      },
    });
    const simple = await get(
      `${one}?join=inline&options=keyValues&omit=${encodeURIComponent("in{lost,in}")}`,
    );
    expect(simple.in).toEqual({ id: "urn:ngsi-ld:Town:1", type: "Town", name: "town" });
    const flat = await get("/entities?type=House&join=flat&joinLevel=5&pick=id,in");
    expect(flat.map(({ id }: Json) => id)).toEqual([
      ...[house(1), house(2), "urn:ngsi-ld:Town:1", "urn:ngsi-ld:Land:1"],
    ]);
    const query = { type: "Query", entities: [{ type: "Town" }], join: "inline" };
    const [town] = (await ask("POST", "/entityOperations/query", query)).body;
    expect([town.in.entity.name.value, town.lost.entity]).toEqual(["land", undefined]);
    expect(await get("/entities/urn:ngsi-ld:Land:1?join=flat")).toMatchObject({ type: "Land" });
  });

  test("are asked of as far as questions lead, and no further than join says", async () => {
    await made({
      ...{ id: house(3), type: "House", at: property({ city: "Haikou" }) },
      colour: { type: "LanguageProperty", languageMap: { en: "red", zh: "红" } },
      use: { type: "VocabProperty", vocab: ["shop", "home"] },
    });
    const found = async (q: string, more = "") =>
      (await get(`/entities?type=House&q=${encodeURIComponent(q)}${more}`)).map(({ id }: Json) =>
        Number(id.at(-1)),
      );
    const one = "&join=inline&joinLevel=1";
    const two = "&join=inline&joinLevel=2";
    expect(await found('in{name}=="town"', one)).toEqual([1, 2]);
    expect(await found('in{Town:name}=="town";floors==2', one)).toEqual([1]);
    expect(await found('in{Land,Town:name}~="^t"', one)).toEqual([1, 2]);
    expect(await found('in{Land:name}=="town"', one)).toEqual([]);
    expect(await found('in{in{name}}=="land"', two)).toEqual([1, 2]);
    expect(await found("!in{lost}", one)).toEqual([3]);
    expect(await found("in{lost{name}}", two)).toEqual([]);
    // A link is equal to something or not; it comes before nothing.
    expect(await found('in>"urn:a"')).toEqual([]);
    expect(await found('in~="Town"')).toEqual([]);
    expect(await found('in!="urn:a"')).toEqual([1, 2]);
    expect(await found('at[city]=="Haikou"')).toEqual([3]);
    expect(await found('colour[*]=="红"')).toEqual([3]);
    expect(await found('colour[*]!="red"')).toEqual([]);
    expect(await found('colour[en]=="红"')).toEqual([]);
    // A term of a vocabulary is kept as what it means; whoever asks by the term says so.
    expect(await found("use==shop")).toEqual([]);
    expect(await found("use==shop,odd", "&expandValues=use&jsonKeys=at")).toEqual([3]);
    expect((await get(`/entities/${house(3)}?options=keyValues`)).use).toEqual({
      vocab: ["shop", "home"],
    });
    const inside = await get(`/entities/${house(1)}?join=inline&containedBy=urn:ngsi-ld:Town:1`);
    expect(inside.in).not.toHaveProperty("entity");
    for (const query of [
      ...['q=in{name}=="x"', 'q=in{in{name}}=="x"&join=inline', "q=in{name", "q=in.a{name}"],
      ...[
        "q=floors>1..2",
        "q=floors>1,2",
        "csf=((",
        "csf=a==1;",
        "georel=near;maxDistance==0&geometry=Point&coordinates=[0,0]",
      ],
      ...["type=*&local=false", "geometryProperty=location", "containedBy=x y"],
      ...["collation=de_u", "collation=a", "collation=", "collation=de,fr", "collation=x-own"],
      // A good tag, but longer than any that means something.
      `collation=de-u-co-phonebk-x-${"abcdefgh-".repeat(6)}a`,
      ...["orderBy=floors;dist-asc", "orderBy=floors;dist-asc&orderFrom=1,2", "orderBy=at[city"],
    ]) {
      const typed = query.startsWith("type") ? query : `type=House&${query}`;
      expect(await refused("GET", `/entities?${encodeURI(typed)}`), query).toEqual([
        ...[400, "BadRequestData"],
      ]);
    }
    for (const broad of ["attrs=createdAt", `q=${encodeURIComponent('modifiedAt>"2020"')}`]) {
      expect(await refused("GET", `/entities?${broad}`), broad).toEqual([400, "BadRequestData"]);
    }
    expect((await refused("GET", `/entities/${house(3)}?type=Town`))[0]).toBe(404);
    expect((await get(`/entities/${house(3)}?type=Town,House`)).id).toBe(house(3));
    for (const name of ["id", "type", "scope", "createdAt"]) {
      expect((await refused("GET", `/attributes/${name}`))[0], name).toBe(404);
    }
    expect(await refused("GET", "/types/House?details=true")).toEqual([400, "InvalidRequest"]);
    expect((await ask("DELETE", `/entities/${house(3)}`)).status).toBe(204);
  });

  test("are asked for in a body by selectors, and in the order that it names", async () => {
    const query = async (more: object, entities: readonly object[] = [{ type: "House" }]) => {
      const asked = { type: "Query", entities, ...more };
      const { status, body } = await ask("POST", "/entityOperations/query", asked);
      return status === 200 ? body.map(({ id }: Json) => Number(id.at(-1))) : body.code;
    };
    const ordering = { orderBy: ["floors;desc", "id"] };
    expect(await query({ ordering })).toEqual([1, 2]);
    expect(await query({}, [{ type: "House", id: house(2), idPattern: ":1$" }])).toEqual([2]);
    expect(await query({}, [{ type: "House", id: [house(2), house(1)] }])).toEqual([1, 2]);
    for (const [more, entities] of [
      ...[[{}, [{ id: house(1) }]] as const, [{}, [{ type: "House", id: [house(1), 5] }]] as const],
      ...[{ q: 4 }, { joinLevel: "2" }, { temporalQ: {} }, { ordering: {} }, { attrs: [] }].map(
        (each) => [each, undefined] as const,
      ),
      ...[{ coordinates: "1,2" }, { geometry: 5 }, { collation: 1 }].map(
        (each) => [{ ordering: { ...ordering, ...each } }, undefined] as const,
      ),
    ]) {
      expect(await query(more, entities), JSON.stringify([more, entities])).toBe("NGSI_DATA");
    }
    const near = { orderBy: ["location;dist-asc"] };
    expect(await query({ ordering: near })).toBe("HTTP_PARAMETER");
    const collated = (collation: string) => query({ ordering: { ...ordering, collation } });
    expect(await collated("de_u-co-phonebk")).toBe("HTTP_PARAMETER");
    expect(await collated("de-u-co-phonebk")).toEqual([1, 2]);
  });

  test("are put into the order of a language, the same on every page", async () => {
    for (const [n, name] of ["Zebra", "Ähre", "Afrika", "Ähre"].entries()) {
      await made({ id: `urn:word:${n}`, type: "Word", name: property(name) });
    }
    const words = async (more: string) =>
      (await get(`/entities?type=Word&orderBy=name${more}`)).map(({ id }: Json) => id.at(-1));
    expect((await words("")).join("")).toBe("2013");
    expect((await words("&collation=de")).join("")).toBe("2130");
    expect((await words("&collation=sv")).join("")).toBe("2013");
    expect((await words("&collation=und")).join("")).toBe("2130");
    for (const [n, name] of ["a10", "a9"].entries()) {
      await made({ id: `urn:number:${n}`, type: "Number", name: property(name) });
    }
    const numbers = (await get("/entities?type=Number&orderBy=name&collation=und-u-kn")) as Json[];
    expect(numbers.map(({ id }) => id.at(-1))).toEqual(["1", "0"]);
    for (let n = 0; n < 2; n++) await ask("DELETE", `/entities/urn:number:${n}`);
    const phonebook = "&collation=de-u-co-phonebk";
    expect((await words(phonebook)).join("")).toBe("1320");
    const pages = [0, 1, 2, 3, 4].map((offset) => words(`${phonebook}&limit=1&offset=${offset}`));
    expect((await Promise.all(pages)).flat().join("")).toBe("1320");
    const then = "/temporal/entities?type=Word&timerel=after&timeAt=2020-01-01T00:00:00Z";
    const told = await get(`${then}&timeproperty=createdAt&orderBy=name${phonebook}`);
    expect(told.map(({ id }: Json) => id.at(-1)).join("")).toBe("1320");
    for (let n = 0; n < 4; n++) await ask("DELETE", `/entities/urn:word:${n}`);
  });

  test("are put into an order, and found by scope", async () => {
    const order = async (by: string) =>
      (await get(`/entities?type=House,Town&orderBy=${encodeURIComponent(by)}`)).map(
        ({ id }: Json) => id.replace("urn:ngsi-ld:", ""),
      );
    expect(await order("floors")).toEqual(["House:2", "House:1", "Town:1"]);
    expect(await order("floors;desc")).toEqual(["House:1", "House:2", "Town:1"]);
    expect(await order("floors.heated")).toEqual(["House:1", "House:2", "Town:1"]);
    expect(await order("type;desc,name;desc")).toEqual(["Town:1", "House:2", "House:1"]);
    expect(await order("createdAt;desc")).toEqual(["Town:1", "House:2", "House:1"]);
    const page = await ask("GET", "/entities?type=House&orderBy=floors&limit=1&offset=1");
    expect([page.body[0].id, page.headers.get("Link")]).toEqual([
      house(1),
      expect.stringContaining('rel="prev"'),
    ]);
    expect((await refused("GET", "/entities?type=House&orderBy=a;odd"))[0]).toBe(400);
    const point = (...coordinates: number[]) => ({
      ...{ type: "GeoProperty", value: { type: "Point", coordinates } },
    });
    for (const [n, name, x] of [
      ...[[1, "b", 3] as const, [2, "á", 1] as const, [3, "A", 2] as const, [4, 7, 9] as const],
    ]) {
      const where = n === 4 ? {} : { location: point(x, 0) };
      await made({ id: `urn:order:${n}`, type: "Order", name: property({ is: name }), ...where });
    }
    const ordered = async (by: string, more = "") =>
      (await get(`/entities?type=Order&orderBy=${encodeURIComponent(by)}${more}`))
        .map(({ id }: Json) => id.at(-1))
        .join("");
    expect(await ordered("name[is]")).toBe("4312");
    expect(await ordered("name[is]", "&collation=und")).toBe("4321");
    // A language that has no order of its own has the same.
    expect(await ordered("name[is]", "&collation=tlh")).toBe("4321");
    expect(await ordered("location;dist-asc", "&orderFrom=[1.4,0]")).toBe("2314");
    expect(await ordered("location;dist-desc", "&orderFrom=[1.4,0]")).toBe("1324");
    const scoped = async (q: string) =>
      (await get(`/entities?type=House&count=true&scopeQ=${encodeURIComponent(q)}`)).length;
    expect(await Promise.all(["/a", "/a/#", "/+/b", "/a/b;/c", "/c,/a", "/x"].map(scoped))).toEqual(
      [1, 2, 1, 1, 2, 0],
    );
    expect((await refused("GET", "/entities?type=House&scopeQ=/a/%23/b"))[0]).toBe(400);
    expect((await ask("DELETE", `/entities/${house(1)}/attrs/scope`)).status).toBe(204);
    expect(await get(`/entities/${house(1)}`)).not.toHaveProperty("scope");
    expect((await refused("DELETE", `/entities/${house(1)}/attrs/scope`))[0]).toBe(404);
  });

  test("are told in the nearest language, and where the main instance is", async () => {
    const point = (x: number) => ({ type: "Point", coordinates: [x, x] });
    const at = (x: number, more = {}) => ({ type: "GeoProperty", value: point(x), ...more });
    await made({
      ...{ id: "urn:told:1", type: "Told", location: [at(9, { datasetId: "urn:d:1" }), at(1)] },
      name: { type: "LanguageProperty", languageMap: { de: "D", "en-GB": "E", zh: "中" } },
    });
    const lang = async (tags: string) =>
      (await get(`/entities/urn:told:1?lang=${encodeURIComponent(tags)}`)).name.lang;
    expect(
      await Promise.all(
        ["zh-Hant-TW", "EN", "en-us,de;q=0.5", "de;q=0.1,zh;q=0.9", "pt"].map(lang),
      ),
    ).toEqual(["zh", "en-GB", "de", "zh", "de"]);
    const geo = { Accept: "application/geo+json" };
    expect((await get("/entities/urn:told:1", geo)).geometry).toEqual(point(1));
    expect((await get("/entities/urn:told:1?geometryProperty=name", geo)).geometry).toBeNull();
    expect(await refused("GET", "/entities/urn:told:1?geometryProperty=location")).toEqual([
      ...[400, "BadRequestData"],
    ]);
  });

  test("end instance by instance, member by member, where they are said to be nothing", async () => {
    const path = "/entities/urn:null:1";
    const named = (value: unknown, datasetId?: string) =>
      property(value, datasetId ? { datasetId } : {});
    await made({
      ...{ id: "urn:null:1", type: "Nulled", scope: "/a" },
      many: [named(1), named(2, "urn:d:2"), named(3, "urn:d:3")],
      text: { type: "LanguageProperty", languageMap: { zh: "甲", en: "A" } },
      deep: property({ a: { b: 1, c: 2 } }, { by: property("me"), unitCode: "MTR" }),
    });
    const nothing = "urn:ngsi-ld:null";
    const change = {
      many: [named(nothing), named(nothing, "urn:d:3")],
      text: { type: "LanguageProperty", languageMap: { en: nothing } },
      deep: { type: "Property", value: { a: { c: nothing } }, by: nothing },
    };
    expect((await ask("PATCH", path, change)).status).toBe(204);
    expect(await get(path)).toEqual({
      ...{ id: "urn:null:1", type: "Nulled", scope: "/a" },
      many: named(2, "urn:d:2"),
      text: { type: "LanguageProperty", languageMap: { zh: "甲" } },
      deep: property({ a: { b: 1 } }, { unitCode: "MTR" }),
    });
    const more = { scope: "/b", text: "other" };
    expect((await ask("POST", `${path}/attrs?options=noOverwrite`, more)).status).toBe(207);
    expect((await get(path)).scope).toEqual(["/a", "/b"]);
    const other = { type: "Relationship", object: "urn:x:1" };
    expect((await refused("PATCH", `${path}/attrs/deep`, other))[0]).toBe(400);
    expect((await ask("PATCH", `${path}/attrs`, { fresh: other })).status).toBe(204);
    expect((await get(path)).fresh).toEqual(other);
    expect((await ask("PATCH", `${path}/attrs/deep`, { value: nothing })).status).toBe(204);
    expect(await get(path)).not.toHaveProperty("deep");
    const first = { id: "urn:null:2", type: "Nulled", a: nothing };
    expect(await refused("POST", "/entities", first)).toEqual([400, "BadRequestData"]);
    const { errors } = (await ask("POST", "/entityOperations/create", [first])).body;
    expect(errors[0].error.type).toBe(`${ERRORS}BadRequestData`);
  });

  test("end together, as a query finds them", async () => {
    for (const n of [1, 2, 3]) {
      await made({ id: `urn:purge:${n}`, type: "Purged", a: property(n), b: property(n) });
    }
    const rest = async () =>
      (await get("/entities?type=Purged&format=simplified")).map(
        ({ id, type, ...more }: Json) => more,
      );
    expect((await ask("DELETE", "/entities?type=Purged&q=a==1&drop=a")).status).toBe(204);
    expect((await ask("DELETE", "/entities?id=urn:purge:2&keep=a")).status).toBe(204);
    expect(await rest()).toEqual([{ b: 1 }, { a: 2 }, { a: 3, b: 3 }]);
    expect((await ask("DELETE", "/entities?type=Purged&drop=a&keep=b")).status).toBe(400);
    // Which things they are does not say that as much was meant; that nobody else is asked does.
    for (const only of ["id=urn:purge:2", "idPattern=.*", "attrs=createdAt", "scopeQ=%2F%23"]) {
      const answer = await refused("DELETE", `/entities?${only}`);
      expect(answer, only).toEqual([400, "BadRequestData"]);
    }
    expect((await ask("DELETE", "/entities?local=true&id=urn:purge:3")).status).toBe(204);
    expect(await rest()).toEqual([{ b: 1 }, { a: 2 }]);
    expect((await ask("DELETE", "/entities?type=Purged")).status).toBe(204);
    expect(await rest()).toEqual([]);
  });
});

test("scopes are asked for in any script", async () => {
  const scope = "/北京/海淀区";
  await made({ id: "urn:script:1", type: "Script", scope });
  for (const asked of [scope, "/北京/#", "/+/海淀区"]) {
    const found = await get(`/entities?type=Script&scopeQ=${encodeURIComponent(asked)}`);
    expect(found.map(({ id }: Json) => id)).toEqual(["urn:script:1"]);
  }
});

describe("what was so", () => {
  const at = (minute: number) => `2026-03-01T10:${String(minute).padStart(2, "0")}:00Z`;
  const path = "/temporal/entities/urn:time:1";
  const seen = (...values: (readonly [number, number])[]) =>
    values.map(([minute, value]) => property(value, { observedAt: at(minute) }));
  const values = async (query = "", of = path) => {
    const { status, body } = await ask("GET", `${of}?options=temporalValues${query}`);
    return status === 200 || status === 206 ? body : status;
  };

  test("is told by its instances, values and sums, and asked for in a body", async () => {
    await made(
      {
        ...{ id: "urn:time:1", type: "Meter", scope: "/here" },
        level: [
          ...seen([0, 10], [30, 20], [70 - 60 + 10, 40]),
          property(7, { observedAt: at(5), datasetId: "urn:d:1" }),
        ],
        name: {
          ...{ type: "LanguageProperty", languageMap: { zh: "表" }, observedAt: at(1) },
        },
      },
      "/temporal/entities",
    );
    expect(await values()).toEqual({
      ...{ id: "urn:time:1", type: "Meter" },
      level: [
        {
          type: "Property",
          values: [
            [10, at(0)],
            [40, at(20)],
            [20, at(30)],
          ],
        },
        { type: "Property", datasetId: "urn:d:1", values: [[7, at(5)]] },
      ],
      name: { type: "LanguageProperty", languageMaps: [[{ languageMap: { zh: "表" } }, at(1)]] },
    });
    expect((await values("&datasetId=urn:d:1,urn:d:2")).level.values).toEqual([[7, at(5)]]);
    expect((await values("&lastN=1&datasetId=@none&pick=level")).level.values).toEqual([
      [20, at(30)],
    ]);
    expect(await values("&pick=odd")).toBe(404);
    expect(await values("&attrs=odd")).toBe(404);
    const sums = "format=aggregatedValues&aggrMethods=avg,totalCount&aggrPeriodDuration=PT15M";
    expect((await get(`${path}?${sums}&attrs=level&datasetId=@none`)).level).toEqual({
      type: "Property",
      totalCount: [
        [1, at(0), at(15)],
        [1, at(15), at(30)],
        [1, at(30), at(45)],
      ],
      avg: [
        [10, at(0), at(15)],
        [40, at(15), at(30)],
        [20, at(30), at(45)],
      ],
    });
    const month = "format=aggregatedValues&aggrMethods=min,max,stddev&aggrPeriodDuration=P1M";
    const span = "timerel=after&timeAt=2026-01-31T00:00:00Z";
    const monthly = (await get(`${path}?${month}&${span}&attrs=level&datasetId=@none`)).level;
    expect(monthly.max).toEqual([[40, "2026-02-28T00:00:00Z", "2026-03-31T00:00:00Z"]]);
    expect(monthly.stddev[0][0]).toBeCloseTo(12.47, 2);
    const ever = "timerel=after&timeAt=0000-01-01T00:00:00Z&attrs=level&datasetId=@none";
    expect((await get(`${path}?${month}&${ever}`)).level.max).toEqual([
      [40, "2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z"],
    ]);
    for (const query of ["aggrMethods=odd", "aggrMethods=avg&aggrPeriodDuration=1h", ""]) {
      const odd = `${path}?format=aggregatedValues&${query}`;
      expect((await refused("GET", odd))[0], query).toBe(400);
    }
    const asked = { type: "Query", entities: [{ type: "Meter" }] };
    const temporalQ = { timerel: "between", timeAt: at(10), endTimeAt: at(25) };
    const found = await ask("POST", "/temporal/entityOperations/query", { ...asked, temporalQ });
    expect(found.body.map(({ level }: Json) => level.map(({ value }: Json) => value))).toEqual([
      [40],
    ]);
    expect((await ask("POST", "/temporal/entityOperations/query", asked)).status).toBe(400);
  });

  test("says no sum that is beyond all numbers", async () => {
    const vast = ["2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z"].map((observedAt) =>
      property(1.7e308, { observedAt }),
    );
    const id = "urn:x:vast";
    expect((await ask("POST", "/temporal/entities", { id, type: "Vast", vast })).status).toBe(201);
    const sums = "format=aggregatedValues&aggrMethods=max,sum,avg,sumsq,stddev";
    const { vast: told } = await get(`/temporal/entities/${id}?${sums}`);
    expect([told.max[0][0], told.sum, told.avg, told.sumsq, told.stddev]).toEqual([
      ...[1.7e308, [], [], [], []],
    ]);
  });

  test("is changed, deleted and forgotten instance by instance, and the log still says all of it", async () => {
    const [first] = (await get(path)).level;
    const of = (instance: string) => `${path}/attrs/level/${instance}`;
    expect((await ask("PATCH", of(first.instanceId), property(11))).status).toBe(204);
    const [again] = (await get(`${path}?options=sysAttrs`)).level;
    expect([again.value, again.instanceId, again.observedAt]).toEqual([
      ...[11, first.instanceId, at(0)],
    ]);
    expect((await ask("DELETE", of(first.instanceId))).status).toBe(204);
    expect((await values("&attrs=level&datasetId=@none")).level.values).toEqual([
      [40, at(20)],
      [20, at(30)],
    ]);
    expect((await refused("DELETE", of(first.instanceId)))[0]).toBe(404);
    expect((await refused("DELETE", of("odd")))[0]).toBe(400);
    // What is newest is what the entity is.
    const newest = (await get(`${path}?attrs=level&datasetId=@none`)).level.at(-1);
    expect((await ask("PATCH", of(newest.instanceId), property(21))).status).toBe(204);
    expect((await get("/entities/urn:time:1?datasetId=@none")).level.value).toBe(21);

    expect((await ask("DELETE", "/entities/urn:time:1/attrs/name")).status).toBe(204);
    expect((await ask("DELETE", "/entities/urn:time:1/attrs/scope")).status).toBe(204);
    const gone = await get(`${path}?timeproperty=deletedAt`);
    expect(Object.keys(gone)).toEqual(["id", "type", "scope", "name"]);
    expect([gone.name[0].languageMap, gone.scope[0].value]).toEqual([
      { "@none": "urn:ngsi-ld:null" },
      [],
    ]);
    expect(gone.name[0].deletedAt).toMatch(/Z$/);
    expect((await get(path)).name).toHaveLength(1);

    const level = `${path}/attrs/level`;
    expect((await ask("DELETE", `${level}?datasetId=urn:d:1`)).status).toBe(204);
    expect((await refused("DELETE", `${level}?datasetId=urn:d:1`))[0]).toBe(404);
    expect((await values("&attrs=level")).level.values).toHaveLength(2);
    expect((await ask("DELETE", `${level}?deleteAll=true`)).status).toBe(204);
    expect(await values("&attrs=level")).toBe(404);
    expect(await get("/entities/urn:time:1")).toEqual({ id: "urn:time:1", type: "Meter" });
    expect((await ask("DELETE", path)).status).toBe(204);
    for (const each of [path, "/entities/urn:time:1"]) {
      expect((await ask("GET", each)).status).toBe(404);
    }
    expect((await refused("DELETE", path))[0]).toBe(404);
    // Said again, it begins anew.
    const anew = { id: "urn:time:1", type: "Meter", level: seen([0, 10]) };
    await made(anew, "/temporal/entities");
    expect((await values()).level.values).toEqual([[10, at(0)]]);
  });

  test("is told as it was said last for a time, and as nothing from when on there was nothing", async () => {
    const id = "urn:time:again";
    const again = `/temporal/entities/${id}`;
    const say = async (more: object) => {
      const said = { id, type: "Meter", ...more };
      return (await ask("POST", "/temporal/entities", said)).status;
    };
    const other = { datasetId: "urn:d:1" };
    const sums = "&format=aggregatedValues&aggrMethods=totalCount";
    expect(await say({ level: [...seen([0, 10], [10, 20])] })).toBe(201);
    const more = [
      ...seen([0, 11], [10, 20], [20, 30]),
      property(5, { observedAt: at(0), ...other }),
    ];
    expect(await say({ level: more })).toBe(204);
    expect((await values("&datasetId=@none", again)).level.values).toEqual([
      [11, at(0)],
      [20, at(10)],
      [30, at(20)],
    ]);
    expect((await values("&datasetId=urn:d:1", again)).level.values).toEqual([[5, at(0)]]);

    const none = { observedAt: at(30) };
    const nothing = "urn:ngsi-ld:null";
    const ended = {
      level: [property(nothing, none)],
      name: [{ type: "LanguageProperty", languageMap: { "@none": nothing }, ...none }],
      location: [{ type: "GeoProperty", value: nothing, ...none }],
    };
    expect(await say({ ...ended, type: ["Meter", "Old"] })).toBe(204);
    const told = await get(again);
    expect(told.type).toEqual(["Meter", "Old"]);
    expect(told.level.at(-1)).toMatchObject(property(nothing, none));
    expect([told.name[0].languageMap["@none"], told.location[0].value]).toEqual([nothing, nothing]);
    expect((await get(`${again}?datasetId=@none${sums}`)).level.totalCount[0][0]).toBe(3);
    // What ended is nothing that the entity has now; the other instance goes on.
    expect(await get(`/entities/${id}`)).toEqual({
      ...{ id, type: ["Meter", "Old"] },
      level: property(5, { observedAt: at(0), ...other }),
    });
    expect(await say({ level: [property(40, { observedAt: at(40) })] })).toBe(204);
    expect((await get(`/entities/${id}?datasetId=@none`)).level.value).toBe(40);
    const odd = { id: "urn:time:odd", type: "Meter", level: seen([0, 1]), expiresAt: nothing };
    const bad = [400, "BadRequestData"];
    expect(await refused("POST", "/temporal/entities", odd)).toEqual(bad);
    const below = { level: [property(1, { observedAt: at(0), n: property(nothing) })] };
    expect(await refused("POST", `${again}/attrs`, below)).toEqual(bad);
    expect((await refused("DELETE", "/temporal/entities/"))[0]).toBe(405);
  });

  test("is what a question over time is put to, whatever is so by now", async () => {
    const thing = (n: number, values: (readonly [number, number])[], more: object = {}) =>
      made(
        { id: `urn:then:${n}`, type: "Then", v: seen(...values), name: property(`n${n}`), ...more },
        "/temporal/entities",
      );
    const place = (minute: number, x: number) => ({
      ...{ type: "GeoProperty", value: { type: "Point", coordinates: [x, 0] } },
      observedAt: at(minute),
    });
    await thing(
      3,
      [
        [0, 30],
        [40, 5],
      ] as const satisfies (readonly [number, number])[],
      {
        location: [place(0, 1), place(40, 7)],
      },
    );
    await thing(
      1,
      [
        [0, 5],
        [40, 90],
      ],
      { location: [place(0, 7), place(40, 1)] },
    );
    await thing(2, [[0, 40]], { w: { ...property("é"), observedAt: at(0), datasetId: "urn:d:1" } });
    const span = `timerel=between&timeAt=${at(0)}&endTimeAt=${at(30)}`;
    const asked = async (more: string, when = span) => {
      const path = `/temporal/entities?type=Then&${when}&${more}`;
      const { body, headers } = await ask("GET", path);
      const ids = body.map(({ id }: Json) => id.at(-1)).join("");
      return [ids, headers.get("NGSILD-Results-Count")];
    };
    expect(await asked("q=v%3E25&count=true")).toEqual(["32", "2"]);
    expect(await asked("q=v%3E25&count=true&limit=1&offset=1")).toEqual(["2", "2"]);
    expect(await asked("q=v%3E25&limit=1&offset=2")).toEqual(["", null]);
    expect(await asked("q=v%3E25&attrs=name")).toEqual(["", null]);
    expect(await asked("q=v%3C25;!w&count=true")).toEqual(["1", "1"]);
    expect(await asked("attrs=w,odd&count=true")).toEqual(["2", "1"]);
    expect(await asked("q=v%3E25&count=true", `timerel=after&timeAt=${at(30)}`)).toEqual([
      "1",
      "1",
    ]);
    const near = "georel=near;maxDistance==1000&geometry=Point&coordinates=[1,0]&count=true";
    expect(await asked(near)).toEqual(["3", "1"]);
    expect((await asked("orderBy=id"))[0]).toBe("123");
    expect((await asked("orderBy=name;desc"))[0]).toBe("321");
    expect((await asked("orderBy=createdAt"))[0]).toBe("312");
    for (const query of ["q=v%7Bname%7D==1", "pick=v%7Bname%7D", "csf=((", "orderBy=v;odd"]) {
      const path = `/temporal/entities?type=Then&${span}&${query}`;
      expect(await refused("GET", path), query).toEqual([400, "BadRequestData"]);
    }
    expect((await refused("GET", `/temporal/entities?${span}&attrs=createdAt`))[0]).toBe(400);
    // A body that says how to sum up asks for sums.
    const temporalQ = { timerel: "after", timeAt: at(0) };
    const sums = async (more: object) =>
      (
        await ask("POST", "/temporal/entityOperations/query", {
          ...{ type: "Query", entities: [{ type: "Then", id: "urn:then:1" }], temporalQ, ...more },
        })
      ).body[0]?.v;
    const max = { type: "Property", max: [[90, at(0), at(40)]] };
    expect(await sums({ aggrParams: { aggrMethods: ["max"] } })).toEqual(max);
    expect(await sums({ temporalQ: { ...temporalQ, aggrMethods: "max" } })).toEqual(max);
    expect((await sums({}))[0].instanceId).toBeDefined();
    expect(await sums({ aggrParams: { aggrMethods: ["odd"] } })).toBeUndefined();
    // A scope that was set counts as observed when it was.
    await made({ id: "urn:then:4", type: "Scoped", scope: "/old", v: property(1) });
    await ask("PATCH", "/entities/urn:then:4", { scope: "/new" });
    const { scope } = await get("/temporal/entities/urn:then:4?options=sysAttrs");
    expect(scope.map(({ value }: Json) => value)).toEqual(["/old", "/new"]);
    expect(scope[1].observedAt).toBe(scope[1].modifiedAt);
  });

  test("are scopes at times of their own, of which the last one observed is so now", async () => {
    const scoped = (value: unknown, minute: number) => property(value, { observedAt: at(minute) });
    const one = "/temporal/entities/urn:then:5";
    const scope = [scoped("/b", 20), scoped(["/a", "/x"], 0)];
    await made({ id: "urn:then:5", type: "Then5", scope, v: seen([30, 1]) }, "/temporal/entities");
    const now = async () => (await get("/entities/urn:then:5")).scope;
    expect(await now()).toBe("/b");
    const then = async (query = "") => {
      const { scope: told } = await get(`${one}${query}`);
      return told?.map((each: Json) => [each.value, Date.parse(each.observedAt)]);
    };
    expect(await then()).toEqual([
      [["/a", "/x"], Date.parse(at(0))],
      ["/b", Date.parse(at(20))],
    ]);
    // Older than what is so now, and newer.
    expect((await ask("POST", `${one}/attrs`, { scope: scoped("/c", 10) })).status).toBe(204);
    expect(await now()).toBe("/b");
    expect((await ask("POST", `${one}/attrs`, { scope: [scoped("/d", 25)] })).status).toBe(204);
    expect(await now()).toBe("/d");
    expect((await then())?.map(([value]: Json) => value)).toEqual([["/a", "/x"], "/c", "/b", "/d"]);
    const span = `timerel=between&timeAt=${at(5)}&endTimeAt=${at(22)}`;
    expect((await then(`?${span}`))?.map(([value]: Json) => value)).toEqual(["/c", "/b"]);
    await ask("PATCH", "/entities/urn:then:5", { scope: "/e" });
    expect((await ask("POST", `${one}/attrs`, { scope: scoped("/f", 40) })).status).toBe(204);
    expect(await now()).toBe("/e");
    for (const wrong of [
      ...[{ value: "/a" }, scoped("a b", 1), { type: "Property" }],
      ...[{ ...scoped("/a", 1), type: "GeoProperty" }, [scoped("/a", 1), scoped("/b", 1)]],
      ...[[scoped("/a", 1), "/b"]],
    ]) {
      const body = { scope: wrong };
      expect(await refused("POST", `${one}/attrs`, body), JSON.stringify(wrong)).toEqual([
        400,
        "BadRequestData",
      ]);
    }
  });

  describe("is found by the scopes that held then", () => {
    const clock = (time: string) => `2026-03-02T${time}:00Z`;
    const then = (value: unknown, time: string) => property(value, { observedAt: clock(time) });
    const window = `timerel=between&timeAt=${clock("12:00")}&endTimeAt=${clock("13:00")}`;
    const TIMES = ["12:05", "12:15", "12:45"];
    const v = TIMES.map((time, n) => then(n, time));
    const scoped: { readonly [name: string]: unknown } = {
      late: then("/L/M", "14:00"),
      begun: then("/M", "12:10"),
      moved: [then("/R", "10:00"), then("/S", "12:30")],
      long: then("/A/B", "10:00"),
      left: [then("/Q", "10:00"), then("/P", "12:00")],
      // What is said without a time holds all the while, until others are observed.
      whole: ["/all", "/W"],
    };
    const none = { id: "urn:held:none", type: "Held", v };
    beforeAll(async () => {
      for (const [name, scope] of Object.entries(scoped)) {
        await made({ id: `urn:held:${name}`, type: "Held", scope, v }, "/temporal/entities");
      }
      await made(none, "/temporal/entities");
    });

    const found = async (scopeQ: string, more = window): Promise<Json[]> => {
      const query = `type=Held&scopeQ=${encodeURIComponent(scopeQ)}&${more}`;
      return (await get(`/temporal/entities?${query}`)).map(
        ({ id, v: told, scope }: Json) =>
          [
            id.replace("urn:held:", ""),
            told?.map((each: Json) => each.observedAt.slice(11, 16)),
            scope?.map((each: Json) => [each.value, each.observedAt.slice(11, 16)]),
          ] as const,
      );
    };

    test("by what began in time, with what was so in it alone", async () => {
      expect(await found("/L/M")).toEqual([]);
      expect(await found("/L/#")).toEqual([]);
      expect(await found("/M")).toEqual([["begun", TIMES.slice(1), [["/M", "12:10"]]]]);
      expect(await found("/R")).toEqual([["moved", TIMES.slice(0, 2), [["/R", "10:00"]]]]);
      expect(await found("/S")).toEqual([["moved", ["12:45"], [["/S", "12:30"]]]]);
      expect(await found("/R,/S")).toEqual([
        [
          "moved",
          TIMES,
          [
            ["/R", "10:00"],
            ["/S", "12:30"],
          ],
        ],
      ]);
      // They did not hold at once.
      expect(await found("/R;/S")).toEqual([]);
      expect(await found("/all;/W")).toEqual([["whole", TIMES, undefined]]);
      // The end does not count, the beginning does.
      expect(await found("/Q")).toEqual([]);
      expect((await found("/P"))[0]).toEqual(["left", TIMES, [["/P", "12:00"]]]);
    });

    test("by what holds when the time begins", async () => {
      expect(await found("/A/B")).toEqual([["long", TIMES, [["/A/B", "10:00"]]]]);
      expect((await found("/#")).map(([name]) => name)).toEqual([
        ...["begun", "moved", "long", "left", "whole"],
      ]);
      const short = `timerel=between&timeAt=${clock("12:20")}&endTimeAt=${clock("12:30")}`;
      expect(await found("/R", short)).toEqual([["moved", undefined, [["/R", "10:00"]]]]);
      expect(await found("/S", short)).toEqual([]);
      const before = `timerel=before&timeAt=${clock("12:10")}`;
      expect(await found("/M", before)).toEqual([]);
      expect(await found("/A/B", before)).toEqual([["long", ["12:05"], [["/A/B", "10:00"]]]]);
      const after = `timerel=after&timeAt=${clock("12:40")}`;
      expect(await found("/S,/L/#", after)).toEqual([
        ["late", undefined, [["/L/M", "14:00"]]],
        ["moved", ["12:45"], [["/S", "12:30"]]],
      ]);
    });

    test("together with other questions, which are put to what was so in them", async () => {
      expect((await found("/R", `${window}&q=v==2`)).length).toBe(0);
      expect((await found("/S", `${window}&q=v==2`)).length).toBe(1);
      expect(await found("/R", `${window}&attrs=v&lastN=1`)).toEqual([
        ["moved", ["12:15"], [["/R", "10:00"]]],
      ]);
      expect(await found("/R", `${window}&attrs=w`)).toEqual([]);
      const pages = [0, 1, 2, 3, 4, 5].map((n) => found("/#", `${window}&limit=1&offset=${n}`));
      expect((await Promise.all(pages)).flat().map(([name]) => name)).toEqual([
        ...["begun", "moved", "long", "left", "whole"],
      ]);
      const counted = await ask(
        "GET",
        `/temporal/entities?type=Held&scopeQ=/%23&count=true&${window}`,
      );
      expect(counted.headers.get("NGSILD-Results-Count")).toBe("5");
      const sums = `${window}&format=aggregatedValues&aggrMethods=totalCount&aggrPeriodDuration=PT30M`;
      const [sum] = await get(`/temporal/entities?type=Held&scopeQ=/R&${sums}`);
      expect([sum.v.totalCount, sum.scope]).toEqual([
        [[2, clock("12:00"), clock("12:30")]],
        undefined,
      ]);
      const temporalQ = {
        timerel: "between",
        ...{ timeAt: clock("12:00"), endTimeAt: clock("13:00") },
      };
      const body = { type: "Query", entities: [{ type: "Held" }], scopeQ: "/S", temporalQ };
      const asked = await ask("POST", "/temporal/entityOperations/query", body);
      expect(asked.body.map(({ v: told }: Json) => told.length)).toEqual([1]);
      const map = await ask("GET", `/temporal/entityMaps?type=Held&scopeQ=/R&${window}`);
      expect(Object.keys(map.body.entityMap)).toEqual(["urn:held:moved"]);
    });

    test("also where they were set, for as long as they were so", async () => {
      const id = "urn:kept:1";
      const now = () => new Date().toISOString();
      const pause = () => new Promise((resolve) => setTimeout(resolve, 5));
      await made({ id, type: "Kept", scope: "/Old", v: property(1) });
      await pause();
      const old = now();
      await pause();
      expect(
        (await ask("PATCH", `/entities/${id}`, { scope: "/New", v: property(2) })).status,
      ).toBe(204);
      // What is set again holds on, and is told once.
      expect((await ask("PATCH", `/entities/${id}`, { scope: "/New" })).status).toBe(204);
      await pause();
      const fresh = now();
      await pause();
      const kept = async (scope: string, span: string, property = "createdAt") =>
        (
          await get(`/temporal/entities?type=Kept&scopeQ=${scope}&timeproperty=${property}&${span}`)
        ).map(({ v: told, scope: said }: Json) => [
          told?.map((each: Json) => each.value),
          said?.map((each: Json) => each.value),
        ]);
      const all = "timerel=after&timeAt=2020-01-01T00:00:00Z";
      expect(await kept("/Old", all)).toEqual([[[1], ["/Old"]]]);
      expect(await kept("/New", all)).toEqual([[[2], ["/New"]]]);
      expect(await kept("/Old", all, "observedAt")).toEqual([[undefined, ["/Old"]]]);
      expect(await kept("/Old", `timerel=after&timeAt=${old}`)).toEqual([[undefined, ["/Old"]]]);
      expect(await kept("/Old", `timerel=after&timeAt=${fresh}`)).toEqual([]);
      expect(await kept("/New", `timerel=before&timeAt=${old}`)).toEqual([]);
      // What is made anew without scopes is in none.
      expect((await ask("PUT", `/entities/${id}`, { type: "Kept", v: property(3) })).status).toBe(
        204,
      );
      await pause();
      const bare = now();
      expect(await kept("/%23", `timerel=after&timeAt=${bare}`)).toEqual([]);
      expect(await kept("/New", all)).toEqual([[[2], ["/New"]]]);
      // What ended as it was in them, by when it ended.
      expect(await kept("/New", all, "deletedAt")).toEqual([]);
      expect((await ask("PATCH", `/entities/${id}`, { scope: "/New" })).status).toBe(204);
      expect((await ask("DELETE", `/entities/${id}/attrs/v`)).status).toBe(204);
      expect(await kept("/New", all, "deletedAt")).toEqual([[["urn:ngsi-ld:null"], undefined]]);
      expect(await kept("/Old", all, "deletedAt")).toEqual([]);
    });
  });

  test("comes in pages by time, the oldest or the newest first", async () => {
    const long = Array.from({ length: 20 }, (_, n) => [n, n] as const);
    const entity = { id: "urn:time:2", type: "Long", a: seen(...long), b: seen(...long) };
    await made(entity, "/temporal/entities");
    const of = "/temporal/entities/urn:time:2";
    const first = await ask("GET", of);
    expect([first.status, first.headers.get("Content-Range")]).toEqual([
      206,
      `date-time ${at(0)}-${at(15)}/*`,
    ]);
    expect([first.body.a.length, first.body.b.length]).toEqual([16, 16]);
    const next = await ask("GET", `${of}?timerel=after&timeAt=${at(16)}`);
    expect([next.status, next.body.a.length]).toEqual([200, 4]);
    const last = await ask("GET", `${of}?lastN=20&timerel=before&timeAt=${at(50)}`);
    expect([last.status, last.headers.get("Content-Range")]).toEqual([
      206,
      `date-time ${at(50)}-${at(4)}/20`,
    ]);
    const list = await ask("GET", `/temporal/entities?type=Long&timerel=after&timeAt=${at(0)}`);
    expect([list.status, list.body[0].a.length]).toEqual([206, 16]);
    // What is summed up needs no pages, which would sum up parts.
    const sums = "format=aggregatedValues&aggrMethods=totalCount,max&aggrPeriodDuration=P1Y";
    const summed = await ask("GET", `${of}?${sums}&timerel=after&timeAt=${at(0)}`);
    expect([summed.status, summed.body.a.totalCount[0][0], summed.body.a.max[0][0]]).toEqual([
      ...[200, 20, 19],
    ]);
  });

  test("is found where it was amended to be, and no more where it was", async () => {
    const few = { id: "urn:time:3", type: "Amended", v: seen([10, 1]), w: seen([10, 1]) };
    await made(few, "/temporal/entities");
    const of = "/temporal/entities/urn:time:3";
    const [{ instanceId }] = (await get(of)).v;
    const before = new Date().toISOString();
    await new Promise((resolve) => setTimeout(resolve, 5));
    const amend = (value: number, minute: number) =>
      ask("PATCH", `${of}/attrs/v/${instanceId}`, property(value, { observedAt: at(minute) }));
    const told = async (query: string) => (await get(`${of}?${query}`)).v;
    const late = `timerel=after&timeAt=${at(30)}`;
    for (const [value, minute] of [
      [2, 40],
      [3, 50],
    ] as const) {
      expect((await amend(value, minute)).status).toBe(204);
      expect(await told(late)).toMatchObject([{ value, instanceId, observedAt: at(minute) }]);
    }
    expect(await told(`timerel=before&timeAt=${at(30)}`)).toBeUndefined();
    const changed = (relation: string) =>
      told(`timeproperty=modifiedAt&timerel=${relation}&timeAt=${before}`);
    expect(await changed("before")).toBeUndefined();
    expect(await changed("after")).toMatchObject([{ value: 3 }]);
    expect((await amend(4, 20)).status).toBe(204);
    expect(await told(late)).toBeUndefined();
    expect((await amend(5, 45)).status).toBe(204);
    expect((await ask("DELETE", `${of}/attrs/v?deleteAll=true`)).status).toBe(204);
    expect(await told(late)).toBeUndefined();
  });

  test("is counted and told page by page of those alone that have something to tell", async () => {
    for (let n = 0; n < 5; n += 1) {
      await made({ id: `urn:few:${n}`, type: "Few", v: seen([10 * n, n]) }, "/temporal/entities");
    }
    const question = `/temporal/entities?type=Few&timerel=after&timeAt=${at(20)}&count=true&limit=2`;
    const first = await ask("GET", question);
    const next = /<([^>]*)>;rel="next"/.exec(first.headers.get("Link") ?? "")?.[1] ?? "";
    const second = await ask("GET", next.replace(/^.*\/ngsi-ld\/v1/, ""));
    expect([first, second].map(({ body }) => body.map(({ id }: Json) => id))).toEqual([
      ["urn:few:2", "urn:few:3"],
      ["urn:few:4"],
    ]);
    expect(first.headers.get("NGSILD-Results-Count")).toBe("3");
    expect(second.headers.get("Link")).toContain('rel="prev"');
    expect(second.headers.get("Link")).not.toContain('rel="next"');
  });
});
