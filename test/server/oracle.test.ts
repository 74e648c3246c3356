import { afterAll, beforeAll, expect, test } from "vitest";
import { hex, sha256, utf8 } from "../../src/core/index.ts";
import { ENDPOINTS } from "../../src/server/ops/openapi/index.ts";
import { code } from "../core/state/kit.ts";
import {
  AIR,
  asReader,
  type GrantsWorld,
  type Hidden,
  office,
  openGrants,
  PARKS,
  photoOf,
  SHOWN_PHOTO,
} from "./grants-world.ts";
import {
  asCity,
  type Json,
  MA1301,
  NODE,
  type RequestSigning,
  sendSigned,
  signedHeaders,
} from "./world.ts";

// Two worlds that differ in nothing but what the reader may not know must give the same answers, whatever is asked.

const ONE: Hidden = {
  no2: 41,
  note: "夜间偷排",
  photo: photoOf("who was there"),
  other: `${MA1301}/X1`,
};
const OTHER: Hidden = {
  no2: 97,
  note: "夜间停产",
  photo: photoOf("somebody else"),
  other: `${MA1301}/X2`,
};

const SCOPE = { actions: ["read", "export"] } as const;

let world: GrantsWorld;
beforeAll(async () => {
  world = await openGrants(ONE, SCOPE);
});
afterAll(() => world[Symbol.asyncDispose]());

const hashOf = (bytes: Uint8Array) => hex(sha256(bytes));

type Ask = {
  readonly method: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
};

const READS = ENDPOINTS.filter(
  ({ method, tag, path }) => method === "get" && (tag === "datasets" || path.startsWith("/data/")),
);

/** What stands in the place of each part of a path; a new one makes the test fail until it is said here. */
function candidates(name: string, of: GrantsWorld): readonly string[] {
  const dataset = AIR.replaceAll("/", "_");
  const known: { readonly [name: string]: readonly string[] } = {
    code: [encodeURIComponent(AIR), PARKS, "MA.156.9999", "x"],
    index: ["0", "1", "2", "3", "4", "-1", "01"],
    id: [of.grantId, of.requestId, "0".repeat(64), "x"],
    sha256: [ONE.photo, OTHER.photo, SHOWN_PHOTO].map(hashOf),
    name: [`${dataset}.g1`, `${dataset}.g1.access`, "x"],
    path: ["0/000.p/1", "0/000.p/4", "0/000.p/255", "entries/000.p/4", "x"],
    kid: ["0".repeat(16)],
    ref: ["0".repeat(64)],
  };
  const found = known[name];
  if (found === undefined) throw new Error(`say what {${name}} can be`);
  return found;
}

/** Values that would tell something, tried in every parameter. */
const PROBES = [
  ...[
    "no2",
    "1",
    "pm25",
    "41",
    "97",
    ONE.other,
    "夜间",
    "dataset",
    "115.9,37,117,39",
    "no2>40",
    "-no2",
  ],
];

function* asks(of: GrantsWorld, probes: readonly string[]): Generator<Ask> {
  for (const { path, parameters = [] } of READS) {
    const parts = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
    let paths = [path];
    for (const name of parts) {
      const all = candidates(name, of);
      // Of another dataset there is nothing to be found below it.
      const values = name === "code" && parts.length > 1 ? all.slice(0, 1) : all;
      paths = paths.flatMap((each) => values.map((value) => each.replace(`{${name}}`, value)));
    }
    // How large the log of accesses is depends on the seconds that passed: one entry it has, 255 it never has here.
    const ofTime = (each: string) => each.includes(".access/") && each.endsWith("p/4");
    for (const each of paths) if (!ofTime(each)) yield { method: "GET", path: each };
    const main = path.replace(/\{(\w+)\}/g, (_, name) =>
      name === "index" ? "1" : (candidates(name, of)[0] ?? ""),
    );
    yield { method: "HEAD", path: main };
    yield { method: "GET", path: main, headers: { Accept: "text/html" } };
    // One path of each route is enough for what is asked in the query: of the entry that is shown in part.
    const names = parameters.map(({ name }) => name);
    for (const name of new Set([...names, "q", "filter", "sortby"])) {
      for (const probe of probes) {
        yield { method: "GET", path: `${main}?${name}=${encodeURIComponent(probe)}` };
      }
    }
  }
}

