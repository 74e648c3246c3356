import { fromUtf8 } from "../bytes.ts";
import { InvariantError } from "../invariant.ts";
import { err, ok, type Result } from "../result.ts";
import { MAX_SHORT_BYTES, shortAscii } from "./short-text.ts";
import { type CborValue, MAX_CBOR_DEPTH } from "./value.ts";

/** Why bytes are not one deterministic CBOR value of the subset; `offset` is the byte where it shows. */
export type CborRefusal = {
  readonly code:
    | "CBOR_TRUNCATED"
    | "CBOR_TRAILING"
    | "CBOR_NOT_SHORTEST"
    | "CBOR_KEY_ORDER"
    | "CBOR_KEY_TYPE"
    | "CBOR_TYPE"
    | "CBOR_INTEGER_RANGE"
    | "CBOR_UTF8"
    | "CBOR_DEPTH";
  readonly offset: number;
};

/** The major type of arrays. RFC 8949 §3.1. */
const LIST = 4;

/** Items of a list for which room is made before they are read. */
const MAX_MADE_AT_ONCE = 16;

/** Notes where each map that stands `depth` levels deep begins, so that its bytes can be copied later. */
export type MapWatch = { readonly depth: number; readonly starts: number[] };

/**
 * Decodes exactly one value that fills `bytes`, and only its one deterministic spelling.
 *
 * The input is not trusted. Byte strings are views of the input: copy what outlives it.
 *
 * @returns the value, or the first thing that is wrong reading from the left
 * @see RFC 8949 §4.2.1
 */
export function decodeCbor(bytes: Uint8Array, watch?: MapWatch): Result<CborValue, CborRefusal> {
  const reader = new Reader(bytes, watch);
  try {
    const value = reader.value(0);
    if (reader.at !== bytes.length) return refuse("CBOR_TRAILING", reader.at);
    return ok(value);
  } catch (stop) {
    return refusalOf(stop);
  }
}

/**
 * The items of a list that fills `bytes`, one by one, so that others can have their turn in between. Of a value that is no list
 * there are none.
 *
 * @returns at the end how many items the list says that it has, `undefined` where it is none; or what is wrong, as `decodeCbor`
 */
export function* decodeCborItems(
  bytes: Uint8Array,
  maxItems: number,
): Generator<CborValue, Result<number | undefined, CborRefusal>> {
  const reader = new Reader(bytes);
  try {
    const isList = bytes.length === 0 || (bytes[0] as number) >> 5 === LIST;
    const length = isList ? reader.argument() : undefined;
    // What is too long is not read.
    if (length === undefined || length > maxItems) return ok(length);
    for (let i = 0; i < length; i++) yield reader.value(1);
    return reader.at === bytes.length ? ok(length) : refuse("CBOR_TRAILING", reader.at);
  } catch (stop) {
    return refusalOf(stop);
  }
}

/** Decodes what this program encoded. @throws InvariantError when it is not CBOR */
export function decodeOwnCbor(bytes: Uint8Array): CborValue {
  const value = decodeCbor(bytes);
  if (!value.ok) throw new InvariantError(`a value of ours is not CBOR: ${value.error.code}`);
  return value.value;
}

/**
 * Where the fields of a map that was decoded from `at` on stand: for each, where its key begins, where its value begins and
 * ends, one behind the other in `spans`.
 */
export function spansOfFields(bytes: Uint8Array, at: number, spans: number[]): void {
  const reader = new Reader(bytes);
  reader.at = at;
  const fields = reader.argument();
  for (let i = 0; i < fields; i++) {
    spans[3 * i] = reader.at;
    reader.skip(0);
    spans[3 * i + 1] = reader.at;
    reader.skip(0);
    spans[3 * i + 2] = reader.at;
  }
}

/** Where the items of the lists in a list stand. */
export type ListSpans = {
  /** How many items each list has. */
  readonly counts: readonly number[];
  /** Where each item begins and ends, one behind the other. */
  readonly spans: readonly number[];
};

