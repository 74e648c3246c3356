import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import {
  encodeFact,
  encodeObservations,
  type Fact,
  factNumber,
  hashLeaf,
  type Observation,
} from "../../src/core/index.ts";
import {
  ALL,
  type Condition,
  type EntityQuery,
  type EntityReader,
  type EntityStore,
  type EntityView,
  type LinkedCondition,
  type Measure,
  type MeasureGrouping,
  type MeasureQuery,
  memoryEntityStore,
  placeOf,
  type StoredEntry,
  type StoreLog,
} from "../../src/data/index.ts";

// What every store of entities does, and the same as the one that is the contract word for word.

export type OpenStore = (log: StoreLog) => {
  readonly store: EntityStore;
  /** Opens again what was closed, or left as a process leaves it that is killed. */
  readonly again: (log?: StoreLog) => EntityStore;
};

type Said = { readonly [name: string]: Fact["value"] };

let salts = 0;

/** Facts as a source or the gateway says them. */
export function observe(said: Said): Observation {
  return Object.entries(said)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => {
      salts += 1;
      const salt = new Uint8Array(16);
      new DataView(salt.buffer).setUint32(0, salts);
      return { salt, name, value };
    });
}

const START = Date.parse("2026-11-29T00:00:00Z");

export function entryOf(index: number, ...said: readonly Said[]): StoredEntry {
  const receivedMilliseconds = START + index * 1000;
  const observations = encodeObservations(said.map(observe));
  return { index, body: { receivedMilliseconds, observations } };
}

export const LOG: StoreLog = {
  origin: "node.test/data/AIR.g1",
  hashOf: (index) => hashLeaf(encodeFact({ salt: new Uint8Array(16), name: "n", value: index })),
};

const property = (value: Fact["value"]) => [{ type: "Property", value }];
const point = (x: number, y: number) => [
  {
    type: "GeoProperty",
    value: { type: "Point", coordinates: [factNumber(x), factNumber(y)] },
  },
];

const lamp = (n: number, more: Said = {}): Said => ({
  id: `urn:ngsi-ld:Lamp:${n}`,
  type: "Lamp",
  time: new Date(START + n * 60_000).toISOString(),
  place: [1_145_000_000 + n * 10_000, 380_000_000],
  power: 10 * n,
  note: `lamp ${n}`,
  ...more,
});

const compare = (
  attribute: string,
  comparison: "==" | "!=" | ">" | "<=",
  ...values: (string | number | boolean)[]
): Condition => ({
  kind: "compare",
  path: { attribute, below: [], trail: [] },
  comparison,
  operands: values.map((value) => ({ kind: "value", value })),
});

const idsOf = async (
  store: EntityReader,
  query: EntityQuery,
  view: EntityView = ALL,
  limit = 100,
) => (await store.find(query, view, { limit })).entities.map(({ id }) => id.replace(/^.*:/, ""));

