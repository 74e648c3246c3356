import { afterAll, beforeAll, expect, test } from "vitest";
import { present, utf8 } from "../../src/core/index.ts";
import { code, keySpec } from "../core/state/kit.ts";
import {
  AIR,
  asOffice,
  asReader,
  type GrantsWorld,
  office,
  openGrants,
  photoOf,
} from "./grants-world.ts";
import { type Json, NODE, type RequestSigning, signedHeaders } from "./world.ts";

// What programs wrote over NGSI-LD: two worlds that differ in nothing but what the reader may not know give the same answers to
// whatever is asked of it, of what was so, of links, scopes and entity maps.

const ID = "urn:ngsi-ld:AirQualityObserved:s1";
const FAR = "urn:ngsi-ld:AirQualityObserved:far";
const BASE = "/ngsi-ld/v1";
const point = (longitude: number) => ({
  ...{ type: "GeoProperty", value: { type: "Point", coordinates: [longitude, 38] } },
  observedAt: "2026-11-20T07:00:00Z",
});
const seenAt = (hour: number) => `2026-11-20T0${hour}:00:00Z`;

/** What differs: nothing of it may be learnt. */
type Secret = { readonly word: string; readonly number: number };
const ONE: Secret = { word: "alpha", number: 41 };
const OTHER: Secret = { word: "omega", number: 97 };

/** One is in the area, and of it two attributes are shown; of the other one nothing. */
function written({ word, number }: Secret): readonly object[] {
  const hidden = {
    no2: { type: "Property", value: number, observedAt: seenAt(8), unitCode: word },
    keeper: { type: "Relationship", object: `urn:ngsi-ld:Person:${word}` },
    note: { type: "LanguageProperty", languageMap: { en: word, zh: "字" } },
  };
  return [
    {
      ...{ id: ID, type: "AirQualityObserved", scope: [`/cases/${word}`], location: point(114.5) },
      pm25: { type: "Property", value: 12, observedAt: seenAt(8) },
      picture: { type: "Relationship", object: FAR, observedAt: seenAt(8) },
      ...hidden,
    },
    {
      ...{ id: FAR, type: "AirQualityObserved", scope: `/cases/${word}`, location: point(116) },
      pm25: { type: "Property", value: number, observedAt: seenAt(8) },
      ...hidden,
    },
  ];
}

async function open(secret: Secret): Promise<GrantsWorld> {
  const hidden = { no2: 1, note: "x", photo: photoOf("x"), other: `${AIR}/X` };
  const actions = ["export", "read"] as const;
  const world = await openGrants(hidden, { actions });
  const log = present(world.datasets.find(`${AIR}#1`), "log");
  const { record } = await world.json(`/v1/codes/${encodeURIComponent(AIR)}`);
  const prev = Buffer.from(record.control, "hex");
  const gateway = { ...keySpec("unused", ["data"]), key: log.gateway, scope: { under: code(AIR) } };
  await world.do({ op: "keys", code: code(AIR), prev, add: [gateway] }, office);
  for (const entity of written(secret)) {
    expect((await ask(world, "POST", `${BASE}/entities`, asOffice, entity)).status).toBe(201);
  }
  // Of what is shown, something that was said before, and of what is not.
  for (const [name, value] of [
    ["pm25", 13],
    ["no2", secret.number + 1],
  ]) {
    const said = { [String(name)]: { type: "Property", value, observedAt: seenAt(9) } };
    const path = `${BASE}/entities/${ID}/attrs`;
    expect((await ask(world, "PATCH", path, asOffice, said)).status).toBe(204);
  }
  return world;
}

async function ask(
  of: GrantsWorld,
  method: string,
  path: string,
  by: RequestSigning,
  body?: object,
  headers: Record<string, string> = {},
): Promise<Response> {
  const bytes = body && utf8(JSON.stringify(body));
  return of.request(method, path, {
    headers: {
      ...signedHeaders(method, NODE + path, bytes, of.clock.now, by),
      ...{ "NGSILD-Tenant": AIR, ...headers },
      ...(bytes && { "Content-Type": "application/json" }),
    },
    ...(bytes && { body: new Uint8Array(bytes) }),
  });
}

