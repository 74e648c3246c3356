import { InvariantError, utf8 } from "../../core/index.ts";
import { MILLISECONDS, SECONDS, timeOfMilliseconds, timeOfSeconds } from "./json.ts";
import { type ByteText, JsonBytes } from "./json-bytes.ts";

// From a value of our own state straight to JSON: the same text, but for the order of an object's fields, as
// `JSON.stringify(toJson(decodeCbor(…)))` for a tenth of its cost. Only canonical bytes of our own come here.

/** A name as it stands among the bytes. */
export type FieldName = Uint8Array;

/** An encoded map as JSON, its fields in the order of the encoding. */
export type JsonObject = {
  readonly text: ByteText;
  /** The values of the wanted fields as they stand in the text; `undefined` for those that are absent. */
  readonly fields: readonly (ByteText | undefined)[];
};

/** What a byte of CBOR becomes at most: `"at":"1970-01-01T00:00:00.000Z",` stood in four. */
const MOST_PER_BYTE = 8;

// Each text is begun and taken within one synchronous call, so sharing it is safe.
const json = new JsonBytes();

export function jsonObject(bytes: Uint8Array, wanted: readonly FieldName[] = []): JsonObject {
  json.begin(MOST_PER_BYTE * (bytes.length + 1));
  const spans: Span[] = wanted.map(() => undefined);
  new Transcoder(bytes).object(wanted, spans);
  if (!json.isWhole) throw new InvariantError("JSON is longer than reckoned");
  const text = json.text();
  return { text, fields: spans.map((span) => span && text.slice(span.start, span.end)) };
}

type Span = { readonly start: number; readonly end: number } | undefined;

const UNSIGNED = 0;
const NEGATIVE = 1;
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const MAP = 5;

const SIMPLE: { readonly [byte: number]: string } = { 244: "false", 245: "true", 246: "null" };

const [COMMA, COLON, OPEN, CLOSE, OPEN_ARRAY, CLOSE_ARRAY] = [0x2c, 0x3a, 0x7b, 0x7d, 0x5b, 0x5d];

class Transcoder {
  readonly #bytes: Uint8Array;
  #at = 0;
  // Where the name of the value that follows stands: numbers under the name of a time become one.
  #nameStart = 0;
  #nameEnd = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The whole value, which is a map with names. */
  object(wanted: readonly FieldName[], spans: Span[]): void {
    const count = this.#head(MAP);
    json.byte(OPEN);
    for (let i = 0; i < count; i += 1) {
      this.#name(i);
      const which = placeAmong(wanted, this.#bytes, this.#nameStart, this.#nameEnd);
      const start = json.end;
      this.#value();
      if (which >= 0) spans[which] = { start, end: json.end };
    }
    json.byte(CLOSE);
  }

  /** The argument of a head of this major type. */
  #head(type: number): number {
    const first = this.#bytes[this.#at];
    if (first === undefined) throw new InvariantError("a value of ours ends too soon");
    if (first >> 5 !== type)
      throw new InvariantError(`a value of ours has ${first} at ${this.#at}`);
    this.#at += 1;
    return this.#argument(first & 0x1f);
  }

  /** Field `i` of an object as far as its colon. */
  #name(i: number): void {
    this.#nameStart = this.#take(this.#head(TEXT));
    this.#nameEnd = this.#at;
    if (i > 0) json.byte(COMMA);
    json.quoted(this.#bytes, this.#nameStart, this.#nameEnd);
    json.byte(COLON);
  }

  #value(): void {
    const first = this.#bytes[this.#at] ?? 0;
    const major = first >> 5;
    if (major === TEXT) json.quoted(this.#bytes, this.#take(this.#head(TEXT)), this.#at);
    else if (major === BYTES) json.hex(this.#bytes, this.#take(this.#head(BYTES)), this.#at);
    else if (major === UNSIGNED) this.#number(this.#head(UNSIGNED));
    else if (major === NEGATIVE) this.#number(-1 - this.#head(NEGATIVE));
    else if (major === ARRAY) this.#array();
    else if (major === MAP) this.#map();
    else this.#simple(first);
  }

  /** Passes over as many bytes and says where they begin. */
  #take(length: number): number {
    const start = this.#at;
    this.#at += length;
    if (this.#at > this.#bytes.length) throw new InvariantError("a value of ours ends too soon");
    return start;
  }

  #argument(info: number): number {
    if (info < 24) return info;
    const start = this.#take(1 << (info - 24));
    let argument = 0;
    for (let i = start; i < this.#at; i += 1)
      argument = argument * 256 + (this.#bytes[i] as number);
    return argument;
  }

  #number(value: number): void {
    const which = placeAmong(TIMES, this.#bytes, this.#nameStart, this.#nameEnd);
    if (which < 0) json.integer(value);
    else if (which < SECONDS.size) json.ascii(`"${timeOfSeconds(value)}"`);
    else json.ascii(`"${timeOfMilliseconds(value)}"`);
  }

  #simple(byte: number): void {
    const text = SIMPLE[byte];
    if (text === undefined) throw new InvariantError(`a value of ours has ${byte} at ${this.#at}`);
    this.#at += 1;
    json.ascii(text);
  }

  #array(): void {
    const count = this.#head(ARRAY);
    json.byte(OPEN_ARRAY);
    for (let i = 0; i < count; i += 1) {
      if (i > 0) json.byte(COMMA);
      this.#nameEnd = this.#nameStart;
      this.#value();
    }
    json.byte(CLOSE_ARRAY);
  }

  #map(): void {
    const [start, before] = [this.#at, json.end];
    const count = this.#head(MAP);
    json.byte(OPEN);
    for (let i = 0; i < count; i += 1) {
      // A COSE_Key: integers among its labels. All of it becomes the hex of its encoding.
      if ((this.#bytes[this.#at] ?? 0) >> 5 !== TEXT) {
        for (let left = 2 * (count - i); left > 0; left -= 1) this.#value();
        json.cut(before);
        json.hex(this.#bytes, start, this.#at);
        return;
      }
      this.#name(i);
      this.#value();
    }
    json.byte(CLOSE);
  }
}

const TIMES: readonly FieldName[] = [...SECONDS, ...MILLISECONDS].map(utf8);

/** Which of the names stands in `bytes[start, end)`; −1 for none of them. */
function placeAmong(
  names: readonly FieldName[],
  bytes: Uint8Array,
  start: number,
  end: number,
): number {
  for (let i = 0; i < names.length; i += 1) {
    if (isName(names[i] as FieldName, bytes, start, end)) return i;
  }
  return -1;
}

function isName(name: FieldName, bytes: Uint8Array, start: number, end: number): boolean {
  if (name.length !== end - start) return false;
  for (let i = 0; i < name.length; i += 1) if (name[i] !== bytes[start + i]) return false;
  return true;
}
