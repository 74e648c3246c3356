import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  type Code,
  type CodeRecord,
  type Geometry,
  hashLeaf,
  hex,
  merkleRoot,
  parentOf,
  utf8,
  verifyRange,
} from "../../../../src/core/index.ts";
import { readAliases } from "../../../../src/ledger/embedded/index-db/aliases.ts";
import { readChildren } from "../../../../src/ledger/embedded/index-db/children-reader.ts";
import { readKeys } from "../../../../src/ledger/embedded/index-db/listings.ts";
import type { SearchQuery } from "../../../../src/ledger/port.ts";
import { type Described, LocalIndex, record, registration, Stream } from "./kit.ts";
import { NaiveIndex } from "./model.ts";

let stream: Stream;
let index: LocalIndex;

beforeEach(() => {
  stream = new Stream();
  index = new LocalIndex(stream);
});

afterEach(async () => {
  index.abandon();
  await stream.remove();
});

const DIVISIONS = ["11", "1301", "1302", "46"] as const;
const CLASSES = ["LAMP", "WELL"] as const;

const division = fc.constantFrom(...DIVISIONS).map((each) => `MA.156.${each}`);
const department = fc.tuple(division, fc.constantFrom("01", "02")).map((parts) => parts.join("."));
const owner = fc.oneof(division, department);
const classCode = fc.tuple(owner, fc.constantFrom(...CLASSES)).map((parts) => parts.join("/"));
const thing = fc
  .tuple(classCode, fc.integer({ min: 0, max: 60_000 }))
  .map((parts) => parts.join("/"));
const code = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom("MA", "MA.156") },
  { weight: 1, arbitrary: division },
  { weight: 2, arbitrary: department },
  { weight: 2, arbitrary: classCode },
  { weight: 20, arbitrary: thing },
) as fc.Arbitrary<Code>;

const syllable = fc.constantFrom(..."石家庄市路灯井盖歙县中山大街a b1 2３é-".split(""));
const name = fc.oneof(
  fc.tuple(fc.constantFrom("路灯 ", "井盖", "Lamp "), fc.nat(3000)).map((parts) => parts.join("")),
  fc.array(syllable, { minLength: 1, maxLength: 8 }).map((parts) => parts.join("")),
);
const statement = <V>(value: fc.Arbitrary<V>) =>
  fc.oneof(
    { weight: 9, arbitrary: value.map((each) => ({ value: each, validFrom: "2020-01-01" })) },
    { weight: 1, arbitrary: fc.constant({ commit: new Uint8Array(32), validFrom: "2020-01-01" }) },
  );

const longitude = fc.integer({ min: -1_800_000_000, max: 1_800_000_000 });
const latitude = fc.integer({ min: -900_000_000, max: 900_000_000 });
// Most of it in one city, some of it anywhere.
const city = fc.tuple(
  fc.integer({ min: 1_144_000_000, max: 1_147_000_000 }),
  fc.integer({ min: 379_000_000, max: 381_000_000 }),
);
const position = fc.oneof({ weight: 4, arbitrary: city }, fc.tuple(longitude, latitude));
const box = fc
  .tuple(position, position)
  .map(
    ([[x, y], [z, w]]) => [Math.min(x, z), Math.min(y, w), Math.max(x, z), Math.max(y, w)] as const,
  );
const geometry: fc.Arbitrary<Geometry> = fc.oneof(
  { weight: 6, arbitrary: position.map((point) => ({ point })) },
  {
    weight: 1,
    arbitrary: fc.array(position, { minLength: 2, maxLength: 4 }).map((line) => ({ line })),
  },
  {
    weight: 1,
    arbitrary: fc
      .array(position, { minLength: 3, maxLength: 4 })
      .map((ring) => ({ polygon: [ring] })),
  },
  { weight: 1, arbitrary: box.map((cell) => ({ cell })) },
  {
    weight: 1,
    arbitrary: box.map((bbox) => ({
      linked: { sha256: new Uint8Array(32), url: "https://x.test/a", bbox },
    })),
  },
);
const registrationId = fc.nat(9).map((i) => new Uint8Array(32).fill(i));