/** Finds the items of lists in a list, which was decoded before. */
export function spansOfLists(bytes: Uint8Array): ListSpans {
  const reader = new Reader(bytes);
  const counts: number[] = [];
  const spans: number[] = [];
  for (let lists = reader.argument(); lists > 0; lists--) {
    const count = reader.argument();
    counts.push(count);
    for (let i = 0; i < count; i++) {
      const start = reader.at;
      reader.skip(0);
      spans.push(start, reader.at);
    }
  }
  return { counts, spans };
}

/** How many items a list that was encoded here has, and where the first of them stands. */
export function headOfList(bytes: Uint8Array): { readonly count: number; readonly at: number } {
  const reader = new Reader(bytes);
  const count = reader.argument();
  return { count, at: reader.at };
}

/**
 * Decodes the values that stand one after the other in `bytes`, each with its own bytes.
 *
 * @see RFC 8742
 */
export function* splitCborSequence(bytes: Uint8Array): Generator<Result<Uint8Array, CborRefusal>> {
  const reader = new Reader(bytes);
  while (reader.at < bytes.length) {
    const start = reader.at;
    try {
      reader.skip(0);
    } catch (stop) {
      yield refusalOf(stop);
      return;
    }
    yield ok(bytes.subarray(start, reader.at));
  }
}

/** @throws whatever else stopped the reader */
function refusalOf(stop: unknown): Result<never, CborRefusal> {
  if (stop instanceof Stop) return refuse(stop.code, stop.offset);
  throw stop;
}

function refuse(code: CborRefusal["code"], offset: number): Result<never, CborRefusal> {
  return err({ code, offset });
}

// Thrown inside the reader only and caught above: unwinding by hand would double the cost of the hot path.
class Stop extends Error {
  readonly code: CborRefusal["code"];
  readonly offset: number;
  constructor(code: CborRefusal["code"], offset: number) {
    super(code);
    this.code = code;
    this.offset = offset;
  }
}

class Reader {
  at = 0;
  readonly #bytes: Uint8Array;
  readonly #watch: MapWatch | undefined;

  constructor(bytes: Uint8Array, watch?: MapWatch) {
    this.#bytes = bytes;
    this.#watch = watch;
  }

  value(depth: number): CborValue {
    const start = this.at;
    const head = this.#byte();
    const major = head >> 5;
    if (major === 7) return this.#simple(head, start);
    if (major === 6) throw new Stop("CBOR_TYPE", start);
    const argument = this.#argument(head & 31, start);
    if (major === 0) return argument;
    if (major === 1) return this.#negative(argument, start);
    if (major === 2) return this.#take(argument);
    if (major === 3) return this.#text(argument);
    if (depth >= MAX_CBOR_DEPTH) throw new Stop("CBOR_DEPTH", start);
    if (major === LIST) return this.#array(argument, depth);
    if (depth === this.#watch?.depth) this.#watch.starts.push(start);
    return this.#map(argument, depth);
  }

  /** The argument of the head that stands here, whatever it is the head of. */
  argument(): number {
    const start = this.at;
    return this.#argument(this.#byte() & 31, start);
  }

  /** Walks over one value, tags included, without making it. */
  skip(depth: number): void {
    const start = this.at;
    const head = this.#byte();
    const major = head >> 5;
    const argument = this.#argument(head & 31, start);
    if (major === 2 || major === 3) this.at = this.#endOf(argument);
    if (major < 4 || major === 7) return;
    if (depth >= MAX_CBOR_DEPTH) throw new Stop("CBOR_DEPTH", start);
    const items = major === 6 ? 1 : major === LIST ? argument : 2 * argument;
    for (let i = 0; i < items; i++) this.skip(depth + 1);
  }

  #byte(): number {
    const byte = this.#bytes[this.at];
    if (byte === undefined) throw new Stop("CBOR_TRUNCATED", this.at);
    this.at++;
    return byte;
  }

