import type { ColumnChunk, Encoding, Statistics } from "hyparquet";
import type { ByteWriter } from "hyparquet-writer";
import { writePageHeader } from "hyparquet-writer/src/datapage.js";
import { snappyCompress } from "hyparquet-writer/src/snappy.js";
import { type ColumnValues, isNumeric, LENGTH_BYTES } from "./column-values.ts";
import type { ColumnType } from "./columns.ts";
import { type Dictionary, dictionaryOf } from "./dictionary.ts";

type PhysicalType = "INT64" | "DOUBLE" | "BOOLEAN" | "BYTE_ARRAY";

const PHYSICAL: Readonly<Record<ColumnType, PhysicalType>> = {
  integer: "INT64",
  time: "INT64",
  number: "DOUBLE",
  boolean: "BOOLEAN",
  text: "BYTE_ARRAY",
  json: "BYTE_ARRAY",
  place: "BYTE_ARRAY",
};

/**
 * Writes what one column of a row group says: a dictionary and places in it where many rows say the same, else one value behind the
 * other and compressed. The library makes the same out of arrays of objects, which takes several times as long.
 *
 * @returns where it stands, counted from the beginning of `out`
 */
export function writeChunk(out: ByteWriter, values: ColumnValues, rows: number): ColumnChunk {
  const type = PHYSICAL[values.type];
  const levels = levelsOf(values, rows);
  const start = out.offset;
  const dictionary = type === "BOOLEAN" ? undefined : dictionaryOf(values);
  let size = 0;
  if (dictionary !== undefined) size += writeDictionary(out, dictionary, values);
  const dataStart = out.offset;
  const encoding: Encoding = dictionary === undefined ? "PLAIN" : "RLE_DICTIONARY";
  const page = dictionary === undefined ? plainPage(values, type) : indexPage(dictionary);
  // Places in a dictionary are as short as they get.
  const packed = dictionary === undefined ? snappyCompress(page) : page;
  const header = out.offset;
  writePageHeader(out, {
    type: "DATA_PAGE_V2",
    uncompressed_page_size: levels.length + page.length,
    compressed_page_size: levels.length + packed.length,
    data_page_header_v2: {
      ...{ num_values: rows, num_nulls: rows - values.count, num_rows: rows, encoding },
      ...{ definition_levels_byte_length: levels.length, repetition_levels_byte_length: 0 },
      is_compressed: true,
    },
  });
  size += out.offset - header + levels.length + page.length;
  out.appendBytes(levels);
  out.appendBytes(packed);
  const encodings: Encoding[] = dictionary === undefined ? ["PLAIN"] : ["PLAIN", encoding];
  return {
    file_offset: BigInt(start),
    meta_data: {
      ...{ type, encodings, path_in_schema: [values.name], num_values: BigInt(rows) },
      codec: dictionary === undefined ? "SNAPPY" : "UNCOMPRESSED",
      total_uncompressed_size: BigInt(size),
      total_compressed_size: BigInt(out.offset - start),
      data_page_offset: BigInt(dataStart),
      ...(dictionary && { dictionary_page_offset: BigInt(start) }),
      statistics: { null_count: BigInt(rows - values.count), ...boundsOf(values, dictionary) },
    },
  };
}

/** 1 for each row that says something: as one run where all of them do, or none. */
function levelsOf({ count, rows: said }: ColumnValues, rows: number): Uint8Array {
  if (count === rows || count === 0) return run(rows, count === 0 ? 0 : 1, 1);
  return bitPacked(said, rows, 1);
}

/** A run of one value, in as many bytes as `width` bits take. */
function run(count: number, value: number, width: number): Uint8Array {
  const bytes = varint(2 * count);
  for (let bits = 0; bits < width; bits += 8) bytes.push((value >>> bits) & 0xff);
  return Uint8Array.from(bytes);
}

function varint(n: number): number[] {
  const bytes: number[] = [];
  let rest = n;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return bytes;
}

/** All of them in one run of groups of eight, each in `width` bits; at most 24. */
function bitPacked(values: Uint8Array | Uint16Array, count: number, width: number): Uint8Array {
  const groups = Math.ceil(count / 8);
  const head = varint(2 * groups + 1);
  const bytes = new Uint8Array(head.length + groups * width);
  bytes.set(head);
  let at = head.length;
  let buffer = 0;
  let bits = 0;
  for (let i = 0; i < count; i++) {
    buffer |= (values[i] as number) << bits;
    bits += width;
    while (bits >= 8) {
      bytes[at++] = buffer & 0xff;
      buffer >>>= 8;
      bits -= 8;
    }
  }
  if (bits > 0) bytes[at] = buffer & 0xff;
  return bytes;
}

function plainPage(values: ColumnValues, type: PhysicalType): Uint8Array {
  if (type === "BYTE_ARRAY") return values.bytes.subarray(0, values.used);
  const numbers = values.numbers.subarray(0, values.count);
  return type === "BOOLEAN" ? bitsOf(numbers) : numbersOf(numbers, type);
}

function bitsOf(numbers: Float64Array): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(numbers.length / 8));
  for (let i = 0; i < numbers.length; i++) {
    if (numbers[i] === 1) bytes[i >>> 3] = (bytes[i >>> 3] as number) | (1 << (i & 7));
  }
  return bytes;
}

