import { InvariantError } from "../../core/index.ts";
import { MILLISECONDS, SECONDS, timeOfMilliseconds, timeOfSeconds } from "./json.ts";

// From a value of our own state straight to JSON text: the same text, but for the order of an object's fields, as
// `JSON.stringify(toJson(decodeCbor(…)))` for a third of its cost. Only canonical bytes of our own come here.

/** The fields of an encoded map, each as JSON text, in the order of the encoding. */
export function jsonFields(bytes: Uint8Array): ReadonlyMap<string, string> {
  const reader = new Reader(bytes);
  const fields = new Map<string, string>();
  const count = reader.head(MAP);
  for (let i = 0; i < count; i += 1) {
    const name = reader.name();
    fields.set(name, reader.value(name));
  }
  return fields;
}

const UNSIGNED = 0;
const NEGATIVE = 1;
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const MAP = 5;

const SIMPLE: { readonly [byte: number]: string } = { 244: "false", 245: "true", 246: "null" };

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The argument of a head of this major type. */
  head(type: number): number {
    const first = this.#byte();
    if (first >> 5 !== type)
      throw new InvariantError(`a value of ours has ${first} at ${this.#at}`);
    return this.#argument(first & 0x1f);
  }

  /** A text as it is, without quotes: the name of a field. */
  name(): string {
    const length = this.head(TEXT);
    const start = this.#take(length);
    return intern(this.#bytes, start, start + length);
  }

  /** The next value as JSON; numbers under the name of a time become one. */
  value(name: string): string {
    const first = this.#bytes[this.#at] ?? 0;
    const simple = SIMPLE[first];
    if (simple !== undefined) {
      this.#at += 1;
      return simple;
    }
    switch (first >> 5) {
      case UNSIGNED:
        return numberText(this.head(UNSIGNED), name);
      case NEGATIVE:
        return numberText(-1 - this.head(NEGATIVE), name);
      case BYTES:
        return this.#hex(this.head(BYTES));
      case TEXT:
        return this.#text(this.head(TEXT));
      case ARRAY:
        return this.#array(this.head(ARRAY));
      default:
        return this.#map();
    }
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new InvariantError("a value of ours ends too soon");
    this.#at += 1;
    return byte;
  }

  #take(length: number): number {
    const start = this.#at;
    this.#at += length;
    return start;
  }

  #argument(info: number): number {
    if (info < 24) return info;
    const length = 1 << (info - 24);
    const start = this.#take(length);
    if (length <= 4) return this.#bytes.readUIntBE(start, length);
    return this.#bytes.readUInt32BE(start) * 2 ** 32 + this.#bytes.readUInt32BE(start + 4);
  }

  #hex(length: number): string {
    const start = this.#take(length);
    return `"${this.#bytes.toString("hex", start, start + length)}"`;
  }

  #text(length: number): string {
    const start = this.#take(length);
    const end = start + length;
    return isPlain(this.#bytes, start, end)
      ? `"${this.#bytes.toString("latin1", start, end)}"`
      : JSON.stringify(this.#bytes.toString("utf8", start, end));
  }

  #array(count: number): string {
    let text = "[";
    for (let i = 0; i < count; i += 1) text += (i === 0 ? "" : ",") + this.value("");
    return `${text}]`;
  }

  #map(): string {
    const start = this.#at;
    const count = this.head(MAP);
    let text = "{";
    for (let i = 0; i < count; i += 1) {
      // A COSE_Key: integers among its labels. All of it becomes the hex of its encoding.
      if ((this.#bytes[this.#at] ?? 0) >> 5 !== TEXT) return this.#keyedMap(start, count - i);
      const name = this.name();
      text += `${i === 0 ? "" : ","}${JSON.stringify(name)}:${this.value(name)}`;
    }
    return `${text}}`;
  }

  #keyedMap(start: number, left: number): string {
    for (let i = 0; i < 2 * left; i += 1) this.value("");
    return `"${this.#bytes.toString("hex", start, this.#at)}"`;
  }
}

function numberText(value: number, name: string): string {
  if (MILLISECONDS.has(name)) return `"${timeOfMilliseconds(value)}"`;
  return SECONDS.has(name) ? `"${timeOfSeconds(value)}"` : String(value);
}

/** Whether a text needs no escape, and each byte of it is a character. */
function isPlain(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x20 || byte > 0x7e || byte === 0x22 || byte === 0x5c) return false;
  }
  return true;
}

type Interned = { readonly bytes: Buffer; readonly text: string };

/** Names of fields are few and come again and again. */
const MAX_INTERNED = 1024;
const interned = new Map<number, Interned>();

function intern(bytes: Buffer, start: number, end: number): string {
  const sum = (bytes[start] ?? 0) * 65_536 + (bytes[end - 1] ?? 0) * 256 + (end - start);
  const known = interned.get(sum);
  if (known !== undefined && isSame(known.bytes, bytes, start, end)) return known.text;
  const text = bytes.toString("utf8", start, end);
  if (interned.size < MAX_INTERNED && known === undefined) {
    interned.set(sum, { bytes: Buffer.from(bytes.subarray(start, end)), text });
  }
  return text;
}

function isSame(known: Buffer, bytes: Buffer, start: number, end: number): boolean {
  if (known.length !== end - start) return false;
  for (let i = 0; i < known.length; i += 1) if (known[i] !== bytes[start + i]) return false;
  return true;
}
