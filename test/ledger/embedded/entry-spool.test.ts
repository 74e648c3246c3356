import { mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { EntrySpool } from "../../../src/ledger/embedded/index.ts";
import { discard } from "../../discard.ts";

const root = mkdtempSync(join(tmpdir(), "cityid-spool-"));
afterAll(() => discard(root));

test("gives back each entry, in memory or from the file, and leaves no name behind", () => {
  const spool = new EntrySpool(root);
  const scratch = new Uint8Array(60_000);
  const entryAt = (i: number) => new Uint8Array(i % 7 === 0 ? 0 : 30_000 + i).fill(i % 251);
  for (let i = 0; i < 300; i++) {
    // The bytes are the spool's own at once: the caller goes on with the same memory.
    const entry = entryAt(i);
    scratch.set(entry);
    spool.push(scratch.subarray(0, entry.length));
    scratch.fill(255);
    expect(spool.length).toBe(i + 1);
  }
  expect(spool.bytes).toBeGreaterThan(7_000_000);
  for (const i of [299, 0, 7, 150, 1, 298, 133, 139, 140, 141]) {
    expect(Buffer.compare(spool.at(i) ?? new Uint8Array(), entryAt(i)), `${i}`).toBe(0);
  }
  expect(spool.at(300)).toBeUndefined();
  expect(readdirSync(root)).toEqual([]);
  spool.close();
  expect([spool.length, spool.at(0)]).toEqual([0, undefined]);
  spool.push(Uint8Array.of(1, 2));
  expect(spool.at(0)).toEqual(Uint8Array.of(1, 2));
  spool.close();
});
