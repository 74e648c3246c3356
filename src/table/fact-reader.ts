import { type CborValue, decodeCbor, decodeObservations, type Observation } from "../core/index.ts";
import { jsonOf } from "./json.ts";
import type { Cell, Row } from "./row.ts";
import { momentOf } from "./where-and-when.ts";

/** Where the four facts of the frame come to; what else there is comes behind them, in the order in which it was first seen. */
const FRAME = ["id", "type", "time", "place"];
const TIME = 2;
const PLACE = 3;
/** The slots of facts that have a column in any case. */
export const FRAME_SLOTS: number = FRAME.length;

/** Takes what facts say, one after the other, each for the column of its name. Texts are bytes of UTF-8 where they stand. */
export interface FactSink {
  /** @param at which of its entry */
  begin(at: number): void;
  integer(slot: number, value: number): void;
  number(slot: number, value: number): void;
  boolean(slot: number, value: boolean): void;
  text(slot: number, bytes: Uint8Array, from: number, to: number): void;
  time(slot: number, milliseconds: number): void;
  /** In degrees. */
  place(slot: number, longitude: number, latitude: number): void;
  /** What is none of these. */
  other(slot: number, cell: Cell): void;
  /** The observation is whole. */
  end(): void;
  /** Instead of what was said of the observation so far: its row, where it makes one. */
  instead(row: Row | undefined): void;
}

/** How an observation is read that is not plain. */
export type ReadRow = (observation: Observation, at: number) => Row | undefined;

/**
 * Reads observations out of their bytes without making objects of them: as `rowOf` does, several times as fast. Of the same
 * source most observations have the same facts in the same order, so a name is mostly known from where it stands.
 *
 * What is not plain (the gateway's, a frame that says something else, what was kept back as a whole) is decoded and left to `ReadRow`.
 */
