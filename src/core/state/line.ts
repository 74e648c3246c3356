import { equalBytes } from "../bytes.ts";
import { ancestorsOf, type Code, parentOf } from "../code/index.ts";
import { codeKey, type MapKey, registrationKey } from "./map-keys.ts";
import type { CodeRecord, Registration } from "./values.ts";

// Every change of a record asks for all that stands above it, several times. Most have the same above them, so the texts that
// it is asked for by are kept. Both are plain functions of their arguments: what is remembered changes no answer.

const MAX_LINES = 4096;
const lines = new Map<Code | undefined, readonly MapKey<CodeRecord>[]>();

/** The keys of the records above a code, the nearest first. */
export function lineAbove(code: Code): readonly MapKey<CodeRecord>[] {
  const parent = parentOf(code);
  const known = lines.get(parent);
  if (known !== undefined) return known;
  const line = ancestorsOf(code).map(codeKey);
  if (lines.size >= MAX_LINES) lines.clear();
  lines.set(parent, line);
  return line;
}

/** By one byte of the id. */
const registrations: { readonly id: Uint8Array; readonly key: MapKey<Registration> }[] = [];

/** {@link registrationKey}, for ids of which the same few come again and again. */
export function knownRegistrationKey(id: Uint8Array): MapKey<Registration> {
  const place = id[0] as number;
  const known = registrations[place];
  if (known !== undefined && equalBytes(known.id, id)) return known.key;
  const key = registrationKey(id);
  // A copy: what is asked by may be a view of a whole block.
  registrations[place] = { id: id.slice(), key };
  return key;
}
