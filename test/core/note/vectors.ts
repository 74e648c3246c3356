import { readFileSync } from "node:fs";
import type { NoteKeyKind } from "../../../src/core/note/index.ts";

/** vectors/note: keys, notes and proofs that other programs can read too. */
export const noteVectors = {
  keys: read<{ name: string; kind: NoteKeyKind; seedHex: string; publicHex: string; vkey: string }>(
    "keys",
  ),
  notes: read<{ why: string; vkeys: string[]; signers: string[]; note: string }>("notes"),
  badNotes: read<{ why: string; vkeys: string[]; error: { code: string }; note: string }>(
    "bad-notes",
  ),
  proofs: read<{ why: string; entryHex: string; vkey: string; proof: string }>("proofs"),
  badProofs: read<{ why: string; error: { code: string }; proof: string }>("bad-proofs"),
  policies: read<{ why: string; policy: string; satisfied: string[][]; unsatisfied: string[][] }>(
    "policies",
  ),
  badPolicies: read<{ why: string; error: { code: string }; policy: string }>("bad-policies"),
};

function read<Vector>(name: string): Vector[] {
  const url = new URL(`../../../vectors/note/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, "utf8")) as Vector[];
}
