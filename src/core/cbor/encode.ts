import { compareBytes, utf8 } from "../bytes.ts";
import { InvariantError } from "../invariant.ts";
import type { CborKeyedMap, CborMap, CborValue } from "./value.ts";

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
  room(bytes.length);
  buffer.set(bytes, used);
  used += bytes.length;
}

function writeText(text: string): void {
  // Nearly all our text is short ASCII, which is copied without the encoder's allocation.
  if (text.length <= 64 && isAscii(text)) {
    writeHead(TEXT, text.length);
    room(text.length);
    for (let i = 0; i < text.length; i++) buffer[used++] = text.charCodeAt(i);
    return;
  }
  const bytes = utf8(text);
  writeHead(TEXT, bytes.length);
  writeRaw(bytes);
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

function writeInteger(value: number): void {
  if (!Number.isSafeInteger(value)) throw new InvariantError(`not a safe integer: ${value}`);
  if (value >= 0) writeHead(UINT, value);
  else writeHead(NEGINT, -1 - value);
}

function writeMap(map: CborMap): void {
  const keys: string[] = [];
  for (const key of Object.keys(map)) if (map[key] !== undefined) keys.push(key);
  writeHead(MAP, keys.length);
  for (const { name, encoded } of keys.length < 2 ? keys.map(encodedKey) : inOrder(keys)) {
    writeRaw(encoded);
    write(map[name] as CborValue);
  }
}

type EncodedKey = { readonly name: string; readonly encoded: Uint8Array };

// The maps of a ledger come in a few dozen shapes, so the order of their keys and the keys' bytes are worth remembering.
// Bounded, because names of attributes come from outside.
const MAX_REMEMBERED = 4096;
const SEPARATOR = "\u0000";
const orders = new Map<string, readonly EncodedKey[]>();
const encodedKeys = new Map<string, EncodedKey>();

function inOrder(keys: readonly string[]): readonly EncodedKey[] {
  const shape = keys.join(SEPARATOR);
  const known = orders.get(shape);
  if (known !== undefined && known.length === keys.length) return known;
  const order = keys.map(encodedKey).sort((a, b) => compareBytes(a.encoded, b.encoded));
  // Keys that hold the separator are not remembered; then a text of n − 1 separators can only be the same n keys.
  if (keys.some((key) => key.includes(SEPARATOR))) return order;
  if (orders.size >= MAX_REMEMBERED) orders.clear();
  orders.set(shape, order);
  return order;
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
