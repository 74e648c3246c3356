import { mkdtempSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Heights, heightAt } from "../../../src/ledger/comet/heights.ts";
import { nodeFiles } from "../../../src/log/index.ts";
import { discard } from "../../discard.ts";

describe("heights of the engine", () => {
  let root: string;
  let path: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "cityid-heights-"));
    path = join(root, "heights");
  });
  afterEach(() => discard(root));

  async function lastOf(): Promise<unknown> {
    const heights = await Heights.open(nodeFiles, path);
    heights.close();
    return heights.last;
  }

  test("are those that were written last", async () => {
    expect(await lastOf()).toBeUndefined();
    const heights = await Heights.open(nodeFiles, path);
    for (const height of [0, 1, 2, 3]) {
      await heights.write({ height, before: height + 2, after: height + 3 });
      expect(heights.last).toEqual({ height, before: height + 2, after: height + 3 });
      expect(await lastOf()).toEqual(heights.last);
    }
    heights.close();
  });

  test("are those before where the last write was torn, at whichever byte", async () => {
    const heights = await Heights.open(nodeFiles, path);
    await heights.write({ height: 6, before: 10, after: 10 });
    await heights.write({ height: 7, before: 10, after: 12 });
    heights.close();
    // 7 stands in the first slot.
    const file = await open(path, "r+");
    for (const offset of [0, 5, 23, 24, 55]) {
      const byte = new Uint8Array(1);
      await file.read(byte, 0, 1, offset);
      await file.write(Uint8Array.of((byte[0] ?? 0) ^ 1), 0, 1, offset);
      expect(await lastOf(), `byte ${offset}`).toEqual({ height: 6, before: 10, after: 10 });
      await file.write(byte, 0, 1, offset);
      expect(await lastOf()).toMatchObject({ height: 7 });
    }
    await file.close();
  });

  test("follow from slot and log, whichever of the two a crash left behind", () => {
    const slot = { height: 7, before: 10, after: 12 };
    // Both written; the slot alone; the next block's record alone.
    expect(heightAt(12, 10, slot)).toBe(7);
    expect(heightAt(10, 8, slot)).toBe(6);
    expect(heightAt(15, 12, slot)).toBe(8);
    // The next block after an empty one.
    expect(heightAt(15, 12, { height: 9, before: 12, after: 12 })).toBe(10);
  });

  test.each([
    ["a log that lost more than one block", 8, 5],
    ["a log that is ahead by more than one block", 20, 16],
    ["a log between two blocks", 11, 9],
  ])("belong to another chain where there is %s", (_, size, first) => {
    const slot = { height: 7, before: 10, after: 12 };
    const facts = { why: "heights", size, height: 7 };
    expect(() => heightAt(size, first, slot)).toThrow(
      expect.objectContaining({ code: "LEDGER_CHAIN", facts: expect.objectContaining(facts) }),
    );
  });
});
