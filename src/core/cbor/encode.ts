import { compareBytes, concat, utf8 } from "../bytes.ts";
import { InvariantError } from "../invariant.ts";
import { headOfList, spansOfFields } from "./decode.ts";
import { type CborTemplate, type EncodedKey, EncodedMap, EncodedValue } from "./template.ts";
import type { CborKeyedMap, CborMap, CborValue } from "./value.ts";

/**
 * What maps have in common that differ in some fields only.
 *
 * @param map one of them
 * @param differing the names of the fields in which others differ from it
 */
export function templateOf(map: CborMap, differing: readonly string[]): CborTemplate {
  const names = Object.keys(map).filter((name) => map[name] !== undefined);
  const fields = names.map(encodedKey).sort((a, b) => compareBytes(a.encoded, b.encoded));
  const parts: (Uint8Array | EncodedKey)[] = [];
  let bytes: Uint8Array[] = [headOf(MAP, fields.length)];
  for (const key of fields) {
    bytes.push(key.encoded);
    if (differing.includes(key.name)) {
      parts.push(concat(...bytes), key);
      bytes = [];
    } else {
      bytes.push(encodeCbor(map[key.name] as CborValue));
    }
  }
  return { parts: bytes.length === 0 ? parts : [...parts, concat(...bytes)] };
}

const UINT = 0;
const NEGINT = 1;
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const MAP = 5;

/**
 * Encodes deterministically: shortest heads, definite lengths, map keys in bytewise order of their encodings.
 *
 * @throws InvariantError for a value outside the subset (a float, an unsafe integer, the key `__proto__`): the caller's bug
 * @see RFC 8949 §4.2.1
 */
export function encodeCbor(value: CborValue): Uint8Array {
  const start = used;
  try {
    write(value);
    return buffer.slice(start, used);
  } finally {
    used = start;
  }
}

/** One list of the items of several, all as `encodeCbor` writes them. */
export function joinLists(lists: readonly Uint8Array[]): Uint8Array {
  const heads = lists.map(headOfList);
  const count = heads.reduce((sum, head) => sum + head.count, 0);
  const items = lists.map((list, i) => list.subarray(heads[i]?.at));
  return concat(headOf(ARRAY, count), ...items);
}

/**
 * Encodes each value as `encodeCbor` does. The results are views of one buffer: for many that are needed for a short time.
 */
export function encodeAllCbor(values: readonly (CborValue | EncodedValue)[]): Uint8Array[] {
  const start = used;
  try {
    const ends = values.map((value) => {
      if (!(value instanceof EncodedValue)) write(value);
      return used - start;
    });
    const all = buffer.slice(start, used);
    return values.map((value, i) =>
      value instanceof EncodedValue
        ? value.bytes
        : all.subarray(i === 0 ? 0 : ends[i - 1], ends[i]),
    );
  } finally {
    used = start;
  }
}

/**
 * Encodes a map of a template. The result is a view of a page that it shares with others.
 *
 * @param fields those in which it differs; they may stand among others
 */
export function fillTemplate(template: CborTemplate, fields: CborMap | EncodedMap): EncodedValue {
  const start = used;
  try {
    if (fields instanceof EncodedMap) writeSpliced(template, fields);
    else writeFields(template, fields);
    return new EncodedValue(onPage(start, used));
  } finally {
    used = start;
  }
}

const PAGE_BYTES = 1 << 16;
let page = new Uint8Array(0);
let pageUsed = 0;

/** Copies bytes of the buffer to where they stay. */
function onPage(start: number, end: number): Uint8Array {
  const length = end - start;
  if (pageUsed + length > page.length) {
    page = new Uint8Array(Math.max(PAGE_BYTES, length));
    pageUsed = 0;
  }
  const from = pageUsed;
  pageUsed += length;
  page.set(buffer.subarray(start, end), from);
  return page.subarray(from, pageUsed);
}

// One growing buffer for all calls: encoding is synchronous, and allocating per value would cost more than writing it.
let buffer = new Uint8Array(1 << 16);
let used = 0;

function write(value: CborValue): void {
  if (typeof value === "string") writeText(value);
  else if (typeof value === "number") writeInteger(value);
  else if (typeof value === "boolean") writeByte(value ? 0xf5 : 0xf4);
  else if (value === null) writeByte(0xf6);
  else if (value instanceof Uint8Array) writeBytes(value);
  else if (isArray(value)) writeArray(value);
  else if (value instanceof Map) writeKeyedMap(value);
  else writeMap(value as CborMap);
}

