import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CborValue, DictionaryField, Geometry } from "../../../src/core/index.ts";
import { fromHex, present, utf8 } from "../../../src/core/index.ts";
import { code, idOf, keySpec, member, named, sign } from "../../core/state/kit.ts";
import {
  AIR,
  asOffice,
  fileOf,
  type GrantsWorld,
  OFFICE,
  observation,
  office,
  openGrants,
  photoOf,
} from "../grants-world.ts";
import { type Json, MA1301, NODE, signedHeaders } from "../world.ts";

// A dataset that takes only what the types of things and its dictionary have, from every way in.

const LAMP = `${OFFICE}/LAMP/000001`;
const STATION = `${OFFICE}/STATION/000001`;
const WHEN = "2026-11-20T08:00:00Z";

let world: GrantsWorld;
beforeAll(async () => {
  world = await openGrants({ no2: 1, note: "x", photo: photoOf("x"), other: `${MA1301}/X1` });
  const inner = {
    op: "classes" as const,
    items: [{ class: "LAMP", names: { zh: "路灯" }, model: "Streetlight", public: "all" as const }],
  };
  const proposal = sign({ op: "propose", inner }, member("A"), world.clock.now);
  await world.submit(proposal);
  const decision = idOf(proposal);
  await world.do({ op: "endorse", decision, vote: "approve" }, member("B"));
  const item = (text: string, kind: "class" | "thing") => ({
    ...{ code: code(text), kind, names: named(text) },
  });
  const folders = [`${OFFICE}/LAMP`, `${OFFICE}/STATION`].map((each) => item(each, "class"));
  await world.do({ op: "register", items: folders }, office);
  const things = [{ ...item(LAMP, "thing"), class: "LAMP" }, item(STATION, "thing")];
  await world.do({ op: "register", items: things }, office);
  const log = present(world.datasets.find(`${AIR}#1`), "log");
  const prev = await chain(AIR, "control");
  const scope = { under: code(AIR) };
  const gateway = { ...keySpec("unused", ["data"]), key: log.gateway, scope };
  await world.do({ op: "keys", code: code(AIR), prev, add: [gateway] }, office);
});
afterAll(() => world[Symbol.asyncDispose]());

async function chain(of: string, which: "op" | "control"): Promise<Uint8Array> {
  const { record } = await world.json(`/v1/codes/${encodeURIComponent(of)}`);
  return present(fromHex(record[which]), which);
}

async function say(dictionary: readonly DictionaryField[], isStrict = true): Promise<void> {
  const log = present(world.datasets.find(`${AIR}#1`), "log");
  await world.do(
    {
      ...{
        op: "dataset",
        code: code(AIR),
        prev: await chain(AIR, "op"),
        title: { zh: "空气质量" },
      },
      ...{
        licence: "CC-BY-4.0",
        contact: "数据科",
        ...(isStrict && { strict: true }),
        ...(dictionary.length > 0 && { dictionary }),
      },
      log: { origin: log.origin, vkeys: [log.vkey], url: "https://node.test" },
    },
    office,
  );
}

let entries = 0;

/** @returns `undefined` where it was taken, else the problem */
async function send(
  said: { readonly [name: string]: CborValue },
  files: readonly Uint8Array[] = [],
): Promise<Json> {
  entries += 1;
  const observations = [observation(`entry ${entries}`, said)];
  const answer = await world.post(observations, files);
  return answer.status === 201 ? undefined : answer.json();
}

async function ngsi(method: string, path: string, value: object): Promise<Response> {
  const body = utf8(JSON.stringify(value));
  const url = `/ngsi-ld/v1${path}`;
  return world.request(method, url, {
    headers: {
      ...signedHeaders(method, NODE + url, body, world.clock.now, asOffice),
      ...{ "Content-Type": "application/json", "NGSILD-Tenant": AIR },
    },
    body: new Uint8Array(body),
  });
}

const air = { id: STATION, type: "AirQualityObserved", time: WHEN };

