import { base64 as scureBase64 } from "@scure/base";

// Both exist in every runtime we support; core sees neither the DOM's types nor Node's.
declare class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>;
}
declare class TextDecoder {
  constructor(label: "utf-8", options: { fatal: boolean; ignoreBOM: boolean });
  decode(bytes: Uint8Array): string;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Encodes text as UTF-8. A lone surrogate becomes U+FFFD, so parse text before it comes here. */
export function utf8(text: string): Uint8Array {
  return text.length <= SHORT ? shortUtf8(text) : encoder.encode(text);
}

// Keys and codes are short ASCII, and a call of the platform's encoder costs more than they do.
const SHORT = 96;

function shortUtf8(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) return encoder.encode(text);
    bytes[i] = unit;
  }
  return bytes;
}

/** Decodes UTF-8; `undefined` where the bytes are not well-formed. */
export function fromUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

const DIGITS = Array.from("0123456789abcdef", (character) => character.charCodeAt(0));

/** Lower-case hexadecimal. */
export function hex(bytes: Uint8Array): string {
  let text = "";
  let at = 0;
  // By fours: strings of single bytes would take twice as long to make and to put together.
  for (; at + 4 <= bytes.length; at += 4) {
    text += String.fromCharCode(
      digit(bytes, 2 * at),
      digit(bytes, 2 * at + 1),
      digit(bytes, 2 * at + 2),
      digit(bytes, 2 * at + 3),
      digit(bytes, 2 * at + 4),
      digit(bytes, 2 * at + 5),
      digit(bytes, 2 * at + 6),
      digit(bytes, 2 * at + 7),
    );
  }
  for (let i = 2 * at; i < 2 * bytes.length; i++) text += String.fromCharCode(digit(bytes, i));
  return text;
}

/** The `index`-th hexadecimal digit of the bytes, as a character code. */
function digit(bytes: Uint8Array, index: number): number {
  const byte = bytes[index >> 1] as number;
  return DIGITS[(index & 1) === 0 ? byte >> 4 : byte & 15] as number;
}

/** Reads lower-case hexadecimal of an even length; `undefined` for anything else. */
export function fromHex(text: string): Uint8Array | undefined {
  if (!/^(?:[0-9a-f]{2})*$/.test(text)) return undefined;
  return Uint8Array.from({ length: text.length / 2 }, (_, i) =>
    Number.parseInt(text.slice(2 * i, 2 * i + 2), 16),
  );
}

/** Standard base64 with padding. */
export function base64(bytes: Uint8Array): string {
  return scureBase64.encode(bytes);
}

/** Reads canonical padded base64; `undefined` for any other spelling. */
export function fromBase64(text: string): Uint8Array | undefined {
  try {
    // Refuses missing padding and bits that no byte uses.
    return scureBase64.decode(text);
  } catch {
    return undefined;
  }
}

/** The parts, one after the other. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Whether both hold the same bytes. Not constant in time: for public data only. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Orders bytewise; a prefix comes before what it begins. Negative, zero or positive. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Orders texts as the bytes of their UTF-8: by code points, where `<` would compare UTF-16 units. */
export function compareUtf8(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const [one, other] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (one !== other) return weightOf(one) - weightOf(other);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points beyond those of all other units. */
function weightOf(unit: number): number {
  return (unit & 0xf800) === 0xd800 ? unit + 0x10000 : unit;
}
