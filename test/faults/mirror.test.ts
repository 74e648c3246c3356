import { expect } from "vitest";
import { Copy } from "../../src/audit/copy.ts";
import { Follower } from "../../src/audit/follower.ts";
import { ServedCopy } from "../../src/audit/served.ts";
import type { Source } from "../../src/audit/source.ts";
import { isBlockEntry, parseTilePath, present } from "../../src/core/index.ts";
import { LogFault } from "../../src/log/index.ts";
import { type Files, filesOf, POLICY, writtenLog } from "../audit/kit.ts";
import { signed } from "../witness/kit.ts";
import type { FaultyFiles } from "./faulty-files.ts";
import { describeFaults } from "./table.ts";

// The fault table of a mirror: it serves nothing that it did not verify, and what it once showed it has.

const DIRECTORY = "/mirror";

const { entries } = await writtenLog(300);
/** The log as it was served at two moments; the first one ends within a tile that is full at the second. */
const ends = [...entries.keys()].filter((i) => i > 0 && isBlockEnd(i)).map((i) => i + 1);
const early = present(
  ends.find((size) => size > 200),
  "an earlier size",
);
const moments = [early, entries.length].map((size) => filesOf(entries.slice(0, size)));

function isBlockEnd(index: number): boolean {
  return isBlockEntry(present(entries[index], "an entry"));
}

function sourceOf(files: Files): Source {
  const get = async (path: string) => present(files.get(path), path);
  return {
    url: "https://log.test/log",
    fetched: { requests: 0, bytes: 0 },
    get,
    checkpoint: async () => new TextDecoder().decode(await get("checkpoint")),
    policy: async () => POLICY,
  };
}

const openOn = (files: FaultyFiles) =>
  Copy.open(DIRECTORY, true, { files, lock: async () => ({ release: async () => undefined }) });

async function follow(copy: Copy, served: Files): Promise<number> {
  const options = { source: sourceOf(served), copy, policy: POLICY, treeOnly: true };
  const follower = new Follower({ ...options, nowMilliseconds: Date.now });
  const result = await follower.round();
  await follower.close();
  if (!result.ok) throw new LogFault("LOG_WRITE", { refusal: result.refusal.code });
  return result.checkpoint.size;
}

describeFaults<{ shown: number }>({
  name: "a mirror whose disk fails",
  keeps: "serves what it verified, all of it, and nothing else",
  powerCuts: 1,
  begin: () => ({ shown: 0 }),
  async live(files, life) {
    const copy = await openOn(files);
    for (const moment of moments) life.shown = await follow(copy, moment);
    await copy.close();
  },
  async expectWhole(files, life, why) {
    const copy = await openOn(files);
    expectServed(copy, life.shown, why);
    // It goes on with what is served now, whether that is new to it or not.
    life.shown = await follow(copy, present(moments.at(-1), "the log of now"));
    expectServed(copy, life.shown, why);
    await copy.close();
  },
  calls: (calls) => expect(new Set(calls).size).toMatchInlineSnapshot(`68`),
});

/** Whatever is shown, everything below it is there and right. */
function expectServed(copy: Copy, atLeast: number, why: string): void {
  const served = new ServedCopy(copy);
  const note = served.published()?.checkpoint;
  const size = note === undefined ? 0 : signed(note).size;
  expect(size, why).toBeGreaterThanOrEqual(atLeast);
  const moment = moments.find((each) => sizeOf(each) === size);
  if (size > 0) expect(moment, why).toBeDefined();
  for (const [path, bytes] of moment ?? []) {
    if (path === "checkpoint") continue;
    const parsed = parseTilePath(path);
    if (!parsed.ok) throw new Error(path);
    const tile = parsed.value;
    const got =
      tile.kind === "entries"
        ? served.bundle(tile.index, tile.width)
        : served.tile(tile.level, tile.index, tile.width);
    expect(got && Buffer.compare(got, bytes), `${why}: ${path}`).toBe(0);
  }
}

function sizeOf(files: Files): number {
  return signed(new TextDecoder().decode(files.get("checkpoint"))).size;
}