const described: fc.Arbitrary<Described> = fc
  .record(
    {
      names: fc.dictionary(fc.constantFrom("zh", "en", "zh-Latn"), statement(name)),
      geometry: statement(geometry),
      status: fc.constantFrom("active", "active", "active", "suspended", "retired"),
      class: fc.constantFrom(...CLASSES),
      registration: registrationId,
      aliases: fc.array(fc.record({ scheme: fc.constantFrom("asset", "plate"), value: name }), {
        maxLength: 2,
      }),
    },
    { requiredKeys: ["names"] },
  )
  .map((fields) => fields as Described);

type Step =
  | { readonly kind: "record"; readonly code: Code; readonly described: Described }
  | { readonly kind: "again"; readonly code: Code; readonly described: Described }
  | { readonly kind: "void"; readonly id: Uint8Array }
  | {
      readonly kind: "alias";
      readonly division: string;
      readonly value: string;
      readonly to: Code | undefined;
    }
  | { readonly kind: "key"; readonly key: string };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 40, arbitrary: fc.record({ kind: fc.constant("record"), code, described }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("again"), code, described }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("void"), id: registrationId }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("alias"),
      division,
      value: fc.oneof(name, fc.constant("a/b/c")),
      to: fc.option(code, { nil: undefined }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("key"),
      key: fc
        .tuple(
          fc.constantFrom("decision", "gazette", "class", "member", "key/member/A", "key/MA.156#1"),
          fc.integer({ min: 0, max: 40 }),
        )
        .map((parts) => parts.join("/")),
    }),
  },
) as fc.Arbitrary<Step>;

/** Puts a step into the stream as the rules would: generations count up, parents are named by generation. */
function carryOut(model: NaiveIndex, each: Step): void {
  if (each.kind === "record") stream.records(recordOf(model, each.code, each.described, 0));
  else if (each.kind === "again") stream.records(recordOf(model, each.code, each.described, 1));
  else if (each.kind === "void") {
    stream.entry([`registration/${hex(each.id)}`, registration(true)]);
  } else if (each.kind === "alias") {
    const leadsTo = each.to === undefined ? {} : { code: `${each.to}#1` };
    stream.alias(each.division, "asset", each.value, leadsTo);
  } else {
    stream.entry([each.key, { op: new Uint8Array(32) }]);
  }
}

function recordOf(model: NaiveIndex, each: Code, fields: Described, step: number): CodeRecord {
  const before = model.record(each) as CodeRecord | undefined;
  const parent = parentOf(each);
  const above = parent === undefined ? undefined : (model.record(parent) as CodeRecord | undefined);
  const generation = (before?.generation ?? 1) + (before === undefined ? 0 : step);
  const reference =
    step === 0 && before?.parent !== undefined
      ? before.parent
      : `${parent}#${above?.generation ?? 1}`;
  return record(each, {
    ...fields,
    generation,
    ...(parent === undefined ? {} : { parent: reference }),
  });
}

const query: fc.Arbitrary<Omit<SearchQuery, "limit" | "cursor">> = fc.record(
  {
    text: fc.oneof(
      name,
      fc.constantFrom(
        "石",
        "路灯",
        "sjz",
        "shi",
        "lu",
        "1",
        "12",
        "00",
        "a",
        "灯 1",
        "lamp 2",
        "ld1",
      ),
      code.map((each) => each.slice(-6)),
    ),
    parent: code,
    under: code,
    kind: fc.constantFrom("thing", "division", "department", "class", "country", "device"),
    class: fc.constantFrom(...CLASSES, "NONE"),
    status: fc.constantFrom("active", "suspended", "retired", "void"),
    bbox: box,
  },
  { requiredKeys: [] },
);

function sparse<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}

function put(model: NaiveIndex, steps: readonly Step[]): void {
  for (const each of steps) {
    const before = stream.puts.length;
    carryOut(model, each);
    model.take(stream.puts.slice(before));
  }
}

