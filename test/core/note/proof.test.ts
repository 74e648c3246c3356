import { describe, expect, test } from "vitest";
import { hashLeaf, verifyInclusion } from "../../../src/core/merkle/index.ts";
import {
  formatTlogProof,
  parseTlogProof,
  parseVerifierKey,
  verifyNote,
} from "../../../src/core/note/index.ts";
import { noteVectors } from "./vectors.ts";

describe("parseTlogProof", () => {
  test.each(noteVectors.proofs)("reads the proof of $why", ({ proof, entryHex, vkey }) => {
    const parsed = parseTlogProof(proof);
    if (!parsed.ok) throw new Error(parsed.error.code);
    const { checkpoint, index, path } = parsed.value;
    const key = parseVerifierKey(vkey);
    const leaf = hashLeaf(Uint8Array.from(Buffer.from(entryHex, "hex")));
    const inclusion = { index, size: checkpoint.size, path };
    expect(verifyInclusion(leaf, inclusion, checkpoint.root).ok).toBe(true);
    expect(key.ok && verifyNote(checkpoint.note, [key.value]).ok).toBe(true);
    expect(formatTlogProof(parsed.value)).toBe(proof);
  });

  test.each(noteVectors.badProofs)("refuses $why", ({ proof, error }) => {
    expect(parseTlogProof(proof)).toMatchObject({ ok: false, error });
  });

  test("gives extra data to whoever asks for it", () => {
    const { proof } = noteVectors.proofs.find(({ why }) => why === "with extra data") ?? {
      proof: "",
    };
    expect(parseTlogProof(proof)).toMatchObject({ value: { extra: Uint8Array.of(1, 2, 3) } });
  });
});