// Array.isArray does not narrow a readonly array.
function isArray(value: CborValue): value is readonly CborValue[] {
  return Array.isArray(value);
}

function writeFields({ parts }: CborTemplate, fields: CborMap): void {
  for (const part of parts) {
    if (part instanceof Uint8Array) writeRaw(part);
    else write(fields[part.name] as CborValue);
  }
}

/** The encoding of the other map has its fields in the same order. */
function writeSpliced({ parts }: CborTemplate, { bytes, at }: EncodedMap): void {
  spansOfFields(bytes, at, spans);
  let field = 0;
  for (const part of parts) {
    if (part instanceof Uint8Array) {
      writeRaw(part);
      continue;
    }
    while (!isKey(part.encoded, bytes, spans[field] as number, spans[field + 1] as number)) {
      field += 3;
    }
    writeSpan(bytes, spans[field + 1] as number, spans[field + 2] as number);
  }
}

// Filled and read within one synchronous call.
const spans: number[] = [];

function isKey(key: Uint8Array, bytes: Uint8Array, from: number, to: number): boolean {
  if (key.length !== to - from) return false;
  for (let i = 0; i < key.length; i++) if (key[i] !== bytes[from + i]) return false;
  return true;
}

function writeSpan(bytes: Uint8Array, from: number, to: number): void {
  const length = to - from;
  room(length);
  if (length > MAX_COPIED_BY_HAND) buffer.set(bytes.subarray(from, to), used);
  else for (let i = 0; i < length; i++) buffer[used + i] = bytes[from + i] as number;
  used += length;
}

function writeByte(byte: number): void {
  room(1);
  buffer[used++] = byte;
}

function writeBytes(bytes: Uint8Array): void {
  writeHead(BYTES, bytes.length);
  writeRaw(bytes);
}

function writeArray(items: readonly CborValue[]): void {
  writeHead(ARRAY, items.length);
  for (const item of items) write(item);
}

function writeRaw(bytes: Uint8Array): void {
  const { length } = bytes;
  room(length);
  // A call to copy a handful of bytes takes longer than copying them.
  if (length > MAX_COPIED_BY_HAND) buffer.set(bytes, used);
  else for (let i = 0; i < length; i++) buffer[used + i] = bytes[i] as number;
  used += length;
}

const MAX_COPIED_BY_HAND = 40;

function writeText(text: string): void {
  // Nearly all our text is short and in the basic plane, and is written without the encoder's allocation.
  const isShort = text.length <= MAX_TEXT_BY_HAND;
  if (isShort && writeAscii(text)) return;
  const bytes = isShort ? utf8Length(text) : SURROGATES;
  if (bytes === SURROGATES) {
    const encoded = utf8(text);
    writeHead(TEXT, encoded.length);
    writeRaw(encoded);
    return;
  }
  writeHead(TEXT, bytes);
  room(bytes);
  writeUtf8(text);
}

/** @returns whether all of it is ASCII, and was written: most is, and to look first would be another walk */
function writeAscii(text: string): boolean {
  const start = used;
  const { length } = text;
  writeHead(TEXT, length);
  room(length);
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) {
      used = start;
      return false;
    }
    buffer[used + i] = unit;
  }
  used += length;
  return true;
}

const MAX_TEXT_BY_HAND = 128;
const SURROGATES = -1;

/** Bytes of the text in UTF-8, or `SURROGATES` where it has characters outside the basic plane. */
function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    if (unit >= 0xd800 && unit <= 0xdfff) return SURROGATES;
    bytes += unit < 0x800 ? 1 : 2;
  }
  return bytes;
}

/** RFC 3629 §3, one to three bytes a character. */
function writeUtf8(text: string): void {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) {
      buffer[used++] = unit;
    } else if (unit < 0x800) {
      buffer[used++] = 0xc0 | (unit >> 6);
      buffer[used++] = 0x80 | (unit & 0x3f);
    } else {
      buffer[used++] = 0xe0 | (unit >> 12);
      buffer[used++] = 0x80 | ((unit >> 6) & 0x3f);
      buffer[used++] = 0x80 | (unit & 0x3f);
    }
  }
}

function writeInteger(value: number): void {
  if (!Number.isSafeInteger(value)) throw new InvariantError(`not a safe integer: ${value}`);
  if (value >= 0) writeHead(UINT, value);
  else writeHead(NEGINT, -1 - value);
}

function writeMap(map: CborMap): void {
  const names = Object.keys(map);
  const order = names.length < 2 ? names.map(encodedKey) : inOrder(names);
  if (order.length < 24) writeSmallMap(map, order);
  else writeLargeMap(map, order);
}

