import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  concat,
  consistencyPath,
  EMPTY_ROOT,
  hashLeaf,
  inclusionPath,
  merkleRoot,
  rootOf,
  treeOf,
} from "../../src/core/index.ts";
import { createLog, type Log, openLog, readLog } from "../../src/log/index.ts";
import { createJournal } from "../../src/log/journal.ts";
import { discard } from "../discard.ts";
import { FaultyFiles } from "../faults/faulty-files.ts";

const directory = "/data/log";
const origin = "example.com/log";

describe("a log", () => {
  test("begins empty, or with its first block", async () => {
    const empty = await begun([]);
    expect([empty.log.size, empty.log.origin]).toEqual([0, origin]);
    expect(empty.log.root()).toEqual(EMPTY_ROOT);
    const two = [text("genesis"), text("block 0")];
    const { log } = await begun(two);
    expect([...log.blocks()]).toEqual([{ first: 0, entries: two }]);
    expect(log.root()).toEqual(merkleRoot(two.map(hashLeaf)));
  });

  test("shows nothing of what is staged but its root and size", async () => {
    const { log } = await begun([text("a")]);
    const staged = log.stage([text("b"), text("c")]);
    expect(staged).toMatchObject({ first: 1, size: 3 });
    expect(staged.root).toEqual(merkleRoot(["a", "b", "c"].map((each) => hashLeaf(text(each)))));
    expect([log.size, log.entry(1), log.indexOf(hashLeaf(text("b")))]).toEqual([
      1,
      undefined,
      undefined,
    ]);
    await log.commit(staged);
    expect([log.size, log.entry(1), log.indexOf(hashLeaf(text("b")))]).toEqual([3, text("b"), 1]);
    expect(log.root()).toEqual(staged.root);
  });

  test("takes the next block while one is being written, and no block out of turn", async () => {
    const { log } = await begun([text("a")]);
    const [b, c] = [log.stage([text("b")]), log.stage([text("c")])];
    await expect(log.commit(c)).rejects.toThrow("commit of entry 2 where 1 is next");
    const first = log.commit(b);
    const second = log.commit(c);
    await first;
    expect(log.size).toBe(2);
    await second;
    expect(log.size).toBe(3);
    await expect(log.commit(c)).rejects.toThrow("commit of entry 2 where 3 is next");
  });

  test("holds entries of 0 to 65 535 bytes", async () => {
    const sizes = [0, 1, 65_535];
    const entries = sizes.map((size) => new Uint8Array(size).fill(size));
    const { log } = await begun(entries);
    expect(entries.map((_, i) => hex(log.entry(i)))).toEqual(entries.map(hex));
    const lengths = Uint8Array.of(0, 0, 0, 1, 1, 0xff, 0xff);
    expect(hex(log.bundle(0, 3))).toBe(hex(concat(lengths, entries[2] ?? text(""))));
    expect(() => log.stage([new Uint8Array(65_536)])).toThrow("an entry of 65536 bytes");
  });

  test("finds the first of equal entries", async () => {
    const { log } = await begun([text("same"), text("other"), text("same")]);
    expect(log.indexOf(hashLeaf(text("same")))).toBe(0);
    expect(log.indexOf(hashLeaf(text("never")))).toBeUndefined();
  });

  test("reads the records it was written in, from the one that holds an entry", async () => {
    const { log } = await begun([text("0"), text("1")]);
    await log.commit(log.stage([text("2"), text("3"), text("4")]));
    await log.commit(log.stage([text("5")]));
    expect(log.blockOf(3)).toEqual({ first: 2, count: 3 });
    expect([...log.blocks(4)].map(({ first }) => first)).toEqual([2, 5]);
    expect([...log.blocks(6)]).toEqual([]);
  });

  test("stops at a question about entries that it does not have", async () => {
    const { log } = await begun([text("0"), text("1")]);
    expect(() => log.inclusion(2)).toThrow("entry 2 in a tree of 2");
    expect(() => log.inclusion(0, 3)).toThrow("3 entries of 2");
    expect(() => log.leaf(2)).toThrow("3 entries of 2");
    expect(() => log.blockOf(2)).toThrow("3 entries of 2");
    expect(() => log.root(3)).toThrow("3 is not within 0…2");
    expect([log.entry(2), log.bundle(0, 3), log.tile(0, 0, 3), log.tile(1, 0, 1)]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe("tiles and proofs", () => {
  test("are those of the reference tree, whatever blocks the entries came in", async () => {
    const blocks = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(blocks, fc.nat(), fc.nat(), async (counts, a, b) => {
        const { log, entries } = await withBlocks(counts);
        const leaves = entries.map(hashLeaf);
        const tree = treeOf(leaves);
        const size = 1 + (a % log.size);
        const index = b % size;
        expect(log.root(size)).toEqual(rootOf(tree, size));
        expect(log.inclusion(index, size)).toEqual(inclusionPath(tree, index, size));
        expect(log.inclusion(index)).toEqual(inclusionPath(tree, index));
        expect(log.consistency(size)).toEqual(consistencyPath(tree, size));
        expect(log.leaf(index)).toEqual(leaves[index]);
        expect(log.entry(index)).toEqual(entries[index]);
      }),
      { numRuns: 15 },
    );
  });

  test("are cut at every width up to the last entry, and never beyond", async () => {
    const { log, entries } = await withBlocks([200, 100, 5]);
    const leaves = entries.map(hashLeaf);
    for (let width = 1; width <= 256; width++) {
      expect(hex(log.tile(0, 0, width))).toBe(hex(concat(...leaves.slice(0, width))));
      const part = <T>(all: readonly T[]) => all.slice(256, 256 + width);
      const inside = width <= 305 - 256;
      expect(hex(log.tile(0, 1, width))).toBe(inside ? hex(concat(...part(leaves))) : undefined);
      expect(hex(log.bundle(1, width))).toBe(inside ? hex(bundleOf(part(entries))) : undefined);
    }
    expect(hex(log.bundle(0, 256))).toBe(hex(bundleOf(entries.slice(0, 256))));
    expect(log.tile(1, 0, 1)).toEqual(Uint8Array.from(merkleRoot(leaves.slice(0, 256))));
    expect(log.tile(1, 0, 2)).toBeUndefined();
    expect(log.tile(2, 0, 1)).toBeUndefined();
  });

  test("reach the third level behind 65 536 entries, and are the same when the log is opened again", async () => {
    const { log, entries, files } = await withBlocks(Array.from({ length: 7 }, () => 10_000));
    const tree = treeOf(entries.map(hashLeaf));
    const expectSame = (each: Log) => {
      expect(each.root()).toEqual(rootOf(tree));
      expect(each.tile(2, 0, 1)).toEqual(Uint8Array.from(tree.node(16, 0)));
      for (const index of [0, 255, 256, 65_535, 65_536, 69_999]) {
        expect(each.inclusion(index)).toEqual(inclusionPath(tree, index));
        expect(each.indexOf(hashLeaf(entries[index] as Uint8Array))).toBe(index);
      }
      expect(each.consistency(300)).toEqual(consistencyPath(tree, 300));
    };
    expectSame(log);
    await log.close();
    expectSame(await openLog({ directory, origin, files }));
  });
});

describe("opening a log", () => {
  test("refuses one that was not made", async () => {
    const files = new FaultyFiles();
    await expect(openLog({ directory, origin, files })).rejects.toMatchObject({
      code: "LOG_MISSING",
    });
    expect(() => readLog({ directory, files }, () => undefined)).toThrow(
      expect.objectContaining({ code: "LOG_MISSING" }),
    );
  });

  test("refuses that of another origin", async () => {
    const { files } = await begun([]);
    await expect(openLog({ directory, origin: "other", files })).rejects.toMatchObject({
      code: "LOG_ORIGIN",
      facts: { got: origin, want: "other" },
    });
  });

  test("refuses one that is shorter than a checkpoint that was shown", async () => {
    const { files } = await begun([text("0"), text("1")]);
    const root = (await openLog({ directory, origin, files })).root(2);
    await openLog({ directory, origin, files, published: { size: 2, root } });
    const longer = { size: 3, root };
    await expect(openLog({ directory, origin, files, published: longer })).rejects.toMatchObject({
      code: "LOG_SHORTENED",
      facts: { got: 2, want: 3 },
    });
  });

  test("refuses one that is not what a checkpoint that was shown says", async () => {
    const { files } = await begun([text("0"), text("1"), text("2")]);
    const root = (await openLog({ directory, origin, files })).root(2);
    const { files: other } = await begun([text("0"), text("x"), text("2")]);
    const published = { size: 2, root };
    await expect(openLog({ directory, origin, files: other, published })).rejects.toMatchObject({
      code: "LOG_FORKED",
      reaction: "fatal",
      facts: { size: 2, want: Buffer.from(root).toString("hex") },
    });
  });

  test.each([
    { why: "empty", payload: [] },
    { why: "cut within the count", payload: [0, 0, 0] },
    { why: "cut within a length", payload: [0, 0, 0, 1, 0, 0] },
    { why: "cut within an entry", payload: [0, 0, 0, 1, 0, 0, 0, 2, 9] },
    { why: "longer than its entries", payload: [0, 0, 0, 1, 0, 0, 0, 1, 9, 9] },
    { why: "a count that no payload has", payload: [0xff, 0xff, 0xff, 0xff] },
  ])("refuses a record whose payload is $why", async ({ payload }) => {
    const files = new FaultyFiles();
    const path = `${directory}/journal`;
    await createJournal({ path, files }, origin, [Uint8Array.from(payload)]);
    await expect(openLog({ directory, origin, files })).rejects.toMatchObject({
      code: "JOURNAL_DAMAGED",
      facts: { offset: 117, cause: "entries" },
    });
  });

  test("drops a torn end and says so; reading alone changes nothing", async () => {
    const { log, files } = await begun([text("0")]);
    const end = log.journalEnd;
    await log.commit(log.stage([text("1")]));
    const bytes = files.bytes(`${directory}/journal`).slice();
    bytes[end + 80] = 0xff;
    files.put(`${directory}/journal`, bytes);
    const visited: unknown[] = [];
    const scan = readLog({ directory, files }, ({ first, entries }) => {
      visited.push({ first, entries: entries.map((entry) => entry.slice()) });
    });
    expect(scan).toMatchObject({ size: 1, end, origin, torn: { offset: end } });
    expect(visited).toEqual([{ first: 0, entries: [text("0")] }]);
    expect(hex(files.bytes(`${directory}/journal`))).toBe(hex(bytes));
    const again = await openLog({ directory, origin, files });
    expect([again.size, again.torn?.offset, again.journalEnd]).toEqual([1, end, end]);
  });

  test("builds the tiles again from the entries, unless the log was closed in order", async () => {
    const { log, files, entries } = await withBlocks([300]);
    await log.close();
    const tile = files.bytes(`${directory}/tiles/0`).slice().fill(0xee, 0, 32);
    // Closed in order: the tiles are believed, and so is this one.
    files.put(`${directory}/tiles/0`, tile);
    const believed = await openLog({ directory, origin, files });
    expect(believed.leaf(0)[0]).toBe(0xee);
    // Not closed: the next one looks at the entries.
    const rebuilt = await openLog({ directory, origin, files });
    expect(rebuilt.leaf(0)).toEqual(hashLeaf(entries[0] as Uint8Array));
    expect(rebuilt.root()).toEqual(merkleRoot(entries.map(hashLeaf)));
  });

  test("does not believe the mark of an earlier end", async () => {
    const { log, files } = await withBlocks([10]);
    await log.close();
    const mark = files.bytes(`${directory}/clean`).slice();
    const later = await openLog({ directory, origin, files });
    await later.commit(later.stage([text("more")]));
    files.put(`${directory}/clean`, mark);
    files.put(`${directory}/tiles/0`, new Uint8Array(11 * 32));
    const again = await openLog({ directory, origin, files });
    expect(again.leaf(10)).toEqual(hashLeaf(text("more")));
  });

  test("does not believe tiles that are too short", async () => {
    const { log, files, entries } = await withBlocks([300]);
    await log.close();
    files.put(`${directory}/tiles/0`, files.bytes(`${directory}/tiles/0`).slice(0, -1));
    const again = await openLog({ directory, origin, files });
    expect(again.root()).toEqual(merkleRoot(entries.map(hashLeaf)));
  });
});

test("a disk that takes no tiles costs a rebuild and nothing else", async () => {
  const { log, files, entries } = await withBlocks([250]);
  files.refuses = (call) => call.startsWith(`write ${directory}/tiles/`);
  const more = Array.from({ length: 20 }, (_, i) => text(`more ${i}`));
  for (const entry of more) await log.commit(log.stage([entry]));
  const leaves = [...entries, ...more].map(hashLeaf);
  expect(log.root()).toEqual(merkleRoot(leaves));
  expect(log.tile(0, 0, 256)).toEqual(concat(...leaves.slice(0, 256)));
  expect(log.tile(0, 1, 14)).toEqual(concat(...leaves.slice(256)));
  expect(leaves.map((leaf) => log.indexOf(leaf))).toEqual([...leaves.keys()]);
  await log.close();
  expect(files.exists(`${directory}/clean`)).toBe(false);
  files.refuses = () => false;
  const again = await openLog({ directory, origin, files });
  expect(again.root()).toEqual(merkleRoot(leaves));
  await again.close();
  expect(files.exists(`${directory}/clean`)).toBe(true);
});

test("the files of this machine keep a log", async () => {
  const real = mkdtempSync(join(tmpdir(), "cityid log "));
  onTestFinished(() => discard(real));
  const options = { directory: join(real, "a/b"), origin };
  await createLog(options, [text("genesis")]);
  await expect(createLog(options)).rejects.toMatchObject({ code: "LOG_EXISTS" });
  for (let round = 0; round < 3; round++) {
    const log = await openLog(options);
    expect(log.size).toBe(1 + 300 * round);
    const blocks = [1, 2, 3].map((block) =>
      log.stage(Array.from({ length: 100 }, (_, i) => text(`${round}/${block}/${i}`))),
    );
    for (const block of blocks) log.reserve(block.entries.length * 20);
    await Promise.all(blocks.map((block) => log.commit(block)));
    expect(log.entry(150)).toEqual(text("0/2/49"));
    expect(log.indexOf(hashLeaf(text("0/2/49")))).toBe(150);
    // Every other time the process ends without closing.
    if (round % 2 === 0) await log.close();
  }
  const tile = readFileSync(join(options.directory, "tiles/0"));
  expect(tile.subarray(0, 32)).toEqual(Buffer.from(hashLeaf(text("genesis"))));
});

/** Long arrays are compared as text: that is much faster. */
function hex(bytes: Uint8Array | undefined): string | undefined {
  return bytes && Buffer.from(bytes).toString("hex");
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

async function begun(entries: readonly Uint8Array[]): Promise<{ log: Log; files: FaultyFiles }> {
  const files = new FaultyFiles();
  await createLog({ directory, origin, files }, entries);
  return { log: await openLog({ directory, origin, files }), files };
}

/** A log of blocks with so many entries each. */
async function withBlocks(
  counts: readonly number[],
): Promise<{ log: Log; files: FaultyFiles; entries: Uint8Array[] }> {
  const { log, files } = await begun([]);
  const blocks = counts.map((count, block) =>
    Array.from({ length: count }, (_, i) => text(`${block}/${i}`)),
  );
  for (const block of blocks) await log.commit(log.stage(block));
  return { log, files, entries: blocks.flat() };
}

function bundleOf(entries: readonly Uint8Array[]): Uint8Array {
  return concat(...entries.flatMap((entry) => [Uint8Array.of(0, entry.length), entry]));
}