/** Questions that have to name what they are about before they are answered at all. */
function* tableAsks(probes: readonly string[]): Generator<Ask> {
  const at = `/v1/datasets/${encodeURIComponent(AIR)}`;
  for (const attribute of ["no2", "pm25"]) {
    for (const by of ["time", "cell", "area"]) {
      const path = `${at}/aggregate?attribute=${attribute}&by=${by}`;
      yield { method: "GET", path };
      const bounds = ["bbox=115,37,117,39", "since=2026-12-01T00:00:00Z", "resolution=15"];
      for (const bound of bounds) yield { method: "GET", path: `${path}&${bound}` };
    }
  }
  for (const format of ["parquet", "csv", "geojson", "ndjson"]) {
    for (const rest of ["export?", "export?of=entities&", "export/proof?"]) {
      const path = `${at}/${rest}format=${format}`;
      yield { method: "GET", path };
      for (const name of ["attributes", "bbox", "since", "size"]) {
        for (const probe of format === "ndjson" ? probes : []) {
          yield { method: "GET", path: `${path}&${name}=${encodeURIComponent(probe)}` };
        }
      }
    }
  }
}

const COLLECTION = `/ogc/collections/dataset.${AIR.replaceAll("/", "_")}`;
const ENTITIES = "/ngsi-ld/v1/entities";
const TENANT = { "NGSILD-Tenant": AIR };

/** Questions about entities, which stand in descriptions of their own: OGC API Features and NGSI-LD. */
function* entityAsks(probes: readonly string[]): Generator<Ask> {
  const uri = (id: string) => encodeURIComponent(`urn:ngsi-ld:AirQualityObserved:${id}`);
  const known = [AIR, ONE.other].map(uri);
  const paths = [
    ...["/ogc/collections", COLLECTION, `${COLLECTION}/items`, "/ngsi-ld/v1/types"],
    ...["/ngsi-ld/v1/types/AirQualityObserved", "/ngsi-ld/v1/attributes"],
    ...["no2", "pm25"].map((name) => `/ngsi-ld/v1/attributes/${name}`),
    ...["", "/WebMercatorQuad", "/WebMercatorQuad/0/0/0"].map(
      (each) => `${COLLECTION}/tiles${each}`,
    ),
    `${COLLECTION}/tiles/WebMercatorQuad/8/98/209`,
    ...known.flatMap((id) => [`${COLLECTION}/items/${id}`, `${ENTITIES}/${id}`]),
    `${ENTITIES}?type=Report&count=true`,
  ];
  for (const path of paths) {
    for (const method of ["GET", "HEAD"]) yield { method, path, headers: TENANT };
  }
  for (const name of ["bbox", "datetime", "limit", "no2", "pm25", "note", "type", "sortby"]) {
    for (const probe of probes) {
      yield { method: "GET", path: `${COLLECTION}/items?${name}=${encodeURIComponent(probe)}` };
    }
  }
  const asked = `${ENTITIES}?type=AirQualityObserved&count=true`;
  for (const name of ["q", "attrs", "idPattern", "orderBy", "pick", "omit", "options"]) {
    for (const probe of [...probes, "no2", "no2==41", "!no2", "keyValues"]) {
      const path = `${asked}&${name}=${encodeURIComponent(probe)}`;
      yield { method: "GET", path, headers: TENANT };
    }
  }
}

/** Hashes, and what is made of them, differ in every world; their number and their length say nothing. */
const OPAQUE = new Set([
  "leaf",
  "entry",
  "hash",
  "path",
  "log",
  "ledger",
  "kid",
  "op",
  "id",
  "grant",
  "request",
  "vkeys",
  "prev",
  "received",
  "index",
  "requests",
  "count",
]);

function veiled(value: Json, name = ""): Json {
  if (Array.isArray(value)) {
    // In the proof of an export they are encoded, with hashes in them.
    const isEncoded = name === "observations" && value.some((each) => typeof each === "string");
    if (isEncoded)
      return value.map((each) => (typeof each === "string" ? each.length : veiled(each)));
    return OPAQUE.has(name) ? "*" : value.map((each) => veiled(each));
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, veiled(each, key)]));
  }
  if (!OPAQUE.has(name)) return value;
  return typeof value === "string" && value.length >= 16 ? "*" : value;
}

async function seenIn(
  of: GrantsWorld,
  ask: Ask,
  reader: RequestSigning | undefined,
): Promise<Json> {
  const signed =
    reader && signedHeaders(ask.method, NODE + ask.path, undefined, of.clock.now, reader);
  const response = await of.request(ask.method, ask.path, {
    headers: { ...ask.headers, ...signed },
  });
  const type = response.headers.get("content-type") ?? "";
  const text = Buffer.from(await response.arrayBuffer()).toString("latin1");
  const parts = /ndjson/.test(type) ? text.split("\n").slice(0, -1) : [text];
  const body =
    /json/.test(type) && text !== ""
      ? parts.map((each) =>
          JSON.stringify(veiled(JSON.parse(Buffer.from(each, "latin1").toString()))),
        )
      : /octet-stream|text\/plain/.test(type)
        ? text.length
        : text;
  const headers = [...response.headers]
    .filter(([name]) => name !== "etag")
    .map(([name, each]) => `${name}: ${each}`);
  return { status: response.status, headers, etag: response.headers.has("etag"), body };
}