/** How many fields there are, without those that are absent, fits the head's one byte and is written last. */
function writeSmallMap(map: CborMap, order: readonly EncodedKey[]): void {
  const head = used;
  writeHead(MAP, 0);
  let count = 0;
  for (const { name, encoded } of order) {
    const value = map[name];
    if (value === undefined) continue;
    writeRaw(encoded);
    write(value);
    count++;
  }
  buffer[head] = (MAP << 5) | count;
}

function writeLargeMap(map: CborMap, order: readonly EncodedKey[]): void {
  const fields = order.filter(({ name }) => map[name] !== undefined);
  writeHead(MAP, fields.length);
  for (const { name, encoded } of fields) {
    writeRaw(encoded);
    write(map[name] as CborValue);
  }
}

/** Names as an object has them, and in the order of their encodings. */
type Shape = { readonly names: readonly string[]; readonly order: readonly EncodedKey[] };

// The maps of a ledger come in a few dozen shapes, so the order of their keys and the keys' bytes are worth remembering,
// by first name. Bounded, because names of attributes come from outside, in maps of many fields.
const MAX_REMEMBERED = 4096;
const MAX_REMEMBERED_FIELDS = 16_384;
const MAX_SHAPES_A_NAME = 16;
const shapes = new Map<string, Shape[]>();
let rememberedFields = 0;
const encodedKeys = new Map<string, EncodedKey>();

function inOrder(names: readonly string[]): readonly EncodedKey[] {
  const first = names[0] as string;
  const known = shapes.get(first);
  const found = known?.find((shape) => isOf(shape, names));
  if (found !== undefined) return found.order;
  const order = names.map(encodedKey).sort((a, b) => compareBytes(a.encoded, b.encoded));
  rememberedFields += names.length;
  if (rememberedFields > MAX_REMEMBERED_FIELDS) {
    shapes.clear();
    rememberedFields = names.length;
  }
  const newest = { names, order };
  shapes.set(
    first,
    known === undefined ? [newest] : [newest, ...known.slice(0, MAX_SHAPES_A_NAME - 1)],
  );
  return order;
}

function isOf({ names: known }: Shape, names: readonly string[]): boolean {
  if (known.length !== names.length) return false;
  for (let i = 0; i < known.length; i++) if (known[i] !== names[i]) return false;
  return true;
}

function encodedKey(name: string): EncodedKey {
  const known = encodedKeys.get(name);
  if (known !== undefined) return known;
  if (name === "__proto__") throw new InvariantError("a key that no decoder of ours takes");
  const key = { name, encoded: encodeCbor(name) };
  if (encodedKeys.size >= MAX_REMEMBERED) encodedKeys.clear();
  encodedKeys.set(name, key);
  return key;
}

function writeKeyedMap(map: CborKeyedMap): void {
  const fields = [...map].map(([key, value]) => ({ head: encodeCbor(key), value }));
  fields.sort((a, b) => compareBytes(a.head, b.head));
  writeHead(MAP, fields.length);
  for (const { head, value } of fields) {
    writeRaw(head);
    write(value);
  }
}

function writeHead(major: number, argument: number): void {
  room(9);
  const top = major << 5;
  if (argument < 24) {
    buffer[used++] = top | argument;
  } else if (argument < 0x100) {
    buffer[used++] = top | 24;
    buffer[used++] = argument;
  } else if (argument < 0x10000) {
    buffer[used++] = top | 25;
    buffer[used++] = argument >> 8;
    buffer[used++] = argument & 0xff;
  } else if (argument < 0x100000000) {
    buffer[used++] = top | 26;
    writeUint32(argument);
  } else {
    buffer[used++] = top | 27;
    writeUint32(Math.floor(argument / 0x100000000));
    writeUint32(argument % 0x100000000);
  }
}

function headOf(major: number, argument: number): Uint8Array {
  const start = used;
  writeHead(major, argument);
  const head = buffer.slice(start, used);
  used = start;
  return head;
}

function writeUint32(n: number): void {
  buffer[used++] = n >>> 24;
  buffer[used++] = (n >>> 16) & 0xff;
  buffer[used++] = (n >>> 8) & 0xff;
  buffer[used++] = n & 0xff;
}

function room(bytes: number): void {
  if (used + bytes <= buffer.length) return;
  const larger = new Uint8Array(Math.max(buffer.length * 2, used + bytes));
  larger.set(buffer);
  buffer = larger;
}