export function describeEntityStore(name: string, open: OpenStore): void {
  let opened: EntityStore[] = [];
  const make = (log = LOG) => {
    const { store, again } = open(log);
    opened.push(store);
    const anew = (other?: StoreLog) => {
      const made = again(other);
      if (made !== store) opened.push(made);
      return made;
    };
    return { store, again: anew };
  };
  afterEach(async () => {
    for (const store of opened) await store[Symbol.asyncDispose]();
    opened = [];
  });

  describe(`a store of entities: ${name}`, () => {
    test("holds the newest of each attribute, in the order of the log, late news aside", async () => {
      const { store } = make();
      const id = "urn:ngsi-ld:Lamp:1";
      await store.take([
        entryOf(0, lamp(1)),
        entryOf(1, { id, type: "Device", time: "2026-11-29T00:05:00Z", power: { decimal: "1.5" } }),
        entryOf(2, { id, type: "Lamp", time: "2026-11-29T00:04:00Z", power: 99 }),
      ]);
      const entity = await store.entity(id, ALL);
      expect(entity).toMatchObject({ types: ["Lamp", "Device"], created: START });
      expect(entity?.attributes.power).toMatchObject([
        { said: { type: "Property", value: 1.5 }, entry: 1, at: 0, created: START },
      ]);
      expect(entity?.attributes.note?.[0]?.said.value).toBe("lamp 1");
      expect(entity?.attributes.location?.[0]?.said.value).toEqual({
        type: "Point",
        coordinates: [114.501, 38],
      });
      expect(store.position).toBe(3);
      expect(await store.stateOf(id)).toEqual({ entity: await store.entity(id, ALL), position: 3 });
      expect(await store.stateOf("urn:x:none")).toEqual({ entity: undefined, position: 3 });
      expect(store.read(id)).toEqual(await store.entity(id, ALL));
      expect(store.read("urn:x:none")).toBeUndefined();
      await store.take([entryOf(3, { id, time: "2026-11-29T00:06:00Z", power: 2 })]);
      expect(store.read(id)?.attributes.power?.[0]?.said.value).toBe(2);
    });

    test("sets, replaces and ends what the gateway says so of", async () => {
      const { store } = make();
      const id = "urn:ngsi-ld:Lamp:1";
      await store.take([entryOf(0, lamp(1))]);
      await store.take([
        entryOf(1, { id, "@op": "set", note: [], power: property(7), more: property("x") }),
      ]);
      const set = await store.entity(id, ALL);
      expect(Object.keys(set?.attributes ?? {}).sort()).toEqual(["location", "more", "power"]);
      await store.take([entryOf(2, { id, "@op": "replace", type: "Post", power: property(8) })]);
      const replaced = await store.entity(id, ALL);
      expect(replaced).toMatchObject({ types: ["Post"], created: START });
      expect(Object.keys(replaced?.attributes ?? {})).toEqual(["power"]);
      await store.take([entryOf(3, { id, "@op": "end" })]);
      expect(await store.entity(id, ALL)).toBeUndefined();
      expect([await store.count({}, ALL), await store.inventory(ALL)]).toEqual([0, []]);
    });

    test("finds by what stands at the end of links, as the same reader sees it", async () => {
      const { store } = make();
      const pole = (n: number, object: string) => ({
        ...{ id: `urn:p:${n}`, type: "Pole", "@op": "set" },
        next: [{ type: "Relationship", object }],
      });
      await store.take([
        entryOf(0, ...Array.from({ length: 5 }, (_, n) => lamp(n))),
        entryOf(1, pole(1, "urn:ngsi-ld:Lamp:3"), pole(2, "urn:ngsi-ld:Lamp:33")),
        entryOf(2, pole(3, "urn:p:1")),
      ]);
      const behind = (condition: Condition, more: Partial<LinkedCondition> = {}): Condition => ({
        ...{ kind: "linked", attribute: "next", types: undefined, not: false, condition, ...more },
      });
      const isPowered = compare("power", "==", 30);
      const linked = (condition: Condition, view?: EntityView) =>
        idsOf(store, { types: [["Pole"]], condition }, view);
      expect(await linked(behind(isPowered))).toEqual(["1"]);
      expect(await linked(behind(behind(isPowered)))).toEqual(["3"]);
      expect(await linked(behind(isPowered, { types: ["Lamp", "X"] }))).toEqual(["1"]);
      expect(await linked(behind(isPowered, { types: ["Post"] }))).toEqual([]);
      expect(await linked(behind(isPowered, { not: true }))).toEqual(["2", "3"]);
      // Of what its reader does not see nothing can be asked, wherever it stands.
      expect(await linked(behind(isPowered), { attributes: ["next"] })).toEqual([]);
    });

    test("finds by id, type, value, place and time, page by page", async () => {
      const { store } = make();
      await store.take([
        entryOf(0, ...Array.from({ length: 20 }, (_, n) => lamp(n))),
        entryOf(1, { id: "MA.156/X/1", type: "Post", note: "lamp 3", on: true, "": 1 }),
      ]);
      expect(await idsOf(store, { ids: ["urn:ngsi-ld:Lamp:3", "urn:ngsi-ld:Lamp:33"] })).toEqual([
        "3",
      ]);
      expect(await idsOf(store, { types: [["Post"]] })).toEqual(["MA.156/X/1"]);
      expect(await idsOf(store, { idPattern: "Lamp:1[0-2]$" })).toEqual(["10", "11", "12"]);
      expect(await idsOf(store, { attributes: ["on"] })).toEqual(["MA.156/X/1"]);
      expect(await idsOf(store, { condition: compare("power", ">", 180) })).toEqual(["19"]);
      expect(await idsOf(store, { condition: compare("power", "==", 30, 50) })).toEqual(["3", "5"]);
      expect(await idsOf(store, { condition: compare("note", "==", "lamp 3") })).toEqual([
        "3",
        "MA.156/X/1",
      ]);
      expect(await idsOf(store, { condition: compare("on", "==", true) })).toEqual(["MA.156/X/1"]);
      const both: Condition = {
        kind: "and",
        parts: [compare("power", "<=", 30), compare("note", "!=", "lamp 1")],
      };
      expect(await idsOf(store, { condition: both })).toEqual(["0", "2", "3"]);
      const bbox = [114.5025, 37.9, 114.5045, 38.1] as const;
      expect(await idsOf(store, { bbox })).toEqual(["3", "4"]);
      const near = {
        attribute: "location",
        geometry: { type: "Point", coordinates: [114.505, 38] },
        relation: { maxMetres: 100 },
      } as const;
      expect(await idsOf(store, { place: near })).toEqual(["4", "5", "6"]);
      const from = { fromMilliseconds: START + 18 * 60_000 };
      expect(await idsOf(store, { ...from, types: [["Lamp"]] })).toEqual(["18", "19"]);
      const first = await store.find({}, ALL, { limit: 15 });
      const second = await store.find({}, ALL, { limit: 15, after: first.next ?? 0 });
      expect([first.entities.length, second.entities.length, second.next]).toEqual([
        15,
        6,
        undefined,
      ]);
      expect(await store.count({ bbox: [0, 0, 180, 90] }, ALL)).toBe(20);
      expect(await store.extent({}, ALL)).toEqual({
        entities: 21,
        bbox: [114.5, 38, 114.519, 38],
        fromMilliseconds: START,
        toMilliseconds: START + 19 * 60_000,
      });
    });

    test("finds what a source saw by its place, in whichever form that is said", async () => {
      const { store } = make();
      const units = (...degrees: readonly (readonly [number, number])[]) =>
        degrees.map(([x, y]) => [Math.round(x * 1e7), Math.round(y * 1e7)]);
      const ring = units([114, 38], [115, 38], [115, 39], [114, 38]);
      const places: Fact["value"][] = [
        units([114.5, 38.1])[0] as number[],
        units([114.5, 38.1], [116, 40]),
        { line: units([114, 38.1], [116, 38.1]) },
        { polygon: [ring] },
        { cell: [1_140_000_000, 380_000_000, 1_150_000_000, 390_000_000] },
        {
          type: "MultiLineString",
          coordinates: [
            [
              [factNumber(114), factNumber(38.1)],
              [factNumber(116), factNumber(38.1)],
            ],
          ],
        },
        // None is a place: a ring that is open, one beyond the earth, and what says nothing.
        { polygon: [ring.slice(0, 3)] },
        { line: units([114, 38.1], [181, 38.1]) },
        { type: "Point" },
        "114.5, 38.1",
      ];
      await store.take([entryOf(0, ...places.map((place, n) => ({ ...lamp(n), place })))]);
      const types = [];
      for (let n = 0; n < places.length; n++) {
        const entity = await store.entity(`urn:ngsi-ld:Lamp:${n}`, ALL);
        const place = entity && placeOf(entity);
        types.push((place as { readonly type?: string } | undefined)?.type);
      }
      expect(types).toEqual([
        ...["Point", "MultiPoint", "LineString", "Polygon", "Polygon", "MultiLineString"],
        ...[undefined, undefined, undefined, undefined],
      ]);
      const all = ["0", "1", "2", "3", "4", "5"];
      expect(await idsOf(store, { bbox: [114.45, 38.05, 114.55, 38.15] })).toEqual(all);
      expect(await idsOf(store, { bbox: [115.5, 38, 117, 38.2] })).toEqual(["2", "5"]);
      // Whoever may see an area sees what lies in it whole.
      const corners = [
        [114, 38],
        [115, 38],
        [115, 39],
        [114, 39],
        [114, 38],
      ];
      const area: EntityView = { area: { type: "Polygon", coordinates: [corners] } };
      expect(await idsOf(store, {}, area)).toEqual(["0", "3", "4"]);
      expect(await store.count({}, area)).toBe(3);
    });

    test("shows nothing of what a view leaves out: not by a filter, a count, an extent or a moment", async () => {
      const { store } = make();
      await store.take([
        entryOf(0, lamp(1), lamp(2), lamp(3)),
        entryOf(1, { ...lamp(2), secret: 5, time: "2026-11-29T01:00:00Z" }),
        entryOf(2, {
          id: "urn:ngsi-ld:Lamp:3",
          type: "Lamp",
          secret: 6,
          time: "2026-11-29T02:00:00Z",
        }),
      ]);
      const names: EntityView = { attributes: ["power"] };
      expect(
        Object.keys((await store.entity("urn:ngsi-ld:Lamp:2", names))?.attributes ?? {}),
      ).toEqual(["power"]);
      expect(await idsOf(store, { condition: compare("secret", "==", 5) }, names)).toEqual([]);
      // The lamp of which something hidden came late is found by the time of what is seen.
      const early = { toMilliseconds: START + 30 * 60_000 };
      expect(await idsOf(store, early, names)).toEqual(["1", "3"]);
      expect(await store.count(early, names)).toBe(2);
      expect(await store.count({ attributes: ["note"] }, names)).toBe(0);
      expect(await store.extent({}, names)).not.toHaveProperty("bbox");
      expect((await store.inventory(names))[0]?.attributes.size).toBe(1);
      const area: EntityView = {
        area: {
          type: "Polygon",
          coordinates: [
            [
              [114.4, 37],
              [114.5015, 37],
              [114.5015, 39],
              [114.4, 39],
              [114.4, 37],
            ],
          ],
        },
      };
      expect([await idsOf(store, {}, area), await store.count({}, area)]).toEqual([["1"], 1]);
      expect(await store.entity("urn:ngsi-ld:Lamp:2", area)).toBeUndefined();
      const span: EntityView = { toMilliseconds: START + 2 * 60_000 };
      expect(await idsOf(store, {}, span)).toEqual(["1"]);
      const rows = async (view: EntityView) => {
        const found: string[] = [];
        for await (const each of store.history({}, view)) {
          found.push(`${each.id.slice(-1)} ${Object.keys(each.attributes).sort()}`);
        }
        return found;
      };
      expect(await rows(names)).toEqual(["1 power", "2 power", "3 power", "2 power"]);
      expect(await rows(area)).toEqual(["1 location,note,power"]);
      expect(await rows(span)).toEqual(["1 location,note,power", "2 location,note,power"]);
      const power = async (view: EntityView, query: object = {}) =>
        summed(store, { attribute: "power", ...query }, view, { by: "time", stretchOf: minuteOf });
      const two = { from: START + 3_600_000, count: 1, sum: 20, min: 20, max: 20 };
      expect((await power(names)).length).toBe(4);
      expect((await power(ALL)).at(-1)).toEqual(two);
      expect(await power(area)).toEqual([
        { ...two, from: START + 60_000, sum: 10, min: 10, max: 10 },
      ]);
      expect((await power(span)).length).toBe(2);
      const bbox = [114, 37, 115, 39];
      expect([(await power(ALL, { bbox })).length, (await power(names, { bbox })).length]).toEqual([
        4, 0,
      ]);
      expect(await summed(store, { attribute: "secret" }, names, { by: "thing" })).toEqual([]);
      const placed = await summed(store, { attribute: "power" }, names, { by: "place" });
      expect(placed).toEqual([{ count: 4, sum: 80, min: 10, max: 30 }]);
    });

    test("tells of each entity of which something else is said, and gives it as the same until then", async () => {
      const { store } = make();
      const changed: string[] = [];
      store.onChange((id) => changed.push(id.replace(/^.*:/, "")));
      await store.take([entryOf(0, lamp(1), lamp(2)), entryOf(1, lamp(3))]);
      expect([...new Set(changed.splice(0))].sort()).toEqual(["1", "2", "3"]);
      const before = await store.entity("urn:ngsi-ld:Lamp:1", ALL);
      await store.take([entryOf(2, lamp(2, { power: 5 }))]);
      expect(new Set(changed.splice(0))).toEqual(new Set(["2"]));
      expect(await store.entity("urn:ngsi-ld:Lamp:1", ALL)).toEqual(before);
      expect((await store.entity("urn:ngsi-ld:Lamp:2", ALL))?.attributes.power).toMatchObject([
        { said: { value: 5 } },
      ]);
      await store.suspect(2);
      await store.retake(entryOf(2, lamp(4)));
      expect([...new Set(changed)].sort()).toEqual(["2", "4"]);
      expect(await idsOf(store, { bbox: [114, 37, 115, 39] })).toEqual(await idsOf(store, {}));
    });

    test("forgets what was erased, also where it ended in between", async () => {
      const { store, again } = make();
      await store.take([entryOf(0, lamp(1)), entryOf(1, lamp(1, { power: 77 }))]);
      await store.suspect(1);
      const reopened = again();
      expect(await reopened.suspected()).toEqual([1]);
      const all = () => summed(reopened, { attribute: "power" }, ALL, { by: "thing" });
      expect(await all()).toMatchObject([{ count: 2, max: 77 }]);
      const { power: _, ...left } = lamp(1);
      await reopened.retake(entryOf(1, left));
      expect(await reopened.suspected()).toEqual([]);
      expect(await all()).toMatchObject([{ count: 1, max: 10, id: "urn:ngsi-ld:Lamp:1" }]);
      const entity = await reopened.entity("urn:ngsi-ld:Lamp:1", ALL);
      expect(entity?.attributes.power?.[0]?.said.value).toBe(10);
      expect(await idsOf(reopened, { condition: compare("power", "==", 77) })).toEqual([]);
    });

    test("tells otherwise what is amended, and not at all what is to be forgotten", async () => {
      const { store } = make();
      const id = "urn:a:1";
      const seen = (value: number): Said => ({ id, type: "A", p: value, q: value });
      await store.take([
        entryOf(0, seen(1)),
        entryOf(1, { id, "@op": "amend", "@of": [0, 0], "@names": ["p"], p: property(2) }),
        // Of another observation, and of a part that was kept back: of nothing.
        entryOf(2, { id, "@op": "amend", "@of": [5, 0], "@names": ["p"], p: property(3) }),
        entryOf(3, { id, "@op": "amend", "@names": ["p"], p: property(4) }),
        entryOf(4, { id, "@op": "forget", "@names": ["q"], "@dataset": "urn:d:1" }),
      ]);
      const values = async () => {
        const { attributes = {} } = (await store.entity(id, ALL)) ?? {};
        return [attributes.p?.[0]?.said.value, attributes.q?.[0]?.said.value];
      };
      expect(await values()).toEqual([2, 1]);
      await store.take([entryOf(5, { id, "@op": "forget", "@names": ["q"], "@dataset": "*" })]);
      expect(await values()).toEqual([2, undefined]);
      const heard: unknown[] = [];
      // Whatever a reader may see: what is not to be told is told to nobody.
      for await (const each of store.history({}, { toMilliseconds: 0, attributes: [] })) {
        heard.push([each.kind, each.amends?.entry, each.forgets?.attributes]);
      }
      expect(heard.slice(0, 1)).toEqual([["amend", 0, undefined]]);
      expect(heard.at(-1)).toEqual(["forget", undefined, ["q"]]);
      await store.take([entryOf(6, { id, "@op": "forget" })]);
      expect(await store.entity(id, ALL)).toBeUndefined();
      expect(await store.count({}, ALL)).toBe(0);
    });

    test("takes names that every object has for names like any other", async () => {
      const { store } = make();
      const id = "urn:a:1";
      await store.take([entryOf(0, { id, type: "A", p: 1 })]);
      const asks = (attribute: string): EntityQuery => ({
        condition: { kind: "exists", path: { attribute, below: [], trail: [] }, not: false },
      });
      for (const name of ["constructor", "toString"]) {
        expect(await store.count({ attributes: [name] }, ALL)).toBe(0);
        expect(await store.count(asks(name), ALL)).toBe(0);
      }
      await store.take([entryOf(1, { id, type: "A", constructor: 7, toString: 8 })]);
      const { attributes } = (await store.entity(id, ALL)) ?? {};
      expect(Object.keys(attributes ?? {})).toEqual(["p", "constructor", "toString"]);
      expect(await store.count(asks("constructor"), ALL)).toBe(1);
      expect(await store.count(asks("valueOf"), ALL)).toBe(0);
      const [sum] = await summed(store, { attribute: "toString" }, ALL, { by: "thing" });
      expect(sum?.sum).toBe(8);
    });

    test("sums up what was amended as it is told now, and nothing of what is to be forgotten", async () => {
      const { store } = make();
      const id = "urn:a:1";
      const seen = (value: number, more: Said = {}): Said => ({ id, type: "A", p: value, ...more });
      const amend = (entry: number, said: Fact["value"]): Said => ({
        ...{ id, "@op": "amend", "@of": [entry, 0], "@names": ["p"], p: said },
      });
      const sums = async (view: EntityView = ALL) => {
        const [all] = await summed(store, { attribute: "p" }, view, { by: "thing" });
        return all && [all.count, all.sum, all.min, all.max];
      };
      await store.take([
        entryOf(0, seen(1, { place: [0, 0] })),
        entryOf(1, seen(2, { place: [0, 0] })),
        entryOf(2, { ...seen(7), id: "urn:a:2" }),
      ]);
      const all = [
        [2, 3, 1, 2],
        [1, 7, 7, 7],
      ];
      const things = async () =>
        (await summed(store, { attribute: "p" }, ALL, { by: "thing" })).map(
          ({ count, sum, min, max }) => [count, sum, min, max],
        );
      expect(await things()).toEqual(all);
      await store.take([entryOf(3, amend(0, property(40)))]);
      expect(await sums()).toEqual([2, 42, 2, 40]);
      // Who told it otherwise says neither where nor when: within a limit it does not exist.
      const ring = [[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]]; // biome-ignore format: a ring
      const inside: EntityView = { area: { type: "Polygon", coordinates: [ring] } };
      expect(await sums(inside)).toEqual([1, 2, 2, 2]);
      // Amended again; and what no observation of it said is of nothing.
      await store.take([entryOf(4, amend(0, property(50))), entryOf(5, amend(2, property(9)))]);
      expect(await things()).toEqual([[2, 52, 2, 50], all[1]]);
      await store.take([entryOf(6, amend(1, []))]);
      expect(await sums()).toEqual([1, 50, 50, 50]);
      // The gateway repeats what it leaves as it was.
      const q = property(1);
      await store.take([
        entryOf(7, { id, type: "A", "@op": "set", p: property(5), q }),
        entryOf(8, { id, type: "A", "@op": "set", p: property(5) }),
        entryOf(9, { id, type: "A", "@op": "set", p: property(6) }),
        entryOf(10, { id, type: "A", "@op": "set", p: property(5) }),
      ]);
      expect(await sums()).toEqual([5, 71, 5, 50]);
      await store.take([entryOf(11, amend(7, property(100)))]);
      expect(await sums()).toEqual([5, 261, 5, 100]);
      await store.take([entryOf(12, { id, "@op": "forget", "@names": ["p"], "@dataset": "*" })]);
      expect(await things()).toEqual([all[1]]);
      await store.take([entryOf(13, seen(3)), entryOf(14, seen(4))]);
      expect(await sums()).toEqual([2, 7, 3, 4]);
      await store.take([entryOf(15, { id, "@op": "forget" }), entryOf(16, seen(8))]);
      expect(await sums()).toEqual([1, 8, 8, 8]);
      // What said so is erased, and counts no more.
      await store.suspect(15);
      await store.retake(entryOf(15, { id: "urn:a:3", type: "A" }));
      expect(await sums()).toEqual([3, 15, 3, 8]);
    });

    test("takes a fact called __proto__ for no attribute, and goes on", async () => {
      const { store } = make();
      const id = "urn:a:1";
      const odd = Object.fromEntries([["__proto__", property(7)]]);
      await store.take([
        entryOf(0, { id, type: "A", p: 1, ...odd }),
        entryOf(1, { id, type: "A", "@op": "set", q: property(1), ...odd }),
        entryOf(2, { id, type: "A", p: 2 }),
      ]);
      const entity = await store.entity(id, ALL);
      expect(Object.keys(entity?.attributes ?? {})).toEqual(["p", "q"]);
      expect(entity?.attributes.p?.[0]?.said.value).toBe(2);
      expect((await store.inventory(ALL)).flatMap((each) => [...each.attributes.keys()])).toEqual([
        "p",
        "q",
      ]);
    });

    test("sums up what was amended in whichever order, and what is still to be said as it is said", async () => {
      const { store } = make();
      const id = "urn:a:1";
      const seen = (value: number): Said => ({ id, type: "A", p: value });
      const amend = (entry: number, value: number): Said => ({
        ...{ id, "@op": "amend", "@of": [entry, 0], "@names": ["p"], p: property(value) },
      });
      const sum = async () =>
        (await summed(store, { attribute: "p" }, ALL, { by: "thing" })).map((each) => each.sum);
      await store.take([entryOf(0, amend(3, 1000)), entryOf(1, seen(1)), entryOf(2, seen(2))]);
      await store.take([entryOf(3, seen(4)), entryOf(4, seen(8))]);
      expect(await sum()).toEqual([15]);
      await store.take([
        entryOf(5, amend(3, 40), amend(1, 10)),
        entryOf(6, seen(16)),
        entryOf(7, amend(2, 20), amend(6, 160)),
      ]);
      expect(await sum()).toEqual([238]);
      await store.take([entryOf(8, amend(4, 80)), entryOf(9, { id, "@op": "forget" })]);
      expect(await sum()).toEqual([]);
    });

    test("sums up what has a shape where one point of it is, but within an area only points", async () => {
      const { store } = make();
      const line = [
        [0, 0],
        [10_000_000, 0],
        [40_000_000, 0],
      ];
      const time = new Date(START + 1500).toISOString();
      await store.take([
        entryOf(0, { id: "urn:a:1", type: "A", time, p: 1, place: { line } }),
        entryOf(1, { id: "urn:a:2", type: "A", time, p: 2, place: [0, 0] }),
      ]);
      const counts = async (query: Partial<MeasureQuery>, view: EntityView = ALL) =>
        (await summed(store, { attribute: "p", ...query }, view, { by: "place" })).map(
          ({ place, count }) => [place, count],
        );
      const both = [
        [[0, 0], 1],
        [[10_000_000, 0], 1],
      ];
      expect(await counts({})).toEqual(both);
      expect(await counts({ bbox: [0.5, -1, 2, 1] })).toEqual([both[1]]);
      const ring = [[-1, -1], [2, -1], [2, 1], [-1, 1], [-1, -1]]; // biome-ignore format: a ring
      const area: EntityView["area"] = { type: "Polygon", coordinates: [ring] };
      expect(await counts({}, { area })).toEqual([both[0]]);
      const fromMilliseconds = START;
      expect(await counts({}, { fromMilliseconds })).toEqual(both);
      expect(await counts({}, { fromMilliseconds, area })).toEqual([both[0]]);
    });

    test("of several places takes the one without a name, in sums as for the extent", async () => {
      const { store } = make();
      const at = (degrees: number, more: object = {}) => ({
        ...{ type: "GeoProperty", value: { type: "Point", coordinates: [degrees, degrees] } },
        ...more,
      });
      const location = [at(1, { datasetId: "urn:d:1" }), at(50)];
      await store.take([
        entryOf(0, { id: "urn:a:1", type: "A", "@op": "set", location, p: property(1) }),
      ]);
      expect(await store.extent({}, ALL)).toMatchObject({ bbox: [50, 50, 50, 50] });
      expect(await summed(store, { attribute: "p" }, ALL, { by: "place" })).toMatchObject([
        { place: [500_000_000, 500_000_000] },
      ]);
    });

    test("what was amended is told as it is now only to whom that may be told, and of a place wholly inside", async () => {
      const { store } = make();
      const id = "urn:a:1";
      const at = (minute: number) => new Date(START + minute * 60_000).toISOString();
      const p = (value: number, minute: number) => [
        { type: "Property", value, observedAt: at(minute) },
      ];
      const place = (x: number, minute: number, more: object = {}) => [
        ...point(x, 0).map((each) => ({ ...each, observedAt: at(minute), ...more })),
      ];
      const set = (said: Said): Said => ({ id, type: "A", "@op": "set", time: at(0), ...said });
      const amend = (entry: number, name: string, said: Fact["value"]): Said => ({
        ...{ id, time: at(0), "@op": "amend", "@of": [entry, 0], "@names": [name], [name]: said },
      });
      await store.take([
        entryOf(0, set({ p: p(1, 1), location: place(1, 0) })),
        entryOf(1, amend(0, "p", p(777, 9))),
        entryOf(2, amend(0, "location", place(8, 0))),
        // Seen before the thing came to where it is.
        entryOf(3, set({ p: p(5, 3), location: place(1, 5) })),
        entryOf(4, set({ p: p(6, 4) })),
        entryOf(5, set({ p: p(7, 6) })),
      ]);
      const told = async (view: EntityView) => {
        const heard: unknown[] = [];
        for await (const { entry, amends, attributes } of store.history({}, view)) {
          const all = amends ? [amends.said ?? {}] : (attributes.p ?? []);
          heard.push([entry, ...all.map(({ value }) => value)]);
        }
        return heard;
      };
      const amended = [
        [1, 777],
        [2, { type: "Point", coordinates: [8, 0] }],
      ];
      expect((await told(ALL)).slice(1, 3)).toEqual(amended);
      const early: EntityView = { toMilliseconds: START + 5 * 60_000 };
      expect(await told(early)).toEqual([[0, 1], [1, undefined], amended[1], [3, 5], [4, 6]]);
      expect((await told({ attributes: ["place"] })).slice(1, 3)).toEqual([
        [1, undefined],
        amended[1],
      ]);
      const ring = [
        [0, -1],
        [3, -1],
        [3, 1],
        [0, 1],
        [0, -1],
      ];
      const area: EntityView = { area: { type: "Polygon", coordinates: [ring] } };
      expect(await told(area)).toEqual([[0, 1], [1, 777], [2, undefined], [3], [5, 7]]);
      // Of two places one is outside.
      const both = [...place(1, 6), ...place(8, 6, { datasetId: "urn:d:1" })];
      await store.take([entryOf(6, set({ location: both }))]);
      expect(await store.entity(id, area)).toBeUndefined();
      expect(await store.count({}, area)).toBe(0);
      expect((await told(area)).map((each) => (each as unknown[])[0])).toEqual([0, 1, 2, 3]);
      const shown = await store.entity(id, ALL);
      expect(shown && placeOf(shown)).toMatchObject({ coordinates: [1, 0] });
      expect(await idsOf(store, { bbox: [7, -1, 9, 1] })).toEqual([]);
      expect(await idsOf(store, { bbox: [0, -1, 2, 1] })).toEqual(["1"]);
      // When it is no more is a fact like any other.
      await store.take([entryOf(7, set({ "@expires": "2030-01-01T00:00:00Z" }))]);
      const expires = async (view: EntityView) => (await store.entity(id, view))?.expires;
      expect(await expires({ attributes: ["p"] })).toBeUndefined();
      expect(await expires({ attributes: ["p", "@expires"] })).toBe(await expires(ALL));
    });

    test("takes questions for text and nothing else", async () => {
      const { store } = make();
      await store.take([entryOf(0, lamp(1))]);
      for (const evil of [
        "' OR 1=1 --",
        "%",
        "x'); DROP TABLE entity; --",
        "\u0000",
        "Lamp' OR '1",
      ]) {
        expect(await idsOf(store, { ids: [evil] })).toEqual([]);
        expect(await idsOf(store, { types: [[evil]] })).toEqual([]);
        expect(await idsOf(store, { attributes: [evil] })).toEqual([]);
        expect(await idsOf(store, { condition: compare(evil, "==", evil) })).toEqual([]);
        expect(await idsOf(store, { condition: compare("note", "==", evil) })).toEqual([]);
        expect(await store.entity(evil, ALL)).toBeUndefined();
      }
      // Seconds or hours with an engine that goes back.
      const slow = `urn:ngsi-ld:Lamp:${"a".repeat(5000)}!`;
      await store.take([entryOf(1, { id: slow, type: "Lamp" })]);
      expect(await idsOf(store, { idPattern: "(a+)+$" })).toEqual([]);
      expect(await store.count({}, ALL)).toBe(2);
    });

    // The one in memory is what the others are compared with.
    const compared = name === "memory" ? () => undefined : test;
    compared(
      "answers as the contract does, whatever is said and asked, and builds the same anew",
      async () => {
        await fc.assert(
          fc.asyncProperty(
            fc.array(fc.array(anObservation, { minLength: 1, maxLength: 3 }), { maxLength: 12 }),
            fc.array(fc.tuple(aQuery, aView), { minLength: 1, maxLength: 8 }),
            async (said, questions) => {
              const entries = said.map((each, i) => entryOf(i, ...each));
              const { store, again } = make();
              const model = memoryEntityStore();
              await store.take(entries.slice(0, 5));
              await store.take(entries.slice(5));
              await model.take(entries);
              const anew = make({ ...LOG, origin: "another" }).store;
              await anew.take(entries);
              for (const each of [store, again(), anew]) {
                for (const [query, view] of questions) {
                  expect(await answers(each, query, view)).toEqual(
                    await answers(model, query, view),
                  );
                }
              }
            },
          ),
          { numRuns: 15 },
        );
      },
    );
  });
}

