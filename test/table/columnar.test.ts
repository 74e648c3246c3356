import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import {
  type CborValue,
  decodeObservations,
  encodeObservations,
  factLeaf,
  factNumber,
  type Observation,
} from "../../src/core/index.ts";
import {
  type Column,
  ColumnFinder,
  compareTable,
  FactReader,
  FindingSink,
  fitGroup,
  GroupSink,
  OtherColumns,
  parquetFile,
  type Row,
  RowGroupBuilder,
  rowOf,
} from "../../src/table/index.ts";
import { discard } from "../discard.ts";

// Facts are read column by column out of their bytes. What comes out is compared with rows that were made one by one.

const directory = mkdtempSync(join(tmpdir(), "cityid-columns-"));
afterAll(() => discard(directory));

const ORIGIN = { source: "MA.156.1301.02", receivedMilliseconds: Date.UTC(2026, 10, 29) };

type Entry = readonly Observation[];

function rowsOf(entries: readonly Entry[]): Row[] {
  return entries.flatMap((entry, index) =>
    entry.flatMap((facts, observation) => rowOf(facts, placeOf(index, observation)) ?? []),
  );
}

function placeOf(entry: number, observation: number) {
  return { ...ORIGIN, entry, observation };
}

/** The columns that are found, and the rows in groups, one for each entry. */
function inColumns(entries: readonly Entry[]) {
  const bytes = entries.map(encodeObservations);
  const readRow = (index: number) => (facts: Observation, at: number) =>
    rowOf(facts, placeOf(index, at));
  const finder = new ColumnFinder("observations");
  const finding = new FactReader();
  const found = new FindingSink(finding, finder);
  for (const [i, each] of bytes.entries()) finding.read(each, found, readRow(i), true);
  const { columns } = finder;
  const groups = bytes.map((each, i) => {
    const reader = new FactReader();
    const group = new RowGroupBuilder(columns);
    const sink = new GroupSink(reader, group);
    sink.origin = { ...ORIGIN, entry: i };
    reader.read(each, sink, readRow(i), true);
    return group.encode();
  });
  return { columns, groups };
}

/** Groups that are made before it is known which columns there are, each as far as it can be. */
function madeAtOnce(entries: readonly Entry[]) {
  return entries.map((entry, i) => {
    const reader = new FactReader();
    const group = new RowGroupBuilder();
    const sink = new GroupSink(reader, group);
    sink.origin = { ...ORIGIN, entry: i };
    const readRow = (facts: Observation, at: number) => rowOf(facts, placeOf(i, at));
    try {
      reader.read(encodeObservations(entry), sink, readRow, true);
    } catch (cause) {
      if (cause instanceof OtherColumns) return undefined;
      throw cause;
    }
    return { columns: group.columns, group: group.encode() };
  });
}

let files = 0;

async function differenceOf(entries: readonly Entry[]): Promise<number | undefined> {
  const rows = rowsOf(entries);
  const finder = new ColumnFinder("observations");
  finder.addAll(rows);
  const { columns, groups } = inColumns(entries);
  expect(columns).toEqual(finder.columns);
  return differenceIn(columns, groups, rows);
}

async function differenceIn(
  columns: readonly Column[],
  groups: ReturnType<RowGroupBuilder["encode"]>[],
  rows: readonly Row[],
): Promise<number | undefined> {
  const file = parquetFile(columns);
  const path = join(directory, `${files++}.parquet`);
  writeFileSync(path, Buffer.concat([file.begin(), ...groups.map(file.group), file.end()]));
  return compareTable(path, "parquet", columns, slices(rows));
}

async function* slices(rows: readonly Row[]): AsyncGenerator<readonly Row[]> {
  for (let i = 0; i < rows.length; i += 1000) yield rows.slice(i, i + 1000);
}

const salt = new Uint8Array(16);

function observation(said: { readonly [name: string]: CborValue }): Observation {
  const names = Object.keys(said).sort();
  return names.map((name) => ({ salt, name, value: said[name] as CborValue }));
}