  #argument(info: number, start: number): number {
    if (info < 24) return info;
    if (info > 27) throw new Stop("CBOR_TYPE", start);
    const width = 1 << (info - 24);
    let n = 0;
    for (let i = 0; i < width; i++) n = n * 256 + this.#byte();
    if (!Number.isSafeInteger(n)) throw new Stop("CBOR_INTEGER_RANGE", start);
    // Not by `**`, which takes as long as all the rest.
    const least = width === 1 ? 24 : width === 8 ? 0x1_0000_0000 : 1 << (4 * width);
    if (n < least) throw new Stop("CBOR_NOT_SHORTEST", start);
    return n;
  }

  #negative(argument: number, start: number): number {
    const value = -1 - argument;
    if (!Number.isSafeInteger(value)) throw new Stop("CBOR_INTEGER_RANGE", start);
    return value;
  }

  /** Where a string of this length ends. */
  #endOf(length: number): number {
    const end = this.at + length;
    if (end > this.#bytes.length) throw new Stop("CBOR_TRUNCATED", this.#bytes.length);
    return end;
  }

  #take(length: number): Uint8Array {
    const end = this.#endOf(length);
    const part = this.#bytes.subarray(this.at, end);
    this.at = end;
    return part;
  }

  #text(length: number): string {
    const start = this.at;
    const end = start + length;
    if (length <= MAX_SHORT_BYTES && end <= this.#bytes.length) {
      const text = shortAscii(this.#bytes, start, end);
      if (text !== undefined) {
        this.at = end;
        return text;
      }
    }
    const text = fromUtf8(this.#take(length));
    if (text === undefined) throw new Stop("CBOR_UTF8", start);
    return text;
  }

  #simple(head: number, start: number): boolean | null {
    if (head === 0xf4) return false;
    if (head === 0xf5) return true;
    if (head === 0xf6) return null;
    throw new Stop("CBOR_TYPE", start);
  }

  #array(length: number, depth: number): CborValue[] {
    // Most are short; what claims to be long grows as its items come.
    const items = new Array<CborValue>(length > MAX_MADE_AT_ONCE ? 0 : length);
    for (let i = 0; i < length; i++) items[i] = this.value(depth + 1);
    return items;
  }

  #map(length: number, depth: number): CborValue {
    const fields: { [key: string]: CborValue } = {};
    let keyed: Map<number | string, CborValue> | undefined;
    let [before, beforeEnd] = [-1, -1];
    for (let i = 0; i < length; i++) {
      const start = this.at;
      const key = this.#key(depth);
      if (before >= 0 && !this.#rises(before, beforeEnd, start)) {
        throw new Stop("CBOR_KEY_ORDER", start);
      }
      before = start;
      beforeEnd = this.at;
      // In the order of their encodings, integer keys stand before all text keys.
      if (typeof key === "number") keyed ??= new Map();
      const value = this.value(depth + 1);
      if (keyed === undefined) fields[key] = value;
      else keyed.set(key, value);
    }
    return keyed ?? fields;
  }

  #key(depth: number): number | string {
    const start = this.at;
    const key = this.value(depth + 1);
    // `__proto__` would set the prototype of the object that holds the fields, and no schema has it.
    if (typeof key === "number" || (typeof key === "string" && key !== "__proto__")) return key;
    throw new Stop("CBOR_KEY_TYPE", start);
  }

  /** Whether the encoded key `[b, this.at)` comes after the key `[a, aEnd)`, bytewise; equal keys do not. */
  #rises(a: number, aEnd: number, b: number): boolean {
    const bytes = this.#bytes;
    for (let i = a, j = b; i < aEnd && j < this.at; i++, j++) {
      const difference = (bytes[j] as number) - (bytes[i] as number);
      if (difference !== 0) return difference > 0;
    }
    // Of two deterministic encodings none is a prefix of the other unless they are equal.
    return false;
  }
}
