import { equalBytes, fromUtf8 } from "../core/index.ts";
import { LogFault } from "./fault.ts";
import type { OpenFile } from "./files.ts";
import {
  decodeRecord,
  HEAD_BYTES,
  ID_BYTES,
  NO_DIGEST,
  originOf,
  type RecordParts,
  recordLength,
} from "./record.ts";
import { Window } from "./window.ts";

/** One record of a journal. `payload` is a view, good until the next record is read. */
export type JournalRecord = {
  /** Where the record begins in the file. */
  readonly offset: number;
  /** Where its payload begins. */
  readonly payloadOffset: number;
  readonly payload: Uint8Array;
};

/** What a journal turned out to hold. */
export type ScanResult = {
  readonly id: Uint8Array;
  readonly origin: string;
  /** Where the last good record ends. */
  readonly end: number;
  /** Its digest. */
  readonly lastDigest: Uint8Array;
  /** Bytes behind `end` that are not zero: a record that was being written when the power went, or was changed since. */
  readonly torn?: { readonly offset: number; readonly bytes: number };
};

/** Why a journal cannot be trusted: the facts of `JOURNAL_DAMAGED`. */
export type DamageCause =
  /** The bytes of the record are not those that were written. */
  | "digest"
  /** The record is whole, but another one stood before it. */
  | "link"
  /** No record begins where the one before it ends. */
  | "head";

/**
 * Reads a journal from its beginning, checks every record and its link to the one before, and gives each to `visit`.
 *
 * Only the last record can be torn, since the next one is written after it was synced. So a bad record with another one
 * anywhere behind it is damage, and a bad one at the end is for the caller to drop.
 *
 * @throws LogFault `JOURNAL_DAMAGED` with `offset` and `cause`; `LOG_VERSION`
 */
export function scanJournal(file: OpenFile, visit: (record: JournalRecord) => void): ScanResult {
  let window = new Window(file);
  const id = window.view(0, ID_BYTES).slice();
  const first = recordAt(window, 0, id);
  if (first === undefined) throw damaged(0, "digest");
  const origin = originOf(fromUtf8(first.payload) ?? "");
  if (origin === undefined) throw new LogFault("LOG_VERSION");
  let [end, lastDigest] = [first.end, first.digest.slice()];
  if (!equalBytes(first.previous, NO_DIGEST)) throw damaged(0, "link");
  for (;;) {
    for (let record = recordAt(window, end, id); record; record = recordAt(window, end, id)) {
      if (!equalBytes(record.previous, lastDigest)) throw damaged(end, "link");
      const next = [record.end, record.digest.slice()] as const;
      visit({ offset: end, payloadOffset: end + HEAD_BYTES, payload: record.payload });
      [end, lastDigest] = next;
    }
    const tail = searchTail(window, file.size(), end, id);
    if (tail.cause === undefined) return { id, origin, end, lastDigest, ...tail };
    // Who reads a journal that another process writes, as a backup does, may have read a record before it was there, and what
    // stands behind it after. It is whole by then, since the next one is written when it has been synced.
    window = new Window(file);
    if (recordAt(window, end, id) === undefined) throw damaged(end, tail.cause);
  }
}

/** Not as it was written, at this byte. */
export function damaged(offset: number, cause: DamageCause): LogFault {
  return new LogFault("JOURNAL_DAMAGED", { offset, cause });
}

function recordAt(
  window: Window,
  offset: number,
  id: Uint8Array,
): (RecordParts & { readonly end: number }) | undefined {
  const length = recordLength(window.view(offset, HEAD_BYTES), id);
  if (length === undefined) return undefined;
  const bytes = window.view(offset, length);
  const parts = bytes.length === length ? decodeRecord(bytes) : undefined;
  return parts && { ...parts, end: offset + length };
}

const STEP = 1024 * 1024;
const ZEROS = Buffer.alloc(STEP + ID_BYTES);

/** What stands behind the last good record: at most a torn one, or another one, so that the bad one is `cause` for distrust. */
type Tail = Pick<ScanResult, "torn"> & { readonly cause?: DamageCause };

/**
 * Looks behind `end` for another record and for the last byte that is not zero. The id occurs at the head of records
 * only, so even half a record shows that something was written behind the bad one.
 */
function searchTail(window: Window, size: number, end: number, id: Uint8Array): Tail {
  let last = end;
  for (let at = end; at < size; at += STEP) {
    // Overlaps the next step, so that an id on the border is found.
    const view = window.view(at, Math.min(STEP + ID_BYTES, size - at));
    const bytes = Buffer.from(view.buffer, view.byteOffset, view.length);
    if (bytes.equals(ZEROS.subarray(0, bytes.length))) continue;
    if (bytes.indexOf(id, at === end ? 1 : 0) !== -1) {
      const head = window.view(end, HEAD_BYTES);
      return { cause: recordLength(head, id) === undefined ? "head" : "digest" };
    }
    last = at + bytes.findLastIndex((byte) => byte !== 0) + 1;
  }
  return last > end ? { torn: { offset: end, bytes: last - end } } : {};
}
