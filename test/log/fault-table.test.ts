import { expect } from "vitest";
import { hashLeaf, merkleRoot, verifyInclusion } from "../../src/core/index.ts";
import { createLog, type Log, logExists, openLog } from "../../src/log/index.ts";
import type { FaultyFiles } from "../faults/faulty-files.ts";
import { describeFaults } from "../faults/table.ts";

// The fault table of a log. Whatever was broken, this must hold when it is opened again:
//
//   1. what was acknowledged is there, in its order
//   2. of the rest there are only whole blocks, in the order in which they were staged
//   3. root, tiles, proofs and look-ups are those of exactly these entries
//   4. the log goes on from there

const directory = "/data/log";
const origin = "example.com/log";
const options = (files: FaultyFiles) => ({ directory, origin, files });

// Crosses the border of a tile, so that full tiles and the level above are written too.
const BLOCKS = [2, 250, 1, 9, 3].map((count, block) =>
  Array.from({ length: count }, (_, i) => new TextEncoder().encode(`entry ${block}/${i}`)),
);

/** What a life of a log has done so far. */
type Life = { readonly staged: (readonly Uint8Array[])[]; acknowledged: number };

/** Makes a log, fills it, closes it, opens it again and goes on. */
async function live(files: FaultyFiles, life: Life): Promise<void> {
  const [genesis = [], ...others] = BLOCKS;
  life.staged.push(genesis);
  await createLog(options(files), genesis);
  life.acknowledged += 1;
  // Two at a time: the second one is staged while the first one is being written.
  for (const blocks of [others.slice(0, 2), others.slice(2, 3), others.slice(3)]) {
    const log = await openLog(options(files));
    const commits = blocks.map(async (block) => {
      log.reserve(10_000);
      life.staged.push(block);
      await log.commit(log.stage(block));
      life.acknowledged += 1;
    });
    // All of them, so that nothing is under way any more when the files are looked at.
    const failed = (await Promise.allSettled(commits)).find(({ status }) => status === "rejected");
    if (failed !== undefined) throw (failed as PromiseRejectedResult).reason;
    await log.close();
  }
}

describeFaults<Life>({
  name: "a log whose disk fails",
  keeps: "keeps what it acknowledged",
  faults: ["LOG_WRITE", "LOG_DISK_FULL"],
  begin: () => ({ staged: [], acknowledged: 0 }),
  live,
  expectWhole,
  calls(calls) {
    const names = calls.map((call) => call.replace(`${directory}/`, ""));
    expect(names.sort()).toMatchInlineSnapshot(`
      [
        "create clean.new",
        "create journal.new",
        "create tiles/0",
        "create tiles/1",
        "make /data",
        "make /data/log",
        "make tiles",
        "remove clean",
        "rename clean.new",
        "rename journal.new",
        "sync clean.new",
        "sync directory /",
        "sync directory /data",
        "sync directory /data/log",
        "sync journal",
        "sync journal.new",
        "sync tiles/0",
        "sync tiles/1",
        "write clean.new",
        "write journal",
        "write journal.new",
        "write tiles/0",
        "write tiles/1",
      ]
    `);
  },
});

async function expectWhole(files: FaultyFiles, life: Life, why: string): Promise<void> {
  if (!logExists(directory, files)) {
    expect(life.acknowledged, why).toBe(0);
    await createLog(options(files), BLOCKS[0]);
    life.acknowledged = 1;
    return;
  }
  const log = await openLog(options(files));
  const blocks = [...log.blocks()].map(({ entries }) => texts(entries));
  expect(blocks.length, why).toBeGreaterThanOrEqual(life.acknowledged);
  expect(blocks, why).toEqual(life.staged.slice(0, blocks.length).map(texts));
  const entries = life.staged.slice(0, blocks.length).flat();
  expectConsistent(log, entries, why);

  const more = new TextEncoder().encode(`one more at ${log.size}`);
  await log.commit(log.stage([more]));
  await log.close();
  const again = await openLog(options(files));
  expectConsistent(again, [...entries, more], why);
  life.staged.splice(blocks.length, Number.POSITIVE_INFINITY, [more]);
  life.acknowledged = blocks.length + 1;
  await again.close();
}

function expectConsistent(log: Log, entries: readonly Uint8Array[], why: string): void {
  const leaves = entries.map(hashLeaf);
  expect(log.size, why).toBe(entries.length);
  expect(log.root(), why).toEqual(merkleRoot(leaves));
  const width = Math.min(256, entries.length);
  expect(Buffer.concat(leaves.slice(0, width)).equals(log.tile(0, 0, width) ?? Buffer.of())).toBe(
    true,
  );
  expect(leaves.map((leaf) => log.indexOf(leaf))).toEqual([...leaves.keys()]);
  for (const index of [0, 1, Math.floor(entries.length / 2), entries.length - 1]) {
    const proof = { index, size: log.size, path: log.inclusion(index) };
    expect(verifyInclusion(hashLeaf(entries[index] ?? Buffer.of()), proof, log.root()).ok).toBe(
      true,
    );
  }
}

function texts(entries: readonly Uint8Array[]): string[] {
  return entries.map((entry) => new TextDecoder().decode(entry));
}