describe("entries of sources", () => {
  beforeAll(() =>
    say([
      { name: "pollen", type: "number" },
      { name: "remark", type: "constructor" },
    ]),
  );

  test.each<[string, { readonly [name: string]: CborValue }]>([
    ["attributes of the type", { ...air, pm25: 12, temperature: { decimal: "-3.5" } }],
    ["attributes of the dictionary", { ...air, pollen: 4, remark: ["晴"] }],
    [
      "a part of what is known already",
      { id: `urn:ngsi-ld:AirQualityObserved:${STATION}`, time: WHEN, no2: 7 },
    ],
    [
      "names as the vocabulary of the models spells them",
      {
        ...{
          id: STATION,
          time: WHEN,
          type: "https://smartdatamodels.org/dataModel.Environment/AirQualityObserved",
        },
        "https://smartdatamodels.org/dataModel.Environment/pm10": 20,
      },
    ],
    [
      "a lamp as what the class register says",
      { id: LAMP, time: WHEN, type: "Streetlight", powerState: "on" },
    ],
    [
      "several types, each with its own",
      {
        ...{ id: `${STATION}.1`, time: WHEN, type: ["AirQualityObserved", "WeatherObserved"] },
        ...{ dewPoint: 3, pm1: 2, pressureTendency: "steady" },
      },
    ],
    ["a time with another, as the models have it", { ...air, dateObserved: `${WHEN}/${WHEN}` }],
  ])("%s", async (_, said) => expect(await send(said)).toBeUndefined());

  test.each<[string, { readonly [name: string]: CborValue }, string]>([
    ["what the type does not have", { ...air, pm26: 12 }, "pm26"],
    ["text for a number", { ...air, pm25: "12" }, "pm25"],
    ["less than there can be", { ...air, pm25: -1 }, "pm25"],
    ["more than all", { ...air, relativeHumidity: 55 }, "relativeHumidity"],
    ["a word that the model does not have", { ...air, typeofLocation: "cellar" }, "typeofLocation"],
    ["no time", { ...air, dateObserved: "yesterday" }, "dateObserved"],
    ["text for a number of the dictionary", { ...air, pollen: "many" }, "pollen"],
    ["a type that is none", { ...air, type: "AirQuality" }, "type"],
    ["one type that is none", { ...air, type: ["AirQualityObserved", "X"] }, "type"],
    ["nothing that says what it is", { id: `${STATION}.2`, time: WHEN, pm25: 1 }, "type"],
    ["a lamp that says it is something else", { ...air, id: LAMP, pm25: 1 }, "type"],
    ["nothing that it is of", { type: "AirQualityObserved", time: WHEN, pm25: 1 }, "id"],
    ["what only the prototype has", { ...air, constructor: 1 }, "constructor"],
  ])("not %s", async (_, said, name) =>
    expect(await send(said)).toMatchObject({
      code: "DATA_SCHEMA",
      status: 400,
      facts: { observation: 0, name },
    }),
  );

  test("what is to be told otherwise is judged as what is said, and an end is none", async () => {
    const id = `urn:ngsi-ld:AirQualityObserved:${STATION}`;
    const told = { "@op": "amend", "@names": ["pm26"], "@of": [4, 0], id, time: WHEN };
    const value = [{ type: "Property", value: 3 }];
    expect(await send({ ...told, pm26: value })).toMatchObject({ facts: { name: "pm26" } });
    expect(await send({ ...told, "@names": ["pm25"], pm25: value })).toBeUndefined();
    expect(await send({ "@op": "end", id: "urn:x:1", time: WHEN })).toBeUndefined();
  });

  test("a report from a plate, with its picture, as in every dataset", async () => {
    const picture = photoOf("lamp");
    const said = { id: LAMP, type: "Report", time: WHEN, note: "灯不亮", photo: fileOf(picture) };
    expect(await send(said, [picture])).toBeUndefined();
  });
});

