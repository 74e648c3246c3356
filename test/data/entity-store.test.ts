import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import {
  type EntityStore,
  memoryEntityStore,
  openSqliteStore,
  type StoreLog,
} from "../../src/data/index.ts";
import { describeEntityStore, entryOf, LOG } from "../contract/entity-store.ts";

const root = mkdtempSync(join(tmpdir(), "cityid-stores-"));
afterAll(() => rmSync(root, { recursive: true }));

describeEntityStore("memory", () => {
  const store = memoryEntityStore();
  return { store, again: () => store };
});

let files = 0;
describeEntityStore("SQLite", (log) => {
  files += 1;
  const file = join(root, `${files}.db`);
  const store = openSqliteStore(file, log);
  // The first stays open, as it would where its process was killed.
  const again = (other = log): EntityStore => openSqliteStore(file, other);
  return { store, again };
});

test("a store of another log, of a log that lost its end, or that is no database, begins anew", async () => {
  const file = join(root, "other.db");
  const begin = async (log: StoreLog): Promise<number> => {
    await using store = openSqliteStore(file, log);
    const { position } = store;
    if (position === 0) await store.take([entryOf(0, { id: "urn:a:1", type: "A" })]);
    return position;
  };
  expect([await begin(LOG), await begin(LOG)]).toEqual([0, 1]);
  expect(await begin({ ...LOG, origin: "another" })).toBe(0);
  expect([await begin(LOG), await begin(LOG)]).toEqual([0, 1]);
  expect(await begin({ ...LOG, hashOf: () => undefined })).toBe(0);
  writeFileSync(file, "no database at all, but as long as one might be".repeat(100));
  expect([await begin(LOG), await begin(LOG)]).toEqual([0, 1]);
});
