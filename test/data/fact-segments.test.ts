import { expect, test } from "vitest";
import { sha256, utf8 } from "../../src/core/index.ts";
import { FactSegments } from "../../src/data/fact-segments.ts";
import { FaultyFiles } from "../faults/faulty-files.ts";

// Facts in files that grow, each with the record of the journal that they became durable with.

const DIRECTORY = "/log/facts";
const JOURNAL = "/log/journal";
const ID = sha256(utf8("journal")).slice(0, 16);
const MIB = 1024 * 1024;

/** A machine with a journal that holds nothing but its id, which every record begins with. */
function machine(): FaultyFiles {
  const files = new FaultyFiles();
  files.put(JOURNAL, ID);
  return files;
}

const open = (files: FaultyFiles, erasing?: number) =>
  FactSegments.open(files, DIRECTORY, JOURNAL, erasing);

const record = (n: number) => Uint8Array.of(...ID, n, n, n);
const facts = (n: number, bytes = 100) => new Uint8Array(bytes).fill(n);
const offsetOf = (n: number) => 16 + 19 * n;

async function keep(segments: FactSegments, n: number, bytes = 100): Promise<void> {
  await segments.reserve(n, bytes + record(n).length, async () => undefined);
  await segments.keep(n, facts(n, bytes), record(n), offsetOf(n));
}

/** Millions of bytes are not for `toEqual`. */
async function has(segments: FactSegments, n: number, want: Uint8Array): Promise<boolean> {
  return Buffer.from((await segments.read(n)) ?? []).equals(want);
}

test("brings the journal up to what stands there, also where the journal lost some of it", async () => {
  const files = machine();
  const segments = await open(files);
  for (const n of [1, 2, 3]) await keep(segments, n);
  segments.close();
  const reopened = await open(files.afterPowerCut(() => 0));
  expect(await has(reopened, 2, facts(2))).toBe(true);
  const later = files.afterPowerCut(() => 0);
  (await open(later)).close();
  const journal = later.bytes(JOURNAL);
  for (const n of [1, 2, 3]) {
    expect(journal.subarray(offsetOf(n), offsetOf(n + 1))).toEqual(record(n));
  }
});

test("writes nothing into the journal of another log", async () => {
  const files = machine();
  const segments = await open(files);
  await keep(segments, 1);
  segments.close();
  const other = new Uint8Array(64).fill(9);
  files.put(JOURNAL, other);
  (await open(files)).close();
  expect(files.bytes(JOURNAL)).toEqual(other);
});

test("begins another file where one is full, syncs the journal before, and finds what stands in each", async () => {
  const files = machine();
  const segments = await open(files);
  let syncs = 0;
  for (const n of [1, 2, 3, 4]) {
    await segments.reserve(n, 3 * MIB + 19, async () => {
      syncs += 1;
    });
    await segments.keep(n, facts(n, 3 * MIB), record(n), offsetOf(n));
  }
  segments.close();
  expect(files.list(DIRECTORY)).toEqual(["1", "3"]);
  expect(syncs).toBe(2);
  const reopened = await open(files);
  for (const n of [4, 1, 3, 2]) expect(await has(reopened, n, facts(n, 3 * MIB))).toBe(true);
  expect(await reopened.read(5)).toBeUndefined();
  expect(await reopened.read(0)).toBeUndefined();
  // One that is larger than a file has one for itself.
  await keep(reopened, 5, 9 * MIB);
  await keep(reopened, 6);
  reopened.close();
  expect(files.list(DIRECTORY)).toEqual(["1", "3", "5", "6"]);
});

test("forgets facts in whichever file they stand, and keeps those around them", async () => {
  const files = machine();
  const segments = await open(files);
  for (const n of [1, 2]) await keep(segments, n, 3 * MIB);
  for (const n of [3, 4, 5]) await keep(segments, n, 3 * MIB);
  for (const n of [1, 4]) await segments.forget(n);
  for (const reopened of [segments, await open(files.afterPowerCut(() => 0))]) {
    for (const n of [1, 4]) expect(await reopened.read(n)).toBeUndefined();
    for (const n of [2, 3, 5]) expect(await has(reopened, n, facts(n, 3 * MIB))).toBe(true);
  }
  for (const [name, n] of [
    ["1", 1],
    ["3", 4],
  ] as const) {
    const bytes = Buffer.from(files.bytes(`${DIRECTORY}/${name}`));
    expect(bytes.includes(Buffer.alloc(64, n))).toBe(false);
  }
});

test("drops a last record that is torn, and writes on in its place", async () => {
  const files = machine();
  const segments = await open(files);
  for (const n of [1, 2]) await keep(segments, n);
  segments.close();
  const bytes = files.bytes(`${DIRECTORY}/1`).slice();
  const at = bytes.lastIndexOf(2);
  bytes[at] = 0;
  files.put(`${DIRECTORY}/1`, bytes);
  const reopened = await open(files);
  expect(await reopened.read(2)).toBeUndefined();
  await keep(reopened, 2, 50);
  reopened.close();
  const again = await open(files);
  expect(await has(again, 1, facts(1))).toBe(true);
  expect(await has(again, 2, facts(2, 50))).toBe(true);
});

test("refuses a record that was changed with another one behind it, unless its facts were going", async () => {
  const files = machine();
  const segments = await open(files);
  for (const n of [1, 2]) await keep(segments, n);
  segments.close();
  const bytes = files.bytes(`${DIRECTORY}/1`).slice();
  bytes[bytes.lastIndexOf(1)] = 7;
  files.put(`${DIRECTORY}/1`, bytes);
  await expect(open(files)).rejects.toMatchObject({
    code: "DATA_BODIES",
    facts: { path: `${DIRECTORY}/1` },
  });
  const reopened = await open(files, 1);
  expect(await has(reopened, 2, facts(2))).toBe(true);
  await reopened.forget(1);
  expect(await reopened.read(1)).toBeUndefined();
});
