import { mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { KeySorter, type Note } from "../../../src/ledger/embedded/index.ts";
import { discard } from "../../discard.ts";

const root = mkdtempSync(join(tmpdir(), "cityid-sorter-"));
afterAll(() => discard(root));

/** Buffers compare as UTF-8 does; the sort keeps what is equal in its order. */
function naive(notes: readonly Note[]): readonly Note[] {
  return [...notes].sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
}

function sorted(notes: readonly Note[], runBytes?: number): readonly Note[] {
  using sorter = new KeySorter(root, runBytes);
  for (const { key, number, text } of notes) sorter.push(key, number, text);
  const all = [...sorter.sorted()];
  expect(readdirSync(root)).toEqual([]);
  return all;
}

// Few letters, so that keys are equal, begin alike, and sort otherwise in UTF-16.
const word = fc.string({ unit: fc.constantFrom("a", "b", "/", "é", "\uffee", "🏮"), maxLength: 4 });
const note = fc.record({ key: word, number: fc.nat(), text: word });

describe("keys that are sorted", () => {
  test("come in the order of their bytes, and notes of one key as they came, over any number of runs", () => {
    const notes = fc.array(note, { maxLength: 200 });
    fc.assert(
      fc.property(notes, fc.constantFrom(1, 100, 700, 1_000_000), (given, runBytes) => {
        expect(sorted(given, runBytes)).toEqual(naive(given));
      }),
    );
  });

  test("are of any length that a map key can have, and numbers beyond 32 bits", () => {
    const notes = Array.from({ length: 40 }, (_, i) => ({
      key: `${"k".repeat((i * 7919) % 60_000)}${i}`,
      number: 2 ** 40 + i,
      text: "t".repeat((i * 104_729) % 60_000),
    }));
    expect(sorted(notes, 200_000)).toEqual(naive(notes));
  });

  test("are none where nothing was said", () => {
    expect(sorted([])).toEqual([]);
  });
});
