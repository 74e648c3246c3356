import { err, ok, type Result } from "../result.ts";

/** Why digits stand for no bytes; `position` is that of the group of digits where it shows. */
export type DigitsRefusal =
  | { readonly code: "SEAL_DIGITS_LENGTH"; readonly got: number }
  | { readonly code: "SEAL_DIGITS_VALUE"; readonly position: number };

const GROUP_BYTES = 7;
const GROUP_DIGITS = 17;

/** Digits of a rest of so many bytes, and of a whole group. */
const DIGITS = [0, 3, 5, 8, 10, 13, 15, GROUP_DIGITS];

// A group is a number below 2^56, too large for a number of JavaScript. It is computed in parts below 2^53: the upper 9 and
// the lower 8 of its 17 digits on one side, 24, 24 and 8 bits on the other.
const LOWER = 1e8;
const LOWER_DIGITS = 8;
const [UPPER_OF_2_48, LOWER_OF_2_48] = [2_814_749, 76_710_656];

/**
 * Writes bytes as decimal digits: 7 bytes, the least significant first, as 17 digits, a rest as fewer.
 *
 * @see CTAP 2.2, digitEncode
 */
export function encodeDigits(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += GROUP_BYTES) {
    const length = Math.min(GROUP_BYTES, bytes.length - at);
    const low =
      byteAt(bytes, at, 0) +
      byteAt(bytes, at, 1) * 0x100 +
      byteAt(bytes, at, 2) * 0x1_0000 +
      byteAt(bytes, at, 3) * 0x100_0000 +
      byteAt(bytes, at, 4) * 0x1_0000_0000 +
      byteAt(bytes, at, 5) * 0x100_0000_0000;
    const high = byteAt(bytes, at, 6);
    const lower = (low % LOWER) + high * LOWER_OF_2_48;
    const upper = Math.floor(low / LOWER) + high * UPPER_OF_2_48 + Math.floor(lower / LOWER);
    text += group(upper, lower % LOWER, DIGITS[length] as number);
  }
  return text;
}

function byteAt(bytes: Uint8Array, at: number, index: number): number {
  return bytes[at + index] ?? 0;
}

function group(upper: number, lower: number, digits: number): string {
  if (digits <= LOWER_DIGITS) return String(lower).padStart(digits, "0");
  return (
    String(upper).padStart(digits - LOWER_DIGITS, "0") + String(lower).padStart(LOWER_DIGITS, "0")
  );
}

/**
 * Reads what {@link encodeDigits} wrote: of each text of bytes its one spelling. The text must be of digits only.
 *
 * @returns the bytes, else `SEAL_DIGITS_LENGTH` where no bytes have so many digits, `SEAL_DIGITS_VALUE` where a group stands
 *   for more than its bytes can hold
 */
export function decodeDigits(text: string): Result<Uint8Array, DigitsRefusal> {
  const groups = Math.floor(text.length / GROUP_DIGITS);
  const rest = DIGITS.indexOf(text.length % GROUP_DIGITS);
  if (rest < 0) return err({ code: "SEAL_DIGITS_LENGTH", got: text.length });
  const bytes = new Uint8Array(groups * GROUP_BYTES + rest);
  let position = 0;
  for (let at = 0; at < bytes.length; at += GROUP_BYTES, position += GROUP_DIGITS) {
    const end = Math.min(at + GROUP_BYTES, bytes.length);
    if (!readGroup(text, position, bytes, at, end)) {
      return err({ code: "SEAL_DIGITS_VALUE", position });
    }
  }
  return ok(bytes);
}

const WORD = 0x1_0000;

/** Reads the group of digits at `position` into `bytes[at, end)`. @returns whether the number fits in there */
function readGroup(
  text: string,
  position: number,
  bytes: Uint8Array,
  at: number,
  end: number,
): boolean {
  const stop = Math.min(position + GROUP_DIGITS, text.length);
  const cut = Math.max(position, stop - LOWER_DIGITS);
  const upper = readNumber(text, position, cut);
  // upper·10^8 + lower, its lowest 16 bits apart from the others.
  const low = (upper % WORD) * LOWER + readNumber(text, cut, stop);
  const word = low % WORD;
  let others = Math.floor(upper / WORD) * LOWER + (low - word) / WORD;
  bytes[at] = word & 0xff;
  if (at + 1 < end) bytes[at + 1] = word >> 8;
  else if (word > 0xff) return false;
  for (let i = at + 2; i < end; i++) {
    const byte = others % 0x100;
    bytes[i] = byte;
    others = (others - byte) / 0x100;
  }
  return others === 0;
}

const ZERO = 0x30;

function readNumber(text: string, from: number, to: number): number {
  let number = 0;
  for (let i = from; i < to; i++) number = 10 * number + text.charCodeAt(i) - ZERO;
  return number;
}
