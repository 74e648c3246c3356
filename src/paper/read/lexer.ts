import type { PdfValue } from "../pdf/value.ts";
import { Damage } from "./damage.ts";

// Reads values out of bytes that somebody else wrote: every loop ends with the bytes, and nesting is limited.
// @see ISO 32000-1, 7.2 and 7.3

const MAX_DEPTH = 32;
const MAX_WORD = 128;

/** How many bytes may still be looked at. Shared by all who read one file: objects can lie in each other. */
export type Budget = { bytes: number };

type Token =
  | { readonly kind: "value"; readonly value: number | string | Uint8Array }
  /** Brackets, and words such as `obj` and `R`. */
  | { readonly kind: "word"; readonly word: string };

export class Lexer {
  readonly bytes: Uint8Array;
  readonly #budget: Budget;
  at: number;

  constructor(bytes: Uint8Array, at: number, budget: Budget) {
    this.bytes = bytes;
    this.at = at;
    this.#budget = budget;
  }

  /** One value; `undefined` at a word that is none, which is then still to be read. */
  value(depth = 0): PdfValue | undefined {
    if (depth > MAX_DEPTH) throw new Damage(this.at, "nesting");
    const start = this.at;
    const token = this.#token();
    if (token.kind === "value") {
      return typeof token.value === "number" ? this.#refOr(token.value) : token.value;
    }
    switch (token.word) {
      case "[":
        return this.#list("]", depth);
      case "<<":
        return this.#dict(depth);
      case "true":
        return true;
      case "false":
        return false;
      case "null":
        return null;
      default:
        this.at = start;
        return undefined;
    }
  }

  /** A value that must be there. */
  someValue(): PdfValue {
    const value = this.value();
    if (value === undefined) throw new Damage(this.at, "value");
    return value;
  }

  /** A whole number from 0 up. */
  count(): number {
    const start = this.at;
    const token = this.#token();
    if (token.kind === "value" && isCount(token.value)) return token.value;
    throw new Damage(start, "number");
  }

  /** Takes the word if it comes next. */
  takes(word: string): boolean {
    const start = this.at;
    const token = this.#token();
    if (token.kind === "word" && token.word === word) return true;
    this.at = start;
    return false;
  }

  expect(word: string): void {
    if (!this.takes(word)) throw new Damage(this.at, word);
  }