export class FactReader {
  readonly #slots = new Map<string, number>(
    FRAME.map((name, slot): [string, number] => [name, slot]),
  );
  readonly #names: string[] = [...FRAME];
  readonly #encoded: Uint8Array[] = FRAME.map((name) => Buffer.from(name, "latin1"));
  /** The slots of the observation before, by where they stood. */
  readonly #order: number[] = [];
  #bytes: Uint8Array = new Uint8Array();
  #at = 0;

  /** The name of the facts of a slot. */
  nameOf(slot: number): string {
    return this.#names[slot] ?? "";
  }

  /**
   * @param isWhole whether everything in it is wanted; else each of them is left to `readRow`
   * @throws Error for bytes that are no observations
   */
  read(bytes: Uint8Array, sink: FactSink, readRow: ReadRow, isWhole: boolean): void {
    this.#bytes = bytes;
    this.#at = 0;
    const count = this.#listOf();
    for (let at = 0; at < count; at++) {
      const from = this.#at;
      sink.begin(at);
      if (isWhole && this.#observation(sink)) {
        sink.end();
        continue;
      }
      this.#at = from;
      this.#skip();
      const observation = observationIn(bytes.subarray(from, this.#at));
      sink.instead(readRow(observation, at));
    }
    if (this.#at !== bytes.length) throw new Error("bytes behind observations");
  }

  /** @returns whether it is plain */
  #observation(sink: FactSink): boolean {
    const facts = this.#listOf();
    let isShown = false;
    for (let i = 0; i < facts; i++) {
      const head = this.#bytes[this.#at];
      if (head === HIDDEN_HEAD) {
        this.#at += HIDDEN_BYTES;
        continue;
      }
      if (head !== FACT_HEAD || this.#bytes[this.#at + 1] !== SALT_HEAD) return false;
      this.#at += FACT_BYTES;
      const slot = this.#name(i);
      if (slot < 0) return false;
      const isPlain = slot > PLACE ? this.#value(slot, sink) : this.#frame(slot, sink);
      if (!isPlain) return false;
      isShown = true;
    }
    return isShown;
  }

  /** @returns its slot; −1 for one that says how the others are meant */
  #name(position: number): number {
    const bytes = this.#bytes;
    const length = this.#argument(TEXT);
    const from = this.#at;
    this.#at += length;
    const expected = this.#order[position];
    if (expected !== undefined) {
      const name = this.#encoded[expected] as Uint8Array;
      let i = name.length === length ? 0 : length + 1;
      while (i < length && bytes[from + i] === name[i]) i++;
      if (i === length) return expected;
    }
    if (bytes[from] === AT) return -1;
    const name = Buffer.from(bytes.buffer, bytes.byteOffset + from, length).toString("latin1");
    let slot = this.#slots.get(name);
    if (slot === undefined) {
      slot = this.#names.length;
      this.#names.push(name);
      this.#encoded.push(Buffer.from(name, "latin1"));
      this.#slots.set(name, slot);
    }
    this.#order[position] = slot;
    return slot;
  }

  #frame(slot: number, sink: FactSink): boolean {
    if (slot === PLACE) return this.#place(sink);
    if (this.#major() !== TEXT) return false;
    const length = this.#argument(TEXT);
    const from = this.#at;
    this.#at += length;
    if (slot !== TIME) sink.text(slot, this.#bytes, from, this.#at);
    else {
      const moment = momentIn(this.#bytes, from, this.#at);
      if (moment === undefined) return false;
      sink.time(slot, moment);
    }
    return true;
  }

  /** Of two whole numbers; every other one has more to be looked at. */
  #place(sink: FactSink): boolean {
    if (this.#bytes[this.#at] !== PAIR_HEAD) return false;
    this.#at += 1;
    if (this.#major() > NEGATIVE) return false;
    const longitude = this.#whole() / UNITS;
    if (this.#major() > NEGATIVE) return false;
    const latitude = this.#whole() / UNITS;
    if (Math.abs(longitude) > 180 || Math.abs(latitude) > 90) return false;
    sink.place(PLACE, longitude, latitude);
    return true;
  }

  #value(slot: number, sink: FactSink): boolean {
    const bytes = this.#bytes;
    const from = this.#at;
    const head = bytes[from] as number;
    const major = head >> 5;
    if (major <= NEGATIVE) sink.integer(slot, this.#whole());
    else if (major === TEXT) {
      const length = this.#argument(TEXT);
      const start = this.#at;
      this.#at += length;
      sink.text(slot, bytes, start, this.#at);
    } else if (head === FALSE || head === TRUE) {
      this.#at += 1;
      sink.boolean(slot, head === TRUE);
    } else {
      const number = head === ONE_FIELD ? this.#decimal() : undefined;
      if (number !== undefined) sink.number(slot, number);
      else {
        this.#at = from;
        this.#skip();
        sink.other(slot, jsonOf(valueIn(bytes.subarray(from, this.#at))));
      }
    }
    return true;
  }

  /** `{"decimal": "7.25"}`, as far as a program has such a number. */
  #decimal(): number | undefined {
    const bytes = this.#bytes;
    this.#at += 1;
    for (let i = 0; i < DECIMAL.length; i++) {
      if (bytes[this.#at + i] !== DECIMAL[i]) return undefined;
    }
    this.#at += DECIMAL.length;
    if (this.#major() !== TEXT) return undefined;
    const length = this.#argument(TEXT);
    const from = this.#at;
    this.#at += length;
    const number = numberIn(bytes, from, this.#at);
    return Number.isFinite(number) ? number : undefined;
  }

  #whole(): number {
    const isNegative = this.#major() === NEGATIVE;
    const argument = this.#argument(isNegative ? NEGATIVE : 0);
    return isNegative ? -1 - argument : argument;
  }

  #listOf(): number {
    return this.#argument(LIST);
  }

  #major(): number {
    return (this.#bytes[this.#at] as number) >> 5;
  }

  /** What the head of an item says. */
  #argument(major: number): number {
    const bytes = this.#bytes;
    const head = bytes[this.#at] as number;
    if (head >> 5 !== major) throw new Error("no observation");
    const info = head & 31;
    this.#at += 1;
    if (info < 24) return info;
    if (info > 27) throw new Error("no observation");
    const end = this.#at + (1 << (info - 24));
    if (end > bytes.length) throw new Error("no observation");
    let argument = 0;
    while (this.#at < end) argument = argument * 256 + (bytes[this.#at++] as number);
    return argument;
  }

  #skip(): void {
    if (this.#at >= this.#bytes.length) throw new Error("no observation");
    const major = this.#major();
    if (major === SIMPLE) {
      this.#at += 1;
      return;
    }
    const argument = this.#argument(major);
    if (major === BYTES || major === TEXT) this.#at += argument;
    const items = major === LIST ? argument : major === MAP ? 2 * argument : 0;
    for (let i = 0; i < items; i++) this.#skip();
  }
}

const NEGATIVE = 1;
const BYTES = 2;
const TEXT = 3;
const LIST = 4;
const MAP = 5;
const SIMPLE = 7;
const FALSE = 0xf4;
const TRUE = 0xf5;
const ONE_FIELD = 0xa1;
const PAIR_HEAD = 0x82;
const AT = 0x40;
const UNITS = 1e7;
/** A fact that is kept back: 32 bytes. */
const HIDDEN_HEAD = 0x58;
const HIDDEN_BYTES = 34;
/** One that is shown: a list of three, of which the first is a salt of 16 bytes. */
const FACT_HEAD = 0x83;
const SALT_HEAD = 0x50;
const FACT_BYTES = 18;
const DECIMAL: Uint8Array = Buffer.from("\x67decimal", "latin1");

function observationIn(bytes: Uint8Array): Observation {
  const list = new Uint8Array(bytes.length + 1);
  list[0] = 0x81;
  list.set(bytes, 1);
  const read = decodeObservations(list);
  const [observation] = read.ok ? read.value : [];
  if (observation === undefined) throw new Error("no observation");
  return observation;
}

function valueIn(bytes: Uint8Array): CborValue {
  const read = decodeCbor(bytes);
  if (!read.ok) throw new Error("no value");
  return read.value;
}

const ZERO = 0x30;
const DOT = 0x2e;
const MINUS = 0x2d;
const EXACT_DIGITS = 15;
const POWERS: readonly number[] = Array.from({ length: EXACT_DIGITS + 1 }, (_, n) => 10 ** n);

/** A decimal of few digits is one whole number through another, both exact: so the double next to it, as `Number` gives. */
function numberIn(bytes: Uint8Array, from: number, to: number): number {
  const text = () =>
    Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString("latin1");
  const isNegative = bytes[from] === MINUS;
  let digits = 0;
  let behind = -1;
  let whole = 0;
  for (let at = isNegative ? from + 1 : from; at < to; at++) {
    const digit = (bytes[at] as number) - ZERO;
    if (bytes[at] === DOT) {
      behind = 0;
      continue;
    }
    if (digit < 0 || digit > 9 || digits === EXACT_DIGITS) return Number(text());
    whole = whole * 10 + digit;
    digits += 1;
    if (behind >= 0) behind += 1;
  }
  const number = behind > 0 ? whole / (POWERS[behind] as number) : whole;
  return isNegative ? -number : number;
}

/** The day that was read last, as eight digits: times of one source follow each other. */
let lastDay = 0;
let lastBegin = 0;

/** As `momentOf`, which reads what is not `2026-11-29T08:30:00Z`, with or without fractions of a second in three digits. */
function momentIn(bytes: Uint8Array, from: number, to: number): number | undefined {
  const length = to - from;
  const other = () =>
    momentOf(Buffer.from(bytes.buffer, bytes.byteOffset + from, length).toString("utf8"));
  const isPlain =
    (length === 20 || (length === 24 && bytes[from + 19] === DOT)) &&
    bytes[to - 1] === 0x5a &&
    bytes[from + 4] === MINUS &&
    bytes[from + 7] === MINUS &&
    bytes[from + 10] === 0x54 &&
    bytes[from + 13] === COLON &&
    bytes[from + 16] === COLON;
  if (!isPlain) return other();
  const century = twoDigits(bytes, from);
  const years = twoDigits(bytes, from + 2);
  const month = twoDigits(bytes, from + 5);
  const day = twoDigits(bytes, from + 8);
  const hour = twoDigits(bytes, from + 11);
  const minute = twoDigits(bytes, from + 14);
  const second = twoDigits(bytes, from + 17);
  const thousandths = length === 20 ? 0 : threeDigits(bytes, from + 20);
  const isThere =
    Math.min(century, years, month - 1, day - 1, hour, minute, second, thousandths) >= 0 &&
    // What is a day in some months alone, and a second that is none, others judge.
    month <= 12 &&
    day <= 28 &&
    hour <= 23 &&
    minute <= 59 &&
    second <= 59;
  if (!isThere) return other();
  const named = ((century * 100 + years) * 100 + month) * 100 + day;
  if (named !== lastDay) {
    lastDay = named;
    lastBegin = new Date(0).setUTCFullYear(century * 100 + years, month - 1, day);
  }
  return lastBegin + (hour * 3600 + minute * 60 + second) * 1000 + thousandths;
}

const COLON = 0x3a;

/** Negative where one of them is no digit. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const [tens, ones] = [(bytes[at] as number) - ZERO, (bytes[at + 1] as number) - ZERO];
  return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? -1000 : tens * 10 + ones;
}

function threeDigits(bytes: Uint8Array, at: number): number {
  const [hundreds, rest] = [(bytes[at] as number) - ZERO, twoDigits(bytes, at + 1)];
  return hundreds < 0 || hundreds > 9 ? -1000 : hundreds * 100 + rest;
}
