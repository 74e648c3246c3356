import { concat } from "../core/index.ts";
import { LogFault } from "./fault.ts";

// The payload of a journal record that holds entries of a log:
//
//   payload = count 1*( length entry )          ; count, length: uint32, big-endian

/** A level-0 bundle gives the length of an entry two bytes. */
export const MAX_ENTRY_BYTES = 65_535;

/** Of the length in front of each entry. */
export const LENGTH_BYTES = 4;

/** Where the entries lie in a payload. */
export type EntrySpan = { readonly offset: number; readonly length: number };

export function encodeEntries(entries: readonly Uint8Array[]): Uint8Array {
  const size = entries.reduce((sum, entry) => sum + LENGTH_BYTES + entry.length, LENGTH_BYTES);
  const payload = new Uint8Array(size);
  const view = new DataView(payload.buffer);
  view.setUint32(0, entries.length);
  let at = LENGTH_BYTES;
  for (const entry of entries) {
    view.setUint32(at, entry.length);
    payload.set(entry, at + LENGTH_BYTES);
    at += LENGTH_BYTES + entry.length;
  }
  return payload;
}

/**
 * Lists the entries of a payload.
 *
 * @param offset of the record in its journal, for the fault
 * @throws LogFault `JOURNAL_DAMAGED` for a payload that holds something else
 */
export function entrySpans(payload: Uint8Array, offset: number): EntrySpan[] {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  const spans: EntrySpan[] = [];
  let at = LENGTH_BYTES;
  try {
    for (let i = view.getUint32(0); i > 0; i--) {
      const length = view.getUint32(at);
      spans.push({ offset: at + LENGTH_BYTES, length });
      at += LENGTH_BYTES + length;
    }
  } catch {
    // A length behind the end of the payload.
    at = Number.NaN;
  }
  if (at !== payload.length) throw new LogFault("JOURNAL_DAMAGED", { offset, cause: "entries" });
  return spans;
}

/** The entries of a payload, as views of it. @throws LogFault `JOURNAL_DAMAGED` */
export function entriesOf(payload: Uint8Array, recordOffset: number): Uint8Array[] {
  return entrySpans(payload, recordOffset).map(({ offset, length }) =>
    payload.subarray(offset, offset + length),
  );
}

/** An entry bundle of c2sp.org/tlog-tiles: `uint16 length, entry` for each. */
export function encodeBundle(entries: readonly Uint8Array[]): Uint8Array {
  return concat(
    ...entries.flatMap((entry) => [Uint8Array.of(entry.length >> 8, entry.length & 0xff), entry]),
  );
}

/**
 * Takes entries out of a part of a journal that begins with the length of the first one.
 *
 * @param starts where each entry begins in `bytes`
 */
export function entriesAt(bytes: Uint8Array, starts: readonly number[]): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return starts.map((start) => bytes.subarray(start, start + view.getUint32(start - LENGTH_BYTES)));
}
