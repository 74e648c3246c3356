import { findAliases } from "./aliases.ts";
import type { IndexView } from "./index-view.ts";
import { findRecords, type StoredRecord } from "./stored-records.ts";

/** More records of one alias than this are found like everything else. */
const MAX_EXACT = 64;

/** The records whose code, or an alias that leads to them, is exactly what was typed, by id and in the order of ids. */
export function exactRecords(view: IndexView, typed: string): Map<number, StoredRecord> {
  const text = typed.trim();
  const spellings = [...new Set([text, text.toUpperCase(), text.toLowerCase()])];
  const codes = spellings.flatMap((each) =>
    findAliases(view, each)
      .slice(0, MAX_EXACT)
      .map(({ code }) => code),
  );
  const { runs, source, places } = view;
  const found = findRecords({ runs, source, places }, [...spellings, ...codes]);
  const sorted = [...found.values()].sort((a, b) => a.id - b.id).slice(0, MAX_EXACT);
  return new Map(sorted.map(({ id, ...record }) => [id, record]));
}
