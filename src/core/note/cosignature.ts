import { utf8 } from "../bytes.ts";

// c2sp.org/tlog-cosignature, the Ed25519 type:
//
//   signature = time ed25519-signature          ; time: uint64 of Unix seconds, big-endian; 64 bytes
//   message   = "cosignature/v1" LF "time" SP decimal LF text

export const TIME_BYTES = 8;

const TWO_TO_32 = 2 ** 32;

/** What a witness or a validator signs about the text of a checkpoint. */
export function cosignedMessage(timeSeconds: number, text: string): Uint8Array {
  return utf8(`cosignature/v1\ntime ${timeSeconds}\n${text}`);
}

export function encodeTime(timeSeconds: number): Uint8Array {
  const bytes = new Uint8Array(TIME_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, Math.floor(timeSeconds / TWO_TO_32));
  view.setUint32(4, timeSeconds % TWO_TO_32);
  return bytes;
}

/** The time in front of a signature; `undefined` beyond 2^53 − 1, which no clock shows for 285 million years. */
export function readTime(signature: Uint8Array): number | undefined {
  const view = new DataView(signature.buffer, signature.byteOffset);
  const time = view.getUint32(0) * TWO_TO_32 + view.getUint32(4);
  return Number.isSafeInteger(time) ? time : undefined;
}