function sample<T>(arbitrary: fc.Arbitrary<T>, count: number, seed: number): T[] {
  return fc.sample(arbitrary, { numRuns: count, seed });
}

/** Compares everything that an index answers with the model. */
function expectSame(
  model: NaiveIndex,
  queries: readonly Omit<SearchQuery, "limit" | "cursor">[],
): void {
  for (const each of queries.map(sparse)) {
    expect(index.all(each, 300), JSON.stringify(each)).toEqual(model.search(each));
  }
  for (const prefix of [
    "decision/",
    "gazette/",
    "class/",
    "key/member/A/",
    "key/MA.156#1/",
    "registration/",
    "gazette/1",
  ]) {
    const { keys } = readKeys(index.sql, prefix, 1000);
    expect(keys, prefix).toEqual(model.keys(prefix));
  }
  expect(nonZero(index.writer.progress.byKind)).toEqual(model.byKind());
}

function nonZero(counts: { readonly [kind: string]: number }): { [kind: string]: number } {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0));
}

function expectSameChildren(model: NaiveIndex, parent: string): void {
  const children = model.children(parent);
  const leaves = children.map((child) => hashLeaf(utf8(child)));
  const root = merkleRoot(leaves);
  for (const [start, limit] of [
    [0, 1000],
    [0, 1],
    [255, 3],
    [300, 500],
    [children.length - 1, 10],
  ] as const) {
    const end = Math.min(start + limit, children.length);
    if (start < 0 || start >= end) continue;
    const asked = { start, limit, count: children.length };
    const { codes, path } = readChildren(index.sql, parent, asked);
    expect(codes).toEqual(children.slice(start, end));
    const proved = verifyRange(
      leaves.slice(start, end),
      { start, size: children.length, path },
      root,
    );
    expect(proved).toEqual({ ok: true, value: undefined });
  }
}

const SEED = Number(process.env.SEED ?? 20_261_122);

describe("the index against one that looks at everything", () => {
  test("answers alike after few changes, taken in one by one", () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 30 }),
        fc.array(query, { minLength: 3, maxLength: 6 }),
        (steps, queries) => {
          index.abandon();
          stream = new Stream();
          index = new LocalIndex(stream);
          const model = new NaiveIndex();
          for (const each of steps) {
            put(model, [each]);
            index.catchUp();
          }
          expectSame(model, queries);
        },
      ),
      { numRuns: 40, seed: SEED },
    );
  });

  test(`answers alike after many, taken in by several transactions (seed ${SEED})`, () => {
    const model = new NaiveIndex();
    // Most codes are things, and 4 096 of them fill a chunk; what follows changes things that are there.
    put(model, sample(step, 14_000, SEED));
    index.catchUp();
    put(model, sample(step, 4000, SEED + 1));
    index.catchUp();
    put(model, sample(step, 500, SEED + 2));
    index.catchUp();
    expect(index.writer.progress.records[3]).toBeGreaterThan(8192);
    expectSame(model, sample(query, 150, SEED + 3));
    for (const each of sample(step, 200, SEED + 1)) {
      if (each.kind !== "alias") continue;
      const { value, division } = each;
      const query = { scheme: "asset", value, limit: 1000 };
      const found = readAliases(index.view, { ...query, division });
      expect([...found.codes].sort()).toEqual(model.aliases("asset", value, division));
      const paged: string[] = [];
      for (let page = readAliases(index.view, { ...query, limit: 2 }); ; ) {
        paged.push(...page.codes);
        if (page.cursor === undefined) break;
        page = readAliases(index.view, { ...query, limit: 2, cursor: page.cursor });
      }
      expect(paged).toEqual(readAliases(index.view, query).codes);
      expect(paged.sort()).toEqual(model.aliases("asset", value));
    }
    for (const parent of ["MA.156", "MA.156.1301/LAMP", "MA.156.46.01/WELL", "MA.156.11"]) {
      expectSameChildren(model, parent);
    }
  });
});
