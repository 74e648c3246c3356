import type { Code } from "../code/index.ts";
import {
  effectiveStatus,
  referenceTo,
  referredCode,
  type StatusFields,
  type ValueReader,
} from "./effective.ts";
import { codeKey, endedKey } from "./map-keys.ts";
import type { CodeRecord, Reference } from "./values.ts";

// A succession may say that what was granted goes on with whoever follows (`grants: "carry"`). Nothing is written anew then:
// whoever asks what counts follows the records.

/** Records that are looked at for one answer: a succession names at most 16, and some may follow each other. */
const MAX_LOOKED_AT = 64;

/** The records in force that stand where a record stood when it signed: itself, else those that its grants went on to. */
export function heirsOf(state: ValueReader, reference: Reference): readonly CodeRecord[] {
  return walk(state, reference, ({ heirs = [] }) => heirs).filter(
    (record) => effectiveStatus(state, record).status === "active",
  );
}

/** The codes whose grants count for a record: its own, then those of which it is an heir, the nearest first. */
export function inheritedFrom(state: ValueReader, record: CodeRecord): readonly Code[] {
  const lines = walk(state, referenceTo(record), (each) =>
    each.predecessors.filter((before) =>
      recordOf(state, before)?.heirs?.includes(referenceTo(each)),
    ),
  );
  return [...new Set(lines.map(({ code }) => code))];
}

/** A record and what it leads to, each once, breadth first. */
function walk(
  state: ValueReader,
  from: Reference,
  next: (record: CodeRecord) => readonly Reference[],
): readonly CodeRecord[] {
  const seen = new Set([from]);
  const found: CodeRecord[] = [];
  for (const reference of seen) {
    const record = recordOf(state, reference);
    // Of what was taken back nothing goes on.
    if (record === undefined || isVoid(state, record)) continue;
    found.push(record);
    for (const each of next(record)) if (seen.size < MAX_LOOKED_AT) seen.add(each);
  }
  return found;
}

function isVoid(state: ValueReader, record: StatusFields): boolean {
  return effectiveStatus(state, record).status === "void";
}

function recordOf(state: ValueReader, reference: Reference): CodeRecord | undefined {
  const newest = state.get(codeKey(referredCode(reference)));
  if (newest === undefined || referenceTo(newest) === reference) return newest;
  return state.get(endedKey(reference));
}
