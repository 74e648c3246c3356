import { InvariantError } from "../../../core/index.ts";

const UINT = 0;
const NEGINT = 1;
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const MAP = 5;

/**
 * Steps through the deterministic CBOR of the ledger's own values. Nothing is checked beyond what keeps the reader in step:
 * the values were made by the rules, and decoding them whole would take five times as long.
 */
export class FieldReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #major = 0;
  /** Fields of the statement that was entered, the one at hand included. */
  #left = 0;

  constructor(bytes: Uint8Array, start = 0) {
    this.#bytes = bytes;
    this.#at = start;
  }

  /** Enters a map: how many fields follow. */
  map(): number {
    return this.#head(MAP);
  }

  array(): number {
    return this.#head(ARRAY);
  }

  /** Whether an array is next. */
  atArray(): boolean {
    return (this.#bytes[this.#at] ?? 0) >> 5 === ARRAY;
  }

  integer(): number {
    const argument = this.#any();
    if (this.#major > NEGINT) throw this.#lost();
    return this.#major === UINT ? argument : -1 - argument;
  }

  /** A text or a byte string, which is mostly the same as the last time. */
  repeated(last: LastText): string {
    const length = this.#any();
    if (this.#major !== BYTES && this.#major !== TEXT) throw this.#lost();
    this.#at += length;
    return last.text(this.#bytes, this.#at - length, this.#at);
  }

  text(): string {
    const length = this.#head(TEXT);
    const start = this.#at;
    this.#at += length;
    let text = "";
    for (let i = start; i < this.#at; i++) {
      const unit = this.#bytes[i] ?? 0;
      if (unit > 0x7f) return DECODER.decode(this.#bytes.subarray(start, this.#at));
      text += String.fromCharCode(unit);
    }
    return text;
  }

  boolean(): boolean {
    return this.#bytes[this.#at++] === 0xf5;
  }

  /** Steps over the name of a field; tells whether it was this one. */
  name(): number {
    const length = this.#head(TEXT);
    const tag = fieldTag(length, this.#bytes[this.#at], this.#bytes[this.#at + length - 1]);
    this.#at += length;
    return tag;
  }

  /**
   * Enters a statement, up to what it says in clear; `false` where it is a commitment, which is stepped over. Statements
   * hold no statements.
   */
  statement(): boolean {
    this.#left = this.map();
    for (; this.#left > 0; this.#left--) {
      if (this.name() === VALUE) return true;
      this.skip();
    }
    return false;
  }

  /** Leaves a statement, after what it says was read. */
  endStatement(): void {
    for (this.#left--; this.#left > 0; this.#left--) {
      this.skip();
      this.skip();
    }
  }

  skip(): void {
    const argument = this.#any();
    if (this.#major === BYTES || this.#major === TEXT) {
      this.#at += argument;
    } else if (this.#major === ARRAY || this.#major === MAP) {
      const items = this.#major === ARRAY ? argument : 2 * argument;
      for (let left = items; left > 0; left--) this.skip();
    }
  }

  #head(major: number): number {
    const argument = this.#any();
    if (this.#major !== major) throw this.#lost();
    return argument;
  }

  #any(): number {
    const head = this.#bytes[this.#at++];
    if (head === undefined) throw this.#lost();
    this.#major = head >> 5;
    const info = head & 31;
    if (info < 24) return info;
    const width = 1 << (info - 24);
    let argument = 0;
    for (let i = 0; i < width; i++) argument = argument * 256 + (this.#bytes[this.#at++] ?? 0);
    return argument;
  }

  #lost(): InvariantError {
    return new InvariantError(`a value of the ledger cannot be read at byte ${this.#at}`);
  }
}

const DECODER = new TextDecoder();

/** Of neighbouring records many fields are the same: the last text is handed out again while the bytes are. */
export class LastText {
  readonly #toText: (bytes: Uint8Array) => string;
  #bytes: Uint8Array = new Uint8Array();
  #text = "";

  constructor(toText: (bytes: Uint8Array) => string) {
    this.#toText = toText;
  }

  text(bytes: Uint8Array, start: number, end: number): string {
    if (!this.#isSame(bytes, start, end)) {
      // A copy: what it was read from may be overwritten, and the slice of a Buffer is a view.
      this.#bytes = new Uint8Array(bytes.subarray(start, end));
      this.#text = this.#toText(this.#bytes);
    }
    return this.#text;
  }

  #isSame(bytes: Uint8Array, start: number, end: number): boolean {
    if (end - start !== this.#bytes.length) return false;
    // From the end: what differs at all mostly differs there.
    for (let i = end - start - 1; i >= 0; i--) {
      if (bytes[start + i] !== this.#bytes[i]) return false;
    }
    return true;
  }
}

/** Length, first and last character tell the names of our fields apart, without making a string of each. */
function fieldTag(length: number, first = 0, last = 0): number {
  return (length << 16) | (first << 8) | last;
}

export function tagOf(name: string): number {
  return fieldTag(name.length, name.charCodeAt(0), name.charCodeAt(name.length - 1));
}

const VALUE = tagOf("value");