describe("writes by the gateway", () => {
  const station = (more: object) => ({
    ...{ id: "urn:ngsi-ld:WeatherObserved:1", type: "WeatherObserved" },
    ...more,
  });
  const property = (value: unknown) => ({ type: "Property", value });

  beforeAll(() => say([]));

  test("an entity, its attributes, and what is refused of them", async () => {
    const made = station({
      temperature: property(3.5),
      name: { languageMap: { zh: "站" }, type: "LanguageProperty" },
    });
    expect((await ngsi("POST", "/entities", made)).status).toBe(201);
    const path = "/entities/urn:ngsi-ld:WeatherObserved:1";
    const refused = await ngsi("PATCH", `${path}/attrs`, { humidity: property(3) });
    expect([refused.status, await refused.json()]).toMatchObject([
      400,
      {
        type: expect.stringContaining("BadRequestData"),
        code: "DATA_SCHEMA",
        facts: { name: "humidity" },
      },
    ]);
    expect((await ngsi("PATCH", `${path}/attrs`, { temperature: property(4) })).status).toBe(204);
    expect((await ngsi("PATCH", `${path}/attrs`, { temperature: property("warm") })).status).toBe(
      400,
    );
    const device = { type: "Relationship", object: "urn:ngsi-ld:Device:1" };
    expect((await ngsi("POST", `${path}/attrs`, { refDevice: device })).status).toBe(204);
  });

  test("of a batch what fits, with what does not by its id; the same entity twice", async () => {
    const lamp = (n: number, more: object) => ({
      id: `urn:ngsi-ld:Streetlight:${n}`,
      type: "Streetlight",
      ...more,
    });
    const answer = await ngsi("POST", "/entityOperations/create", [
      lamp(1, { powerState: property("on") }),
      lamp(2, { powerState: property("sideways") }),
    ]);
    expect([answer.status, await answer.json()]).toMatchObject([
      207,
      {
        success: ["urn:ngsi-ld:Streetlight:1"],
        errors: [{ entityId: "urn:ngsi-ld:Streetlight:2" }],
      },
    ]);
    const twice = [lamp(3, {}), { id: "urn:ngsi-ld:Streetlight:3", voltage: property(230) }];
    expect((await ngsi("POST", "/entityOperations/upsert?options=update", twice)).status).toBe(201);
  });
});

describe("the area of the owner", () => {
  const inside = [1_145_000_000, 380_000_000];
  const square = (west: number, south: number, east: number, north: number) =>
    [
      [west, south],
      [east, south],
      [east, north],
      [west, north],
      [west, south],
    ] as [number, number][];
  const area = async (value: Geometry) =>
    world.do(
      {
        ...{ op: "update", code: code(OFFICE), prev: await chain(OFFICE, "op") },
        geometry: { value, validFrom: "2026-11-01" },
      },
      office,
    );

  beforeAll(async () => {
    await say([], false);
    const outer = square(1_140_000_000, 375_000_000, 1_150_000_000, 385_000_000);
    const hole = square(1_146_000_000, 379_000_000, 1_147_000_000, 381_000_000);
    await area({ polygon: [outer, hole] });
  });

  test.each<[string, CborValue]>([
    ["inside", inside],
    ["on its border", [1_150_000_000, 380_000_000]],
    ["a line inside", [inside, [1_145_100_000, 380_100_000]]],
    ["nowhere that anybody could tell", "here"],
  ])("takes %s", async (_, place) => expect(await send({ ...air, place, x: 1 })).toBeUndefined());

  test.each<[string, CborValue]>([
    ["outside", [1_160_000_000, 380_000_000]],
    ["in a hole of it", [1_146_500_000, 380_000_000]],
    ["axes in the other order", [380_000_000, 1_145_000_000 - 300_000_000]],
    ["a line that leads out", [inside, [1_160_000_000, 380_000_000]]],
    ["a geometry of a record", { point: [1_160_000_000, 380_000_000] }],
    ["GeoJSON", { type: "Point", coordinates: [116, 38] }],
  ])("refuses %s", async (_, place) =>
    expect(await send({ ...air, place })).toMatchObject({
      code: "DATA_BOUNDARY",
      status: 400,
      facts: { owner: OFFICE },
    }),
  );

  test("refuses it of the gateway too, and heeds no point as an area", async () => {
    const at = (longitude: number) => ({
      ...{ id: `urn:ngsi-ld:Building:${longitude}`, type: "Building" },
      location: { type: "GeoProperty", value: { type: "Point", coordinates: [longitude, 38] } },
    });
    expect((await ngsi("POST", "/entities", at(114.5))).status).toBe(201);
    const refused = await ngsi("POST", "/entities", at(116));
    expect(await refused.json()).toMatchObject({ code: "DATA_BOUNDARY", facts: { owner: OFFICE } });
    await area({ point: [1_145_000_000, 380_000_000] });
    expect((await ngsi("POST", "/entities", at(116))).status).toBe(201);
  });
});
