import { lowS } from "#crypto";
import { err, ok, type Result } from "../result.ts";

/** Why bytes are no DER ECDSA signature for P-256; `offset` is the byte where it shows. */
export type DerRefusal = { readonly code: "COSE_DER"; readonly offset: number };

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const SCALAR_BYTES = 32;

/**
 * Turns the ECDSA signature of a passkey or of a platform keystore into the one form that operations carry: r‖s, 64 bytes,
 * with low s. For whoever submits; operations never hold DER.
 *
 * @see SEC 1 §C.5, RFC 3279 §2.2.3
 */
export function fromDerSignature(der: Uint8Array): Result<Uint8Array, DerRefusal> {
  if (der[0] !== SEQUENCE) return refuse(0);
  if (der[1] !== der.length - 2) return refuse(1);
  const r = readScalar(der, 2);
  if (!r.ok) return r;
  const s = readScalar(der, r.value.end);
  if (!s.ok) return s;
  if (s.value.end !== der.length) return refuse(s.value.end);
  const signature = new Uint8Array(2 * SCALAR_BYTES);
  signature.set(r.value.digits, SCALAR_BYTES - r.value.digits.length);
  signature.set(s.value.digits, 2 * SCALAR_BYTES - s.value.digits.length);
  return ok(lowS(signature));
}

/** A positive INTEGER below 2^256 in its shortest form, without the zero that keeps it positive. */
function readScalar(
  der: Uint8Array,
  at: number,
): Result<{ digits: Uint8Array; end: number }, DerRefusal> {
  const length = der[at + 1];
  if (der[at] !== INTEGER || length === undefined) return refuse(at);
  const start = at + 2;
  const end = start + length;
  const isPadded = der[start] === 0;
  const digits = der.subarray(isPadded ? start + 1 : start, end);
  const top = digits[0];
  if (top === undefined || end > der.length || digits.length > SCALAR_BYTES) return refuse(at + 1);
  // A padding zero stands exactly where the number would read as negative without it.
  return isPadded === top >= 0x80 ? ok({ digits, end }) : refuse(start);
}

function refuse(offset: number): Result<never, DerRefusal> {
  return err({ code: "COSE_DER", offset });
}