let one: GrantsWorld;
let other: GrantsWorld;
beforeAll(async () => {
  [one, other] = [await open(ONE), await open(OTHER)];
});
afterAll(async () => {
  await one[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
});

const WORDS = [ONE, OTHER].flatMap(({ word, number }) => [
  ...[`no2==${number}`, `no2>${number - 1}`, "no2", "!no2", `no2.unitCode=="${word}"`],
  ...[`keeper=="urn:ngsi-ld:Person:${word}"`, `note[en]=="${word}"`, `note[*]=="${word}"`],
  ...[`note~="${word}.*"`, `picture{AirQualityObserved:pm25}==${number}`],
  ...[`picture{AirQualityObserved:no2}==${number}`, `pm25==${number}`, "pm25==13|no2"],
]);
const TYPE = "type=AirQualityObserved";
const PATHS = [
  ...["", "&count=true", "&count=true&limit=0", "&options=concise", "&options=keyValues"].flatMap(
    (each) => [`/entities?${TYPE}${each}`, `/entities?${TYPE}${each}&options=sysAttrs`],
  ),
  ...WORDS.map((q) => `/entities?${TYPE}&count=true&join=inline&q=${encodeURIComponent(q)}`),
  ...WORDS.map((q) => `/temporal/entities?${TYPE}&q=${encodeURIComponent(q)}`),
  ...[ONE, OTHER].flatMap(({ word }) =>
    [
      ...[`scopeQ=/cases/${word}`, "scopeQ=/cases/%2B", "scopeQ=/%23", `idPattern=.*${word}`],
      ...[`q=scope=="/cases/${word}"`, `attrs=no2`, `attrs=scope`, `pick=scope,id`, "pick=no2"],
      ...["orderBy=no2", "orderBy=!no2", "orderBy=pm25;desc", "orderBy=scope", "lang=en", "lang=*"],
      ...["join=inline", "join=inline&joinLevel=3", "join=flat", "join=flat&containedBy=x"],
      ...["georel=near%3BmaxDistance==10000000&geometry=Point&coordinates=[116,38]"],
      ...[
        "georel=within&geometry=Polygon&coordinates=[[[115,37],[117,37],[117,39],[115,39],[115,37]]]",
      ],
      ...["datasetId=urn:x", "proof=true", "entityMap=true", "splitEntities=true"],
    ].map((each) => `/entities?${TYPE}&count=true&${each}`),
  ),
  ...[ID, FAR].flatMap((id) =>
    [
      ...[
        "",
        "?options=sysAttrs",
        "?pick=scope",
        "?pick=no2",
        "?attrs=no2",
        "?join=inline",
        "?lang=en",
      ],
      ...["?proof=true", "?omit=pm25"],
    ].map((each) => `/entities/${id}${each}`),
  ),
  ...[ID, FAR].flatMap((id) =>
    [
      ...[
        "",
        "?lastN=1",
        "?options=temporalValues",
        "?attrs=no2",
        "?pick=scope",
        "?options=sysAttrs",
      ],
      ...["?timeproperty=modifiedAt&timerel=after&timeAt=2026-01-01T00:00:00Z"],
      ...["?timeproperty=deletedAt", "?options=aggregatedValues&aggrMethods=sum,totalCount,max"],
    ].map((each) => `/temporal/entities/${id}${each}`),
  ),
  ...["", "&lastN=1", "&options=temporalValues", "&count=true", "&scopeQ=/cases/%2B"].map(
    (each) => `/temporal/entities?${TYPE}&timerel=after&timeAt=2026-01-01T00:00:00Z${each}`,
  ),
  ...["/types", "/types?details=true", "/types/AirQualityObserved", "/attributes?details=true"],
  ...["/attributes/no2", "/attributes/keeper", "/attributes/scope", "/attributes/pm25"],
];
const QUERIES: readonly object[] = WORDS.map((q) => ({
  ...{ type: "Query", entities: [{ type: "AirQualityObserved" }], q },
}));

const TOLD = /"(?:timeStamp|createdAt|modifiedAt|expiresAt)":"[^"]*"/g;

async function told(answer: Response): Promise<Json> {
  const headers = [...answer.headers].filter(
    ([name]) => !/^(etag|ngsild-entitymap|location)$/.test(name),
  );
  return { status: answer.status, headers, body: (await answer.text()).replace(TOLD, "*") };
}

test("nothing hidden can be asked out of what programs wrote, of what was so, of links and scopes", async () => {
  let found = 0;
  for (const path of PATHS) {
    const [a, b] = [
      await told(await ask(one, "GET", BASE + path, asReader)),
      await told(await ask(other, "GET", BASE + path, asReader)),
    ];
    expect(b, path).toEqual(a);
    if (a.status < 300 && a.body.includes(ID)) found += 1;
    for (const secret of ["alpha", "omega", "cases", ":97", ":41"]) {
      if (!path.includes(secret)) expect(a.body, path).not.toContain(secret);
    }
  }
  expect(found).toBeGreaterThan(30);
  for (const body of QUERIES) {
    for (const path of ["/entityOperations/query?count=true", "/temporal/entityOperations/query"]) {
      const [a, b] = [
        await told(await ask(one, "POST", BASE + path, asReader, body)),
        await told(await ask(other, "POST", BASE + path, asReader, body)),
      ];
      expect(b, `${path} ${JSON.stringify(body)}`).toEqual(a);
    }
  }
});

test("its owner is told all of it", async () => {
  const scoped = await ask(one, "GET", `${BASE}/entities/${ID}?pick=id,scope,no2`, asOffice);
  expect(await scoped.json()).toMatchObject({ id: ID, scope: "/cases/alpha", no2: { value: 42 } });
});