async function answers(store: EntityReader, query: EntityQuery, view: EntityView) {
  const history: unknown[] = [];
  for await (const each of store.history({ toMilliseconds: START + 200_000 }, view))
    history.push(each);
  const { bbox, ids, ...rest } = query;
  const measured = { attribute: ids?.length === 2 ? "p" : "q", ...(bbox && { bbox }) };
  const asked = { ...measured, ...rest } as MeasureQuery;
  return {
    times: await summed(store, asked, view, { by: "time", stretchOf: minuteOf }),
    places: await summed(store, asked, view, { by: "place" }),
    things: await summed(store, asked, view, { by: "thing" }),
    all: await store.find(query, view, { limit: 100 }),
    some: await store.find(query, view, { limit: 2, offset: 1 }),
    count: await store.count(query, view),
    extent: await store.extent(query, view),
    inventory: (await store.inventory(view)).map((each) => ({
      ...each,
      attributes: [...each.attributes],
    })),
    history,
  };
}

/** Groups put together, in one order. */
async function summed(
  store: EntityReader,
  query: MeasureQuery,
  view: EntityView,
  grouping: MeasureGrouping,
): Promise<readonly Measure[]> {
  const groups = new Map<string, Measure>();
  for await (const part of store.measure(query, view, grouping)) {
    const { count, sum, min, max, ...key } = part;
    const before = groups.get(JSON.stringify(key)) ?? { count: 0, sum: 0, min, max };
    groups.set(JSON.stringify(key), {
      ...{ ...key, count: count + before.count, sum: sum + before.sum },
      ...{ min: Math.min(min, before.min), max: Math.max(max, before.max) },
    });
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
}

function minuteOf(time: number): readonly [number, number] {
  const from = Math.floor(time / 60_000) * 60_000;
  return [from, from + 60_000];
}

const anId = fc.constantFrom("urn:a:1", "urn:a:2", "urn:a:3", "MA.156/X/1");
const aName = fc.constantFrom("p", "q", "r");
const aScalar = fc.constantFrom<string | number>(1, 2, 3, "1", "b", "2026-01-01T00:00:00Z", "中");
const aTime = fc.integer({ min: 0, max: 5 }).map((n) => new Date(START + n * 60_000).toISOString());
const aDegree = fc.integer({ min: -3, max: 3 });

const anObservation: fc.Arbitrary<Said> = fc
  .record({
    id: anId,
    type: fc.constantFrom<Fact["value"]>("A", "B", ["A", "B"]),
    time: aTime,
    op: fc.constantFrom(
      ...["merge", "merge", "merge", "add", "set", "replace", "end", "amend", "forget"],
    ),
    of: fc.tuple(fc.integer({ min: 0, max: 11 }), fc.integer({ min: 0, max: 2 })),
    scopes: fc.option(fc.array(fc.constantFrom("/a", "/a/b"), { maxLength: 2 })),
    facts: fc.dictionary(aName, aScalar, { maxKeys: 3 }),
    place: fc.option(fc.tuple(aDegree, aDegree)),
    expires: fc.option(fc.oneof(aTime, fc.constant(""))),
    expiresAt: fc.option(aTime),
  })
  .map(({ id, type, time, op, of, scopes, facts, place, expires, expiresAt }): Said => {
    const frame = {
      ...{ id, type, time },
      ...(scopes && { "@scope": scopes }),
      ...(expires !== null && { "@expires": expires }),
    };
    const [x, y] = place ?? [0, 0];
    if (op === "merge") {
      const here = [x * 10_000_000, y * 10_000_000];
      const where = expiresAt === null ? here : { line: [here, [here[0] ?? 0, 0], [0, 5_000_000]] };
      return { ...frame, ...facts, ...(place && { place: where }) };
    }
    if (op === "end") return { id, type, time, "@op": op };
    const names = Object.keys(facts);
    if (op === "forget") return { id, time, "@op": op, ...(scopes && { "@names": names }) };
    if (op === "amend") {
      const [name = "p"] = names;
      const said = property(facts[name] ?? 0);
      return { id, time, "@op": op, "@of": of, "@names": [name], [name]: scopes ? said : [] };
    }
    const set = Object.entries(facts).map(([name, value]) => [
      name,
      value === 1
        ? []
        : property(value).map((said) => ({ ...said, ...(expiresAt && { expiresAt }) })),
    ]);
    return {
      ...frame,
      ...{ "@op": op },
      ...Object.fromEntries(set),
      ...(place && { location: point(x, y) }),
    };
  });

const aComparison: fc.Arbitrary<Condition> = fc
  .tuple(aName, fc.constantFrom("==", "!=", ">", "<="), aScalar, aScalar)
  .map(([name, comparison, a, b]) => compare(name, comparison as "==", a, b));

const aQuery: fc.Arbitrary<EntityQuery> = fc.record(
  {
    ids: fc.array(anId, { minLength: 1, maxLength: 2 }),
    types: fc.array(fc.array(fc.constantFrom("A", "B"), { minLength: 1, maxLength: 2 }), {
      minLength: 1,
      maxLength: 2,
    }),
    attributes: fc.array(aName, { minLength: 1, maxLength: 2 }),
    condition: fc.oneof(
      aComparison,
      fc
        .tuple(fc.constantFrom("and", "or"), fc.array(aComparison, { minLength: 1, maxLength: 2 }))
        .map(([kind, parts]) => ({ kind, parts }) as Condition),
    ),
    scopes: fc.constantFrom([[["a"]]], [[["a", "#"]], [["+", "b"]]]),
    bbox: fc
      .tuple(aDegree, aDegree, aDegree, aDegree)
      .map(([w, s, e, n]) => [w, Math.min(s, n), e, Math.max(s, n)] as const),
    fromMilliseconds: fc.integer({ min: 0, max: 5 }).map((n) => START + n * 60_000),
    dueMilliseconds: fc.integer({ min: 0, max: 5 }).map((n) => START + n * 60_000),
  },
  { requiredKeys: [] },
);

const aView: fc.Arbitrary<EntityView> = fc.record(
  {
    attributes: fc.array(fc.constantFrom("p", "q", "place"), { maxLength: 2 }),
    area: fc.tuple(aDegree, aDegree).map(([x, y]) => ({
      type: "Polygon" as const,
      coordinates: [
        [
          [x, y],
          [x + 3, y],
          [x + 3, y + 3],
          [x, y + 3],
          [x, y],
        ],
      ],
    })),
    toMilliseconds: fc.integer({ min: 0, max: 5 }).map((n) => START + n * 60_000),
  },
  { requiredKeys: [] },
);
