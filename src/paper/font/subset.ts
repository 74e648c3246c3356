import { concat } from "../../core/index.ts";
import { type TrueType, view } from "./true-type.ts";

// Cuts a font down to some glyphs, for embedding: what a reader of PDF draws with, and no more.
// @see ISO 32000-1, 9.9 (which tables it needs)

/**
 * A font file with these glyphs, in this order; the glyphs that they are composed of follow. One glyph may stand in it
 * several times, so that each character can have a number of its own. The first should be glyph 0.
 */
export function subsetTrueType(font: TrueType, glyphs: readonly number[]): Uint8Array {
  const { all, outlines } = gatherOutlines(font, glyphs);
  const offsets = new DataView(new ArrayBuffer((all.length + 1) * 4));
  let end = 0;
  for (const [i, outline] of outlines.entries()) {
    end += outline.length;
    offsets.setUint32((i + 1) * 4, end);
  }
  const metrics = new DataView(new ArrayBuffer(all.length * 4));
  for (const [i, glyph] of all.entries()) {
    metrics.setUint16(i * 4, font.advanceOf(glyph));
    metrics.setInt16(i * 4 + 2, font.bearingOf(glyph));
  }
  return writeFontFile(
    new Map([
      ...["cvt ", "fpgm"].flatMap((tag) => copyOf(font, tag)),
      ["glyf", concat(...outlines)],
      [
        "head",
        patched(font, "head", [
          [8, 0],
          [50, 1],
        ]),
      ],
      ["hhea", patched(font, "hhea", [[34, all.length]])],
      ["hmtx", bytesOf(metrics)],
      ["loca", bytesOf(offsets)],
      ["maxp", patched(font, "maxp", [[4, all.length]])],
      ...copyOf(font, "prep"),
    ]),
  );
}

/** The outlines, each padded to a multiple of four, with the parts of composed ones renumbered. */
function gatherOutlines(font: TrueType, glyphs: readonly number[]) {
  const all = [...glyphs];
  const places = new Map<number, number>();
  for (const [place, glyph] of glyphs.entries()) if (!places.has(glyph)) places.set(glyph, place);
  const outlines: Uint8Array[] = [];
  for (let i = 0; i < all.length; i++) {
    const original = font.outlineOf(all[i] ?? 0);
    const outline = new Uint8Array(Math.ceil(original.length / 4) * 4);
    outline.set(original);
    for (const at of componentsOf(original)) {
      const part = view(outline).getUint16(at);
      const place = places.get(part) ?? all.push(part) - 1;
      places.set(part, place);
      view(outline).setUint16(at, place);
    }
    outlines.push(outline);
  }
  return { all, outlines };
}

const ARGUMENTS_ARE_WORDS = 0x0001;
const HAS_SCALE = 0x0008;
const MORE_COMPONENTS = 0x0020;
const HAS_TWO_SCALES = 0x0040;
const HAS_MATRIX = 0x0080;

/** Where in a composed outline the numbers of its parts stand. */
function componentsOf(outline: Uint8Array): number[] {
  const bytes = view(outline);
  if (outline.length === 0 || bytes.getInt16(0) >= 0) return [];
  const places: number[] = [];
  let flags = MORE_COMPONENTS;
  for (let at = 10; flags & MORE_COMPONENTS; ) {
    flags = bytes.getUint16(at);
    places.push(at + 2);
    at += flags & ARGUMENTS_ARE_WORDS ? 8 : 6;
    if (flags & HAS_SCALE) at += 2;
    else if (flags & HAS_TWO_SCALES) at += 4;
    else if (flags & HAS_MATRIX) at += 8;
  }
  return places;
}

function copyOf(font: TrueType, tag: string): [string, Uint8Array][] {
  const table = font.table(tag);
  return table === undefined ? [] : [[tag, table]];
}

/** A copy of a table with some 16-bit fields changed; at 8 in `head` stands the sum of the file, of 32 bits. */
function patched(
  font: TrueType,
  tag: string,
  fields: readonly (readonly [number, number])[],
): Uint8Array {
  const table = Uint8Array.from(font.table(tag) ?? []);
  for (const [at, value] of fields) {
    view(table).setUint16(at, value);
    if (tag === "head" && at === 8) view(table).setUint32(at, value);
  }
  return table;
}

const FILE_SUM = 0xb1b0afba;

function writeFontFile(tables: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const start = 12 + 16 * tables.size;
  const length = [...tables.values()].reduce((sum, table) => sum + padded(table.length), start);
  const file = new Uint8Array(length);
  const bytes = view(file);
  const power = Math.floor(Math.log2(tables.size));
  bytes.setUint32(0, 0x00010000);
  bytes.setUint16(4, tables.size);
  bytes.setUint16(6, 2 ** power * 16);
  bytes.setUint16(8, power);
  bytes.setUint16(10, (tables.size - 2 ** power) * 16);
  let [row, offset, head] = [12, start, 0];
  for (const [tag, table] of tables) {
    file.set(table, offset);
    for (let i = 0; i < 4; i++) file[row + i] = tag.charCodeAt(i);
    bytes.setUint32(row + 4, sumOf(file.subarray(offset, offset + padded(table.length))));
    bytes.setUint32(row + 8, offset);
    bytes.setUint32(row + 12, table.length);
    if (tag === "head") head = offset;
    row += 16;
    offset += padded(table.length);
  }
  bytes.setUint32(head + 8, (FILE_SUM - sumOf(file)) >>> 0);
  return file;
}

function sumOf(words: Uint8Array): number {
  const bytes = view(words);
  let sum = 0;
  for (let at = 0; at < words.length; at += 4) sum = (sum + bytes.getUint32(at)) >>> 0;
  return sum;
}

function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}

function bytesOf({ buffer }: DataView): Uint8Array {
  return new Uint8Array(buffer as ArrayBuffer);
}