  /** `12 0 R` is one value, and begins like two others. */
  #refOr(value: number): PdfValue {
    const start = this.at;
    if (!isCount(value)) return value;
    const second = this.#token();
    if (second.kind === "value" && isCount(second.value) && this.takes("R")) {
      return { object: value, generation: second.value };
    }
    this.at = start;
    return value;
  }

  #list(end: string, depth: number): PdfValue[] {
    const list: PdfValue[] = [];
    for (;;) {
      const value = this.value(depth + 1);
      if (value !== undefined) {
        list.push(value);
        continue;
      }
      this.expect(end);
      return list;
    }
  }

  #dict(depth: number): PdfValue {
    const start = this.at;
    const list = this.#list(">>", depth);
    const dict = new Map<string, PdfValue>();
    for (let i = 0; i < list.length; i += 2) {
      const [key, value] = [list[i], list[i + 1]];
      // A key that stands twice means different things to different readers.
      if (typeof key !== "string" || value === undefined || dict.has(key)) {
        throw new Damage(start, "dictionary");
      }
      dict.set(key, value);
    }
    return dict;
  }

  #token(): Token {
    const start = this.at;
    const token = this.#nextToken();
    this.#budget.bytes -= this.at - start;
    if (this.#budget.bytes < 0) throw new Damage(start, "too much to read");
    return token;
  }

  #nextToken(): Token {
    this.#skipSpace();
    const byte = this.bytes[this.at];
    switch (byte) {
      case undefined:
        return { kind: "word", word: "" };
      case SLASH:
        return { kind: "value", value: this.#name() };
      case OPEN_PAREN:
        return { kind: "value", value: this.#literal() };
      case LESS:
        return this.bytes[this.at + 1] === LESS
          ? this.#bracket("<<")
          : { kind: "value", value: this.#hexadecimal() };
      case GREATER:
        return this.#bracket(this.bytes[this.at + 1] === GREATER ? ">>" : ">");
      default:
        return isDelimiter(byte) ? this.#bracket(String.fromCharCode(byte)) : this.#word();
    }
  }

  #bracket(word: string): Token {
    this.at += word.length;
    return { kind: "word", word };
  }

  #word(): Token {
    const word = this.#run();
    if (!NUMBER.test(word)) return { kind: "word", word };
    return { kind: "value", value: Number(word) };
  }

  #run(): string {
    const start = this.at;
    while (isRegular(this.bytes[this.at])) this.at += 1;
    if (this.at - start > MAX_WORD) throw new Damage(start, "word");
    return String.fromCharCode(...this.bytes.subarray(start, this.at));
  }

  #name(): string {
    this.at += 1;
    return this.#run().replace(/#([0-9A-Fa-f]{2})/g, (_, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    );
  }

  #hexadecimal(): Uint8Array {
    const start = this.at;
    const end = this.bytes.indexOf(GREATER, start);
    if (end < 0) throw new Damage(start, "string");
    this.at = end + 1;
    const digits = Buffer.from(this.bytes.subarray(start + 1, end))
      .toString("latin1")
      .replace(/[\0\t\n\f\r ]/g, "");
    if (!/^[0-9A-Fa-f]*$/.test(digits)) throw new Damage(start, "string");
    return new Uint8Array(Buffer.from(digits.length % 2 ? `${digits}0` : digits, "hex"));
  }

  #literal(): Uint8Array {
    const start = this.at;
    const found: number[] = [];
    this.at += 1;
    for (let depth = 1; ; ) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) throw new Damage(start, "string");
      if (byte === BACKSLASH) {
        found.push(...this.#escaped());
        continue;
      }
      if (byte === OPEN_PAREN) depth += 1;
      if (byte === CLOSE_PAREN) depth -= 1;
      if (depth === 0) return Uint8Array.from(found);
      found.push(byte);
    }
  }

  #escaped(): number[] {
    const octal = /^[0-7]{1,3}/.exec(
      String.fromCharCode(...this.bytes.subarray(this.at, this.at + 3)),
    )?.[0];
    if (octal !== undefined) {
      this.at += octal.length;
      return [Number.parseInt(octal, 8) & 0xff];
    }
    const byte = this.bytes[this.at++];
    // A line that goes on: what ends it is no part of the string.
    if (byte === RETURN && this.bytes[this.at] === NEWLINE) this.at += 1;
    if (byte === RETURN || byte === NEWLINE || byte === undefined) return [];
    return [ESCAPES.get(byte) ?? byte];
  }

  #skipSpace(): void {
    for (;;) {
      const byte = this.bytes[this.at];
      if (byte === PERCENT) {
        while (this.at < this.bytes.length && !isLineEnd(this.bytes[this.at])) this.at += 1;
      } else if (byte !== undefined && isSpace(byte)) this.at += 1;
      else return;
    }
  }
}

const [NEWLINE, RETURN, PERCENT, OPEN_PAREN, CLOSE_PAREN, SLASH, LESS, GREATER, BACKSLASH] = [
  10, 13, 0x25, 0x28, 0x29, 0x2f, 0x3c, 0x3e, 0x5c,
] as const;

const NUMBER = /^[+-]?(?:\d{1,15}(?:\.\d{0,15})?|\.\d{1,15})$/;

const ESCAPES: ReadonlyMap<number, number> = new Map([
  [0x6e, NEWLINE],
  [0x72, RETURN],
  [0x74, 9],
  [0x62, 8],
  [0x66, 12],
]);

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isSpace(byte: number): boolean {
  return byte === 0 || byte === 9 || byte === 10 || byte === 12 || byte === 13 || byte === 32;
}

function isLineEnd(byte: number | undefined): boolean {
  return byte === NEWLINE || byte === RETURN;
}

function isDelimiter(byte: number): boolean {
  return "()<>[]{}/%".includes(String.fromCharCode(byte));
}

function isRegular(byte: number | undefined): boolean {
  return byte !== undefined && !isSpace(byte) && !isDelimiter(byte);
}