const HIGH = 2 ** 32;

function numbersOf(numbers: Float64Array, type: "INT64" | "DOUBLE"): Uint8Array {
  const bytes = new Uint8Array(8 * numbers.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0, at = 0; i < numbers.length; i++, at += 8) {
    const number = numbers[i] as number;
    if (type === "DOUBLE") view.setFloat64(at, number, true);
    else {
      // In two halves: a number of 64 bits would be an object of its own.
      const high = Math.floor(number / HIGH);
      view.setUint32(at, number - high * HIGH, true);
      view.setInt32(at + 4, high, true);
    }
  }
  return bytes;
}

/** @returns its length before it was compressed, which it is not */
function writeDictionary(
  out: ByteWriter,
  { firsts }: Dictionary,
  { type, numbers, bytes, starts }: ColumnValues,
): number {
  const start = out.offset;
  const page = isNumeric(type)
    ? numbersOf(
        Float64Array.from(firsts, (i) => numbers[i] as number),
        type === "number" ? "DOUBLE" : "INT64",
      )
    : Buffer.concat(
        firsts.map((i) => {
          const at = starts[i] as number;
          return bytes.subarray(at, at + LENGTH_BYTES + lengthAt(bytes, at));
        }),
      );
  writePageHeader(out, {
    ...{ type: "DICTIONARY_PAGE", uncompressed_page_size: page.length },
    compressed_page_size: page.length,
    dictionary_page_header: { num_values: firsts.length, encoding: "PLAIN" },
  });
  out.appendBytes(page);
  return out.offset - start;
}

function indexPage({ firsts, indexes, count }: Dictionary): Uint8Array {
  const width = firsts.length <= 1 ? 0 : 32 - Math.clz32(firsts.length - 1);
  const packed = width === 0 ? run(count, 0, 0) : bitPacked(indexes, count, width);
  const page = new Uint8Array(1 + packed.length);
  page[0] = width;
  page.set(packed, 1);
  return page;
}

type Bounds = Pick<Statistics, "min_value" | "max_value">;

/** The least and the greatest that stands there: a place is neither. What is there many times is looked at once. */
function boundsOf(values: ColumnValues, dictionary: Dictionary | undefined): Bounds {
  const { type, count, numbers } = values;
  if (count === 0 || type === "place" || type === "json") return {};
  const firsts = dictionary?.firsts;
  if (type === "text") return textBounds(values, firsts);
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const different = firsts?.length ?? count;
  for (let i = 0; i < different; i++) {
    const number = numbers[firsts === undefined ? i : (firsts[i] as number)] as number;
    if (number < min) min = number;
    if (number > max) max = number;
  }
  if (type === "boolean") return { min_value: min === 1, max_value: max === 1 };
  if (type !== "number") return { min_value: BigInt(min), max_value: BigInt(max) };
  // Of two zeros the least is the negative one: the format says so.
  return { min_value: min === 0 ? -0 : min, max_value: max === 0 ? 0 : max };
}

/** In the order of their bytes, which is that of the characters. */
function textBounds(
  { bytes, starts, count }: ColumnValues,
  firsts: readonly number[] | undefined,
): Bounds {
  let [min, max] = [starts[0] as number, starts[0] as number];
  // What the least and the greatest begin with: whatever stands between them begins with it too.
  let shared = lengthAt(bytes, min);
  const different = firsts?.length ?? count;
  for (let i = 1; i < different; i++) {
    const at = starts[firsts === undefined ? i : (firsts[i] as number)] as number;
    const same = sameUpTo(bytes, at, min, shared);
    if (same < shared) {
      shared = same;
      if (isBefore(bytes, at, min, same)) min = at;
      else max = at;
    } else if (isBefore(bytes, at, min, same)) min = at;
    else if (isBefore(bytes, max, at, same)) max = at;
  }
  const textAt = (at: number) =>
    bytes.slice(at + LENGTH_BYTES, at + LENGTH_BYTES + lengthAt(bytes, at));
  return { min_value: textAt(min), max_value: textAt(max) };
}

/** How many bytes of two values are the same from the beginning, of so many that one of them has. */
function sameUpTo(bytes: Uint8Array, a: number, b: number, most: number): number {
  const end = Math.min(most, lengthAt(bytes, a));
  const [i, j] = [a + LENGTH_BYTES, b + LENGTH_BYTES];
  let same = 0;
  while (same < end && bytes[i + same] === bytes[j + same]) same += 1;
  return same;
}

/** @param same how many bytes of both are known to be the same */
function isBefore(bytes: Uint8Array, a: number, b: number, same: number): boolean {
  const [left, right] = [lengthAt(bytes, a), lengthAt(bytes, b)];
  const [i, j] = [a + LENGTH_BYTES, b + LENGTH_BYTES];
  for (let k = same; k < left && k < right; k++) {
    const difference = (bytes[i + k] as number) - (bytes[j + k] as number);
    if (difference !== 0) return difference < 0;
  }
  return left < right;
}

/** The length that stands before a value. */
export function lengthAt(bytes: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
  return a + b * 0x100 + c * 0x1_0000 + d * 0x100_0000;
}
