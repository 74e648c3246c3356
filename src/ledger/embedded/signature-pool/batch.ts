import type { PreparedSignature } from "../../../core/index.ts";

// A batch crosses between threads as one array buffer that is handed over, not copied: how many items, four numbers for each
// (kind, bytes of public key, of signature, of message), then those bytes, item after item. The numbers have 32 bits in the
// order of the machine, which is the same at both ends.
const NUMBER_BYTES = 4;
const NUMBERS_AN_ITEM = 4;
const KINDS = ["ed25519", "p256"] as const satisfies readonly PreparedSignature["kind"][];

/** Bytes that a check takes in a batch. */
export function packedBytes({ publicKey, signature, message }: PreparedSignature): number {
  const parts = publicKey.length + signature.length + message.length;
  return NUMBERS_AN_ITEM * NUMBER_BYTES + parts;
}

export function packBatch(checks: readonly PreparedSignature[]): ArrayBuffer {
  const length = checks.reduce((sum, check) => sum + packedBytes(check), NUMBER_BYTES);
  const buffer = new ArrayBuffer(length);
  const numbers = new Uint32Array(buffer, 0, 1 + NUMBERS_AN_ITEM * checks.length);
  const bytes = new Uint8Array(buffer);
  numbers[0] = checks.length;
  let next = 1;
  let at = numbers.byteLength;
  for (const { kind, publicKey, signature, message } of checks) {
    numbers[next++] = KINDS.indexOf(kind);
    for (const part of [publicKey, signature, message]) {
      numbers[next++] = part.length;
      bytes.set(part, at);
      at += part.length;
    }
  }
  return buffer;
}

/** The checks of a batch, in order; their parts are views of the buffer. */
export function unpackBatch(buffer: ArrayBuffer): PreparedSignature[] {
  const [count = 0] = new Uint32Array(buffer, 0, 1);
  const numbers = new Uint32Array(buffer, NUMBER_BYTES, NUMBERS_AN_ITEM * count);
  const checks: PreparedSignature[] = [];
  let at = NUMBER_BYTES + numbers.byteLength;
  const take = (length = 0): Uint8Array => {
    const part = new Uint8Array(buffer, at, length);
    at += length;
    return part;
  };
  for (let i = 0; i < numbers.length; i += NUMBERS_AN_ITEM) {
    const kind = KINDS[numbers[i] ?? 0] ?? "ed25519";
    const publicKey = take(numbers[i + 1]);
    const signature = take(numbers[i + 2]);
    checks.push({ kind, publicKey, signature, message: take(numbers[i + 3]) });
  }
  return checks;
}
