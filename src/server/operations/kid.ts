// D2 84 | 58 nn or 59 nn nn | A4 01 <alg> 03 78 1E <content type> 04 48 <kid>: operations are deterministic CBOR, so the kid
// stands at a fixed place of the protected header, and need not be decoded for.
const PROTECTED_AT = 2;
const SHORT = 0x58;
const LONG = 0x59;
const KID_AT = 38;
const KID_BYTES = 8;

/**
 * The kid that an operation names, without decoding it; `undefined` for what does not look like one. Good enough to count by, after
 * the ledger accepted the operation; it proves nothing before.
 */
export function peekKid(operation: Uint8Array): string | undefined {
  const lengthForm = operation[PROTECTED_AT];
  if (lengthForm !== SHORT && lengthForm !== LONG) return undefined;
  const start = PROTECTED_AT + (lengthForm === SHORT ? 2 : 3) + KID_AT;
  if (operation[start - 2] !== 0x04 || operation[start - 1] !== 0x40 + KID_BYTES) return undefined;
  return Buffer.from(operation.buffer, operation.byteOffset + start, KID_BYTES).toString("hex");
}
