import type { Code } from "../../../core/index.ts";
import { nameIn } from "./frame-kind.ts";
import type { FrameSource } from "./frames.ts";
import { codeKey } from "./layout.ts";
import { numbersIn } from "./number48.ts";
import type { Places } from "./places.ts";
import { type RecordFields, readRecord } from "./record-fields.ts";
import type { Runs } from "./runs/runs.ts";

export type StoredRecord = { readonly code: Code; readonly fields: RecordFields };

/** The newest version of a record that the index has taken in. */
export function recordAt(source: FrameSource, offset: number): StoredRecord {
  const frame = source.frameAt(offset);
  return { code: nameIn(frame.key) as Code, fields: readRecord(frame) };
}

type Parts = { readonly runs: Runs; readonly places: Places; readonly source: FrameSource };

/** Ids and records of those codes that there are. */
export function findRecords(
  { runs, places, source }: Parts,
  codes: Iterable<string>,
): Map<Code, StoredRecord & { readonly id: number }> {
  const wanted = new Set<string>(codes);
  const keys = [...wanted].map(codeKey).sort((a, b) => a - b);
  const entries = runs.find(keys.map((key) => [key, key]));
  const found = new Map<Code, StoredRecord & { readonly id: number }>();
  for (const id of numbersIn(entries.map(({ value }) => value))) {
    const record = recordAt(source, places.offset(id));
    // Another code may have the same hash.
    if (wanted.has(record.code)) found.set(record.code, { ...record, id });
  }
  return found;
}
