import { crc32 } from "node:zlib";
import { LedgerFault } from "../fault.ts";

// One version of one value:
//
//   frame = crc32 of the rest ‖ bytes of the key u16 ‖ bytes of the value u32 ‖ previous u48 ‖ index u48 ‖ key ‖ value
//
// little-endian. `previous` is where the version before begins, 0 for none: no frame begins there, because the file
// begins with a mark of its format.

export const VALUES_MARK: Uint8Array = new TextEncoder().encode("CIDVAL1\n");
export const FRAME_HEADER_BYTES = 22;

export type FrameHeader = {
  readonly keyBytes: number;
  readonly valueBytes: number;
  /** Where the version before begins; 0 for none. */
  readonly previous: number;
  /** Log index of the entry that made it. */
  readonly index: number;
};

export function frameBytes({ keyBytes, valueBytes }: FrameHeader): number {
  return FRAME_HEADER_BYTES + keyBytes + valueBytes;
}

/** Writes a frame at `at`, where there is room for it; returns its end. */
export function writeFrame(
  out: Buffer,
  at: number,
  header: FrameHeader,
  key: string,
  value: Uint8Array,
): number {
  const end = at + frameBytes(header);
  out.writeUInt16LE(header.keyBytes, at + 4);
  out.writeUInt32LE(header.valueBytes, at + 6);
  out.writeUIntLE(header.previous, at + 10, 6);
  out.writeUIntLE(header.index, at + 16, 6);
  out.write(key, at + FRAME_HEADER_BYTES, "utf8");
  out.set(value, at + FRAME_HEADER_BYTES + header.keyBytes);
  out.writeUInt32LE(crc32(out.subarray(at + 4, end)), at);
  return end;
}

/** Reads the header of a frame; it is only to be believed with the rest, by `checkedHeader`. */
export function readFrameHeader(bytes: Buffer, at: number): FrameHeader {
  return {
    keyBytes: bytes.readUInt16LE(at + 4),
    valueBytes: bytes.readUInt32LE(at + 6),
    previous: bytes.readUIntLE(at + 10, 6),
    index: bytes.readUIntLE(at + 16, 6),
  };
}

/** The header of the frame at `at` of the bytes; `undefined` when they do not hold all of it. */
export function wholeHeader(bytes: Buffer, at: number): FrameHeader | undefined {
  if (at + FRAME_HEADER_BYTES > bytes.length) return undefined;
  const header = readFrameHeader(bytes, at);
  return at + frameBytes(header) <= bytes.length ? header : undefined;
}

/**
 * Checks that a whole frame begins at `at` of the bytes.
 *
 * @param offset where that is in the file
 * @returns its header
 * @throws LedgerFault LEDGER_VALUES_DAMAGED
 */
export function checkedHeader(bytes: Buffer, at: number, offset: number): FrameHeader {
  const header = wholeHeader(bytes, at);
  if (header === undefined) throw new LedgerFault("LEDGER_VALUES_DAMAGED", { offset });
  checkSum(bytes, at, at + frameBytes(header), offset);
  return header;
}

/**
 * Checks a frame that is whole: `[at, end)` of the bytes.
 *
 * @throws LedgerFault LEDGER_VALUES_DAMAGED
 */
export function checkSum(bytes: Buffer, at: number, end: number, offset: number): void {
  if (crc32(bytes.subarray(at + 4, end)) !== bytes.readUInt32LE(at)) {
    throw new LedgerFault("LEDGER_VALUES_DAMAGED", { offset });
  }
}

export function keyOfFrame(bytes: Buffer, at: number, { keyBytes }: FrameHeader): string {
  return bytes.toString("utf8", at + FRAME_HEADER_BYTES, at + FRAME_HEADER_BYTES + keyBytes);
}