const digits = (length: number) => fc.stringMatching(new RegExp(`^[1-9][0-9]{0,${length - 1}}$`));
const decimal = fc
  .record({ isNegative: fc.boolean(), whole: digits(20), part: digits(20) })
  .map(({ isNegative, whole, part }) => `${isNegative ? "-" : ""}${whole}.${part}`)
  .map((text) => ({ decimal: text.replace(/0+$/, "") }));
const text = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.constantFrom("", "a", "\u{1f6b2}", "站点"),
);
const value: fc.Arbitrary<CborValue> = fc.oneof(
  ...[text, fc.maxSafeInteger(), fc.boolean(), decimal],
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(factNumber),
  fc.constantFrom<CborValue>(
    ...[{ decimal: `1${"0".repeat(309)}.5` }, [1, "a"], [], { a: 1 }, new Uint8Array([1, 2])],
  ),
);
const time = fc.oneof(
  fc
    .date({ noInvalidDate: true, min: new Date(0), max: new Date("2100-01-01") })
    .map((d) => d.toISOString()),
  fc.constantFrom(
    ...["2026-02-29T00:00:00Z", "2024-02-29T23:59:59Z", "2026-11-29T08:30:00+08:00", "yesterday"],
    ...[
      "2026-11-31T00:00:00Z",
      "2026-11-29T24:00:00Z",
      "2026-11-29T08:30:60Z",
      "2026-11-29T08:30:00.5Z",
    ],
    ...[
      "2026-11-29T08:30:00.123456Z",
      "0000-01-01T00:00:00Z",
      "2026-13-01T00:00:00Z",
      "2026-00-10T00:00:00Z",
    ],
    ...["2026-11-29T08:30:00.1a3Z", "2026-1x-29T08:30:00Z", "2026-11-29t08:30:00Z"],
  ),
);
const place: fc.Arbitrary<CborValue> = fc.oneof(
  fc.tuple(fc.integer({ min: -1.9e9, max: 1.9e9 }), fc.integer({ min: -9.5e8, max: 9.5e8 })),
  fc.constantFrom<CborValue>(
    ...[
      [1, 2, 3],
      [
        [0, 0],
        [1, 1],
      ],
      "here",
      7,
      { point: [10, 20] },
      [{ decimal: "1.5" }, 2],
    ],
  ),
);
const said = fc
  .record(
    {
      id: fc.oneof(text, fc.integer()),
      type: fc.constantFrom<CborValue>("Reading", ["Room", "Thing"], 3, []),
      time,
      place,
      pm25: fc.oneof(fc.nat(5), value),
      note: text,
      level: fc.oneof(fc.integer(), decimal),
      open: fc.boolean(),
      any: value,
      "@unit": text,
    },
    { requiredKeys: [] },
  )
  .filter((each) => Object.keys(each).length > 0);
const byGateway = fc.record({ level: value, at: fc.nat() }).map(({ level }) => ({
  ...{ "@op": "set", id: "urn:x:1", type: "Room" },
  level: [{ type: "Property", value: level }],
  location: [{ type: "GeoProperty", value: { type: "Point", coordinates: [1, 2] } }],
}));
const anObservation = fc
  .tuple(fc.oneof({ weight: 9, arbitrary: said }, byGateway), fc.array(fc.nat(9), { maxLength: 3 }))
  .map(([of, hidden]) =>
    observation(of as { [name: string]: CborValue }).map((fact, i) =>
      hidden.includes(i) ? factLeaf(fact) : fact,
    ),
  );
const anEntry = fc.array(anObservation, { minLength: 1, maxLength: 12 });

