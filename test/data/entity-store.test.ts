import { mkdtempSync, writeFileSync } from "node:fs";
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
import { discard } from "../discard.ts";

const root = mkdtempSync(join(tmpdir(), "cityid-stores-"));
afterAll(() => discard(root));

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

test("what cannot be read is taken in not at all; the thread goes on, with this store and others, and ends with the last", async () => {
  const log = LOG;
  const [one, other] = ["one.db", "two.db"].map((name) => openSqliteStore(join(root, name), log));
  if (one === undefined || other === undefined) throw new Error("no store");
  const torn = { index: 1, body: { receivedMilliseconds: 1, observations: Uint8Array.of(0x81) } };
  const lamp = (index: number) => entryOf(index, { id: `urn:a:${index}`, type: "A" });
  await Promise.all([one.take([lamp(0)]), other.take([lamp(0)])]);
  await expect(one.take([torn])).rejects.toThrow("CBOR_");
  await expect(one.take([lamp(1), { ...torn, index: 2 }])).rejects.toThrow("CBOR_");
  expect([one.position, await one.count({}, {})]).toEqual([1, 1]);
  await one.take([lamp(1), lamp(2)]);
  await one[Symbol.asyncDispose]();
  await other.take([lamp(1)]);
  expect([await other.count({}, {}), other.position]).toEqual([2, 2]);
  await other[Symbol.asyncDispose]();
  await using again = openSqliteStore(join(root, "one.db"), log);
  expect([again.position, await again.count({}, {})]).toEqual([3, 3]);
  await again.take([lamp(3)]);
  expect(await again.stateOf("urn:a:3")).toMatchObject({ entity: { id: "urn:a:3" }, position: 4 });
});