test("nothing hidden can be asked out by any route, whoever asks", async () => {
  await using other = await openGrants(OTHER, SCOPE);
  let asked = 0;
  for (const reader of [asReader, undefined, asCity]) {
    const probes = reader === asReader ? PROBES : [];
    for (const ask of [...asks(world, probes), ...entityAsks(probes), ...tableAsks(probes)]) {
      asked += 1;
      const [one, two] = [
        await seenIn(world, ask, reader),
        await seenIn(other, inThat(ask, other), reader),
      ];
      // How many notes the same accesses became depends on the seconds that passed, in each world.
      const isOfTime = /\/accesses|\.access\//.test(ask.path);
      const [got, want] = isOfTime
        ? [two, one].map((each) => (each as { status: Json }).status)
        : [two, one];
      expect(got, `${ask.method} ${ask.path} as ${reader?.key}`).toEqual(want);
      const text = JSON.stringify(one);
      for (const secret of [ONE.note, ONE.other, '"value":41', "who was there"]) {
        if (ask.path.includes(encodeURIComponent(secret))) continue;
        expect(text, `${ask.path} as ${reader?.key}`).not.toContain(secret);
      }
    }
  }
  expect(asked).toBeGreaterThan(300);
});

test("the short way gives the answers of the long one, to whoever asks", async () => {
  const wanted = utf8(JSON.stringify({ seconds: 600, grant: world.grantId }));
  const given = await sendSigned(world, "POST", "/v1/tokens", asReader, wanted);
  const { token } = (await given.json()) as Json;
  const moment = /"timeStamp":"[^"]*"/;
  let short = 0;
  for (const held of [{ Authorization: `Bearer ${token}` }, {}]) {
    for (const { method, path, headers } of entityAsks(PROBES)) {
      const all = { Host: "node.test", ...headers, ...held };
      const rawHeaders = Object.entries(all).flat();
      const url = path;
      const got = await world.app.page({ method, url, rawHeaders, socket: {} });
      if (got === undefined) continue;
      short += 1;
      const want = await world.get(path, all);
      const text = Buffer.from(got.body ?? "", "latin1").toString();
      expect([got.status, text.replace(moment, "")], path).toEqual([
        want.status,
        (await want.text()).replace(moment, ""),
      ]);
      const fields = new Headers();
      for (let i = 0; i < got.headers.length; i += 2) {
        fields.set(got.headers[i] ?? "", got.headers[i + 1] ?? "");
      }
      fields.delete("content-length");
      expect(Object.fromEntries(fields), path).toEqual(Object.fromEntries(want.headers));
    }
  }
  expect(short).toBeGreaterThan(100);
}, 120_000);

test("what was granted is seen as entities and features, until it is revoked", async () => {
  await using granted = await openGrants(ONE);
  const read = async (path: string, reader: RequestSigning | undefined) => {
    const signed =
      reader && signedHeaders("GET", NODE + path, undefined, granted.clock.now, reader);
    const response = await granted.request("GET", path, { headers: { ...TENANT, ...signed } });
    return response.ok ? await response.json() : response.status;
  };
  const entities = `${ENTITIES}?type=AirQualityObserved`;
  const [entity, ...none] = await read(entities, asReader);
  expect(none).toEqual([]);
  expect(entity).toMatchObject({ pm25: { value: 12 }, picture: {} });
  expect(Object.keys(entity).sort()).toEqual(["id", "picture", "pm25", "type"]);
  const { features, numberMatched } = await read(`${COLLECTION}/items`, asReader);
  expect([features.length, numberMatched, features[0].properties.pm25]).toEqual([1, 1, 12]);
  expect(features[0].geometry).toBeNull();
  for (const stranger of [undefined, asCity]) {
    expect(await read(entities, stranger)).toBe(404);
    expect(await read(`${COLLECTION}/items`, stranger)).toBe(404);
  }
  await granted.do(
    { op: "revoke", code: code(AIR), grant: Buffer.from(granted.grantId, "hex"), reason: "x" },
    office,
  );
  expect(await read(entities, asReader)).toBe(404);
  expect(await read(`${COLLECTION}/items`, asReader)).toBe(404);
});

/** The same question, by the ids that the other world has. */
function inThat(ask: Ask, other: GrantsWorld): Ask {
  const path = ask.path
    .replace(world.grantId, other.grantId)
    .replace(world.requestId, other.requestId);
  return { ...ask, path };
}
