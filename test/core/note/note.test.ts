import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { verifyEd25519 } from "#crypto";
import {
  formatNote,
  type NoteSignature,
  parseNote,
  parseVerifierKey,
  type SignedNote,
  verifyNote,
  verifyNoteAsync,
} from "../../../src/core/note/index.ts";
import { keyName } from "./keys.ts";
import { noteVectors } from "./vectors.ts";

describe("verifyNote", () => {
  test.each(noteVectors.notes)("takes $why", async ({ note, vkeys, signers }) => {
    const parsed = noteOf(note);
    const attested = verifyNote(parsed, keys(vkeys));
    expect(attested.ok && attested.value.map(({ key }) => key.name)).toEqual(signers);
    expect(await verifyNoteAsync(parsed, keys(vkeys), later)).toEqual(attested);
    expect(formatNote(parsed)).toBe(note);
  });

  test.each(noteVectors.badNotes)("refuses $why", async ({ note, vkeys, error }) => {
    const parsed = parseNote(note);
    const verdict = parsed.ok ? verifyNote(parsed.value, keys(vkeys)) : parsed;
    expect(verdict).toMatchObject({ ok: false, error });
    if (parsed.ok) expect(await verifyNoteAsync(parsed.value, keys(vkeys), later)).toEqual(verdict);
  });

  test("says when a witness cosigned, and of a log's own signature nothing", () => {
    const { note, vkeys } = noteVectors.notes.find(({ why }) => why === "two witnesses") ?? fail();
    const attested = verifyNote(noteOf(note), keys(vkeys));
    const times = attested.ok && attested.value.map(({ timeSeconds }) => timeSeconds);
    expect(times).toEqual([undefined, 1_700_000_000, 1_700_000_600]);
  });
});

describe("parseNote", () => {
  test("reads back every note it writes", () => {
    const signature = fc.record<NoteSignature>({
      name: keyName,
      id: fc.nat({ max: 0xffff_ffff }),
      signature: fc.uint8Array({ minLength: 1, maxLength: 80 }),
    });
    const note = fc.record<SignedNote>({
      text: fc
        .array(fc.string({ unit: "grapheme" }), { maxLength: 5 })
        .map((lines) => `${lines.join("\n")}\n`),
      signatures: fc.array(signature, { minLength: 1, maxLength: 3 }),
    });
    fc.assert(
      fc.property(note, (note) => {
        expect(parseNote(formatNote(note))).toEqual({ ok: true, value: note });
      }),
    );
  });

  test("writes back every text it reads, one character changed", () => {
    const { note } = noteVectors.notes[0] ?? fail();
    const change = fc.tuple(fc.nat({ max: note.length - 1 }), fc.constantFrom(..."A\n —=+/0"));
    fc.assert(
      fc.property(change, ([at, character]) => {
        const changed = note.slice(0, at) + character + note.slice(at + 1);
        const parsed = parseNote(changed);
        fc.pre(parsed.ok);
        expect(parsed.ok && formatNote(parsed.value)).toBe(changed);
      }),
    );
  });

  test("refuses half a surrogate pair", () => {
    expect(parseNote("a\ud800\n\n— a AAAAAAA=\n")).toMatchObject({
      error: { code: "NOTE_CHARACTER", at: 1 },
    });
  });

  test("refuses a note that is too long before it looks at it", () => {
    expect(parseNote("\u0000".repeat(131_073))).toEqual({
      ok: false,
      error: { code: "NOTE_SIZE", got: 131_073, max: 131_072 },
    });
  });
});

async function later(...check: Parameters<typeof verifyEd25519>): Promise<boolean> {
  await Promise.resolve();
  return verifyEd25519(...check);
}

function noteOf(text: string): SignedNote {
  const parsed = parseNote(text);
  return parsed.ok ? parsed.value : fail(parsed.error.code);
}

function keys(vkeys: readonly string[]) {
  return vkeys.map((vkey) => {
    const key = parseVerifierKey(vkey);
    return key.ok ? key.value : fail(key.error.code);
  });
}

function fail(why = "no such vector"): never {
  throw new Error(why);
}
