import { equalBytes, HASH_BYTES, sha256, utf8 } from "../core/index.ts";

// A journal is a sequence of records and, behind the last one, zeros that were written ahead:
//
//   record = id length previous payload digest
//   id       16 bytes, drawn when the journal was made, the same in all its records. Nobody outside knows it, so
//            nothing that somebody puts into a payload can pass for a record when a damaged journal is searched
//   length   of the payload, uint32, big-endian
//   previous digest of the record before; 32 zero bytes in the first one
//   digest   SHA-256 of all before it in this record
//
// The payload of the first record says what the file is: "cityid journal 1" LF origin LF.

export const ID_BYTES = 16;

const LENGTH_AT = ID_BYTES;
const PREVIOUS_AT = LENGTH_AT + 4;

/** Bytes of a record before its payload. */
export const HEAD_BYTES: number = PREVIOUS_AT + HASH_BYTES;

/** Bytes of a record around its payload. */
export const FRAME_BYTES: number = HEAD_BYTES + HASH_BYTES;

/** A block of 1 000 operations of 48 KiB fits. What claims to be larger is no record. */
export const MAX_PAYLOAD_BYTES: number = 64 * 1024 * 1024;

/** What the first record has as the one before it. */
export const NO_DIGEST: Uint8Array = new Uint8Array(HASH_BYTES);

export type RecordParts = {
  readonly payload: Uint8Array;
  readonly previous: Uint8Array;
  readonly digest: Uint8Array;
};

/** The bytes of a record; its last 32 are its digest. */
export function encodeRecord(
  id: Uint8Array,
  previous: Uint8Array,
  payload: Uint8Array,
): Uint8Array {
  const record = new Uint8Array(FRAME_BYTES + payload.length);
  record.set(id, 0);
  new DataView(record.buffer).setUint32(LENGTH_AT, payload.length);
  record.set(previous, PREVIOUS_AT);
  record.set(payload, HEAD_BYTES);
  const body = record.subarray(0, HEAD_BYTES + payload.length);
  record.set(sha256(body), body.length);
  return record;
}

/** How many bytes the record takes that begins with this head; `undefined` if that is no head of this journal. */
export function recordLength(head: Uint8Array, id: Uint8Array): number | undefined {
  if (head.length < HEAD_BYTES || !equalBytes(head.subarray(0, ID_BYTES), id)) return undefined;
  const length = new DataView(head.buffer, head.byteOffset).getUint32(LENGTH_AT);
  return length <= MAX_PAYLOAD_BYTES ? FRAME_BYTES + length : undefined;
}

/** Takes a whole record apart; `undefined` if its digest does not hold. The parts are views of `record`. */
export function decodeRecord(record: Uint8Array): RecordParts | undefined {
  const body = record.subarray(0, record.length - HASH_BYTES);
  const digest = record.subarray(body.length);
  if (!equalBytes(sha256(body), digest)) return undefined;
  const previous = record.subarray(PREVIOUS_AT, HEAD_BYTES);
  return { payload: body.subarray(HEAD_BYTES), previous, digest };
}

const TITLE = "cityid journal 1\n";

export function firstPayload(origin: string): Uint8Array {
  return utf8(`${TITLE}${origin}\n`);
}

/** The origin that a first payload names; `undefined` where it is of another version, or of another program. */
export function originOf(firstPayloadText: string): string | undefined {
  const text = firstPayloadText;
  return text.startsWith(TITLE) && text.endsWith("\n") ? text.slice(TITLE.length, -1) : undefined;
}
