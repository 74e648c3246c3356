import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { IndexDamage } from "../../../../../src/ledger/embedded/index-db/damage.ts";
import { POSTING_KEYS } from "../../../../../src/ledger/embedded/index-db/layout.ts";
import { Block, BlockBuilder } from "../../../../../src/ledger/embedded/index-db/runs/block.ts";
import { readRuns } from "../../../../../src/ledger/embedded/index-db/runs/read-runs.ts";
import { RunStore } from "../../../../../src/ledger/embedded/index-db/runs/run-store.ts";
import { Runs } from "../../../../../src/ledger/embedded/index-db/runs/runs.ts";
import { SCHEMA } from "../../../../../src/ledger/embedded/index-db/schema.ts";
import { Sql } from "../../../../../src/sql/index.ts";
import { discard } from "../../../../discard.ts";

let directory: string;
let sql: Sql;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "cityid-runs-"));
  sql = new Sql(join(directory, "runs.db"));
  sql.exec(SCHEMA);
});

afterEach(() => {
  sql.close();
  discard(directory);
});

/** Above the keys of postings, whose bytes have a form. */
const BASE = POSTING_KEYS;

function write(store: RunStore, entries: ReadonlyMap<number, string>): void {
  for (const [key, value] of [...entries].sort(([a], [b]) => a - b)) {
    const bytes = Buffer.from(value);
    store.add(BASE + key, bytes, 0, bytes.length);
  }
  store.endRun();
  store.settle();
}

function found(runs: Runs, from: number, to: number): [number, string][] {
  return runs
    .find([[BASE + from, BASE + to]])
    .map(({ key, value }): [number, string] => [key - BASE, value.toString()])
    .sort();
}

function count(table: string): number {
  return Number(sql.get(`SELECT count(*) FROM ${table}`)?.[0]);
}

describe("runs", () => {
  test("have every entry that was written, however often they were merged", () => {
    const value = fc.oneof(
      { weight: 20, arbitrary: fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 6 }) },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 20_000 }).map((n) => "x".repeat(n)) },
    );
    const entries = fc
      .array(fc.tuple(fc.oneof(fc.nat(60), fc.nat(2 ** 40)), value), { maxLength: 80 })
      .map((list) => new Map(list));
    fc.assert(
      fc.property(fc.array(entries, { minLength: 1, maxLength: 80 }), fc.nat(60), (batches, at) => {
        sql.exec("DELETE FROM run; DELETE FROM block");
        const [store, runs] = [new RunStore(sql), new Runs(sql, 4)];
        const model = new Map<number, string>();
        for (const batch of batches) {
          write(store, batch);
          for (const [key, each] of batch) model.set(key, (model.get(key) ?? "") + each);
        }
        runs.refresh();
        const united = new Map<number, string>();
        for (const [key, each] of found(runs, 0, 2 ** 41)) {
          united.set(key, (united.get(key) ?? "") + each);
        }
        // A key has the bytes of all runs, in no particular order.
        const sorted = (text: string) => [...text].sort().join("");
        const comparable = (map: Map<number, string>) =>
          [...map].map(([key, each]) => [key, sorted(each)]).sort();
        expect(comparable(united)).toEqual(comparable(model));
        const keys = new Set(found(runs, at, at).map(([key]) => key));
        expect([...keys]).toEqual(model.has(at) ? [at] : []);
        expect(count("run")).toBeLessThanOrEqual(7 * 3);
      }),
      { numRuns: 30 },
    );
  });

  test("take over the blocks that overlap no other, and drop those that were merged", () => {
    const store = new RunStore(sql);
    const apart = (i: number) =>
      new Map(Array.from({ length: 2000 }, (_, n) => [i * 10_000 + n, "12345678"] as const));
    for (let i = 0; i < 7; i++) write(store, apart(i));
    const before = sql.all("SELECT id FROM block ORDER BY id");
    write(store, apart(7));
    const after = new Set(sql.all("SELECT id FROM block").map(([id]) => id));
    const kept = before.filter(([id]) => after.has(id ?? null));
    expect(kept.length).toBeGreaterThan(before.length * 0.7);
    expect([count("run"), sql.get("SELECT level FROM run")]).toEqual([1, [1]]);
    const runs = new Runs(sql, 4);
    runs.refresh();
    expect(found(runs, 0, 100_000)).toHaveLength(16_000);
    // Every block that is there belongs to the run.
    for (let i = 0; i < 56; i++) write(store, apart(i % 8));
    expect(count("run")).toBe(1);
    const blocks = readRuns(sql).flatMap((run) => run.blocks.map(({ id }) => id));
    expect(new Set(blocks).size).toBe(count("block"));
  });

  test("are found by a reader that saw them before they were merged", () => {
    const store = new RunStore(sql);
    const batch = (i: number) => new Map([[i, `value ${i}`]]);
    for (let i = 0; i < 7; i++) write(store, batch(i));
    const runs = new Runs(sql, 4);
    runs.refresh();
    for (let i = 7; i < 70; i++) write(store, batch(i));
    expect(found(runs, 3, 3)).toEqual([[3, "value 3"]]);
  });

  test("go on after another writer, whose numbers they do not use again", () => {
    write(new RunStore(sql), new Map([[1, "a"]]));
    write(new RunStore(sql), new Map([[1, "b"]]));
    const runs = new Runs(sql, 4);
    runs.refresh();
    expect(found(runs, 1, 1)).toEqual([
      [1, "a"],
      [1, "b"],
    ]);
  });

  test("that lack a block are damaged", () => {
    write(new RunStore(sql), new Map([[1, "a"]]));
    sql.exec("DELETE FROM block");
    const runs = new Runs(sql, 4);
    runs.refresh();
    expect(() => found(runs, 1, 1)).toThrow(IndexDamage);
  });
});

describe("a block", () => {
  test("says so when any of its bytes is not what it was", () => {
    const builder = new BlockBuilder();
    builder.add(7, Buffer.from("abc"), 0, 3);
    const bytes = builder.take();
    expect(new Block(bytes).value(0).toString()).toBe("abc");
    for (let i = 0; i < bytes.length; i++) {
      const damaged = Buffer.from(bytes);
      damaged[i] = (damaged[i] ?? 0) ^ 1;
      expect(() => new Block(damaged)).toThrow(IndexDamage);
    }
    expect(() => new Block(Buffer.alloc(0))).toThrow(IndexDamage);
  });
});