describe("a table made column by column", () => {
  test("holds what rows hold that are made one by one, whatever is said", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anEntry, { minLength: 1, maxLength: 4 }), async (entries) => {
        for (const each of entries) fc.pre(decodeObservations(encodeObservations(each)).ok);
        expect(await differenceOf(entries)).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });

  test("is the same where it was made before all of its columns were known", () => {
    const seen = { fitted: 0, unlike: 0, otherwise: 0 };
    fc.assert(
      fc.property(fc.array(anEntry, { minLength: 1, maxLength: 4 }), (entries) => {
        for (const each of entries) fc.pre(decodeObservations(encodeObservations(each)).ok);
        const { columns, groups } = inColumns(entries);
        for (const [i, made] of madeAtOnce(entries).entries()) {
          const own = inColumns(entries.slice(i, i + 1)).columns;
          if (made === undefined) {
            // Something stands beside what it cannot stand beside.
            expect(own.some(({ type }) => type === "json")).toBe(true);
            seen.unlike += 1;
            continue;
          }
          expect(made.columns).toEqual(own);
          const fitted = fitGroup(made.group, made.columns, columns);
          const types = new Map(columns.map(({ name, type }) => [name, type]));
          const isLike = own.every(({ name, type }) => types.get(name) === type);
          expect(fitted).toEqual(isLike ? groups[i] : undefined);
          seen[isLike ? "fitted" : "otherwise"] += 1;
        }
      }),
      { numRuns: 300 },
    );
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(0);
  });

  test("says of each column the least and the greatest that stands there", () => {
    const texts = fc.array(
      fc.tuple(
        fc.constantFrom("", "urn:x:", "urn:x:a", "urn:y:", "站"),
        fc.string({ unit: "grapheme", maxLength: 4 }),
      ),
      { minLength: 1, maxLength: 60 },
    );
    fc.assert(
      fc.property(texts, fc.boolean(), fc.nat(9), (parts, isMuchTheSame, level) => {
        const notes = parts.map((each) => each.join(""));
        const all = isMuchTheSame ? [...notes, ...notes, ...notes, ...notes] : notes;
        const { groups } = inColumns([
          all.map((note, i) => observation({ note, level: (level * i) % 7 })),
        ]);
        const boundsOf = (name: string) =>
          groups[0]?.chunks.find(({ meta_data }) => meta_data?.path_in_schema[0] === name)
            ?.meta_data?.statistics;
        const sorted = all.map((note) => Buffer.from(note)).sort(Buffer.compare);
        const { min_value, max_value } = boundsOf("note") ?? {};
        expect([min_value, max_value].map((each) => Buffer.from(each as Uint8Array))).toEqual([
          sorted[0],
          sorted.at(-1),
        ]);
        const levels = all.map((_, i) => (level * i) % 7);
        expect(boundsOf("level")).toMatchObject({
          min_value: BigInt(Math.min(...levels)),
          max_value: BigInt(Math.max(...levels)),
        });
      }),
    );
  });

  test("holds many rows, of values that are the same and that are not, of columns that are mostly empty", async () => {
    const many = (from: number) =>
      Array.from({ length: 5000 }, (_, n) => {
        const i = from + n;
        return observation({
          ...{
            id: `urn:x:${i}`,
            type: "Reading",
            note: `站点 ${i % 300}`,
            same: "x",
            whole: i % 7,
          },
          time: new Date(Date.UTC(2026, 0, 1) + i * 60_001).toISOString(),
          ...{
            place: [1_140_000_000 + i, 380_000_000 - i],
            serial: -i * 2 ** 33,
            open: i % 3 === 0,
          },
          ...(i % 97 === 0 && { rare: factNumber(i / 8), rarer: `${i}` }),
          level: factNumber((i % 4000) / 16),
        });
      });
    expect(
      await differenceOf([many(0), many(5000), [observation({ id: "a", late: 1 })]]),
    ).toBeUndefined();
  });

  test("is told from one that differs in a field", async () => {
    const entries = [[observation({ id: "a", n: 1 }), observation({ id: "b", n: 2 })]];
    const { columns, groups } = inColumns(entries);
    const [first, second] = rowsOf(entries);
    const other = new Map([...(second ?? []), ["n", 3] as const]);
    expect(await differenceIn(columns, groups, [first ?? new Map(), other])).toBe(0);
    expect(await differenceIn(columns, groups, [first ?? new Map()])).toBe(1);
  });

  test("is not made of bytes that are no observations", () => {
    const whole = encodeObservations([observation({ id: "a", note: "b", n: 300 })]);
    const read = (bytes: Uint8Array) =>
      new FactReader().read(
        bytes,
        new FindingSink(new FactReader(), new ColumnFinder("observations")),
        () => undefined,
        true,
      );
    for (let length = 0; length < whole.length; length++) {
      expect(() => read(whole.subarray(0, length))).toThrow();
    }
    expect(() => read(Uint8Array.of(...whole, 0))).toThrow("behind");
    expect(() => read(whole)).not.toThrow();
  });
});
