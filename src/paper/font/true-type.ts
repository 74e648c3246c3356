import { InvariantError, present } from "../../core/index.ts";

// A TrueType font, as far as a page needs it. Our fonts come with the program, so what is wrong in one is a bug.
// @see ISO/IEC 14496-22 (OpenType), chapters 5.2 and 5.3

export type TrueType = {
  /** PostScript name. */
  readonly name: string;
  readonly unitsPerEm: number;
  /** All in font units, as is what follows. */
  readonly ascent: number;
  readonly descent: number;
  readonly capHeight: number;
  readonly box: readonly [number, number, number, number];
  /** The glyph of a character; 0 where the font has none. */
  glyphOf(codePoint: number): number;
  advanceOf(glyph: number): number;
  bearingOf(glyph: number): number;
  /** Its record in `glyf`; empty for a space. */
  outlineOf(glyph: number): Uint8Array;
  /** A table as it stands in the file. */
  table(tag: string): Uint8Array | undefined;
};

const POSTSCRIPT_NAME = 6;

/** Reads the tables of a font with long or short `loca`, and a `cmap` of format 12. */
export function openTrueType(file: Uint8Array): TrueType {
  const tables = readDirectory(file);
  const table = (tag: string) => present(tables.get(tag), `table ${tag} of a font`);
  const [head, hhea, os2] = [view(table("head")), view(table("hhea")), view(table("OS/2"))];
  const glyphCount = view(table("maxp")).getUint16(4);
  const hmtx = view(table("hmtx"));
  const metricCount = hhea.getUint16(34);
  const loca = view(table("loca"));
  const hasLongLoca = head.getInt16(50) === 1;
  const offsetOf = (glyph: number) =>
    hasLongLoca ? loca.getUint32(glyph * 4) : loca.getUint16(glyph * 2) * 2;
  const groups = readGroups(table("cmap"));
  const known = (glyph: number): number => {
    if (glyph < glyphCount) return glyph;
    throw new InvariantError(`no glyph ${glyph} in a font of ${glyphCount}`);
  };
  return {
    name: readName(table("name")),
    unitsPerEm: head.getUint16(18),
    ascent: hhea.getInt16(4),
    descent: hhea.getInt16(6),
    capHeight: os2.getInt16(88),
    box: [head.getInt16(36), head.getInt16(38), head.getInt16(40), head.getInt16(42)],
    glyphOf: (codePoint) => findGlyph(groups, codePoint),
    advanceOf: (glyph) => hmtx.getUint16(Math.min(known(glyph), metricCount - 1) * 4),
    bearingOf: (glyph) =>
      known(glyph) < metricCount
        ? hmtx.getInt16(glyph * 4 + 2)
        : hmtx.getInt16(metricCount * 4 + (glyph - metricCount) * 2),
    outlineOf: (glyph) => table("glyf").subarray(offsetOf(known(glyph)), offsetOf(glyph + 1)),
    table: (tag) => tables.get(tag),
  };
}

function readDirectory(file: Uint8Array): Map<string, Uint8Array> {
  const bytes = view(file);
  const tables = new Map<string, Uint8Array>();
  for (let i = 0; i < bytes.getUint16(4); i++) {
    const at = 12 + 16 * i;
    const tag = String.fromCharCode(...file.subarray(at, at + 4));
    const offset = bytes.getUint32(at + 8);
    tables.set(tag, file.subarray(offset, offset + bytes.getUint32(at + 12)));
  }
  return tables;
}

/** `[first character, last character, first glyph]`, in order. */
type Group = readonly [number, number, number];

const SEGMENTED_COVERAGE = 12;

function readGroups(cmap: Uint8Array): readonly Group[] {
  const bytes = view(cmap);
  for (let i = 0; i < bytes.getUint16(2); i++) {
    const at = bytes.getUint32(4 + 8 * i + 4);
    if (bytes.getUint16(at) !== SEGMENTED_COVERAGE) continue;
    return Array.from({ length: bytes.getUint32(at + 12) }, (_, group): Group => {
      const start = at + 16 + 12 * group;
      return [bytes.getUint32(start), bytes.getUint32(start + 4), bytes.getUint32(start + 8)];
    });
  }
  throw new InvariantError("a font without cmap of format 12");
}

function findGlyph(groups: readonly Group[], codePoint: number): number {
  let [low, high] = [0, groups.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const [first, last, glyph] = present(groups[middle], "a group of cmap");
    if (codePoint < first) high = middle - 1;
    else if (codePoint > last) low = middle + 1;
    else return glyph + codePoint - first;
  }
  return 0;
}

function readName(names: Uint8Array): string {
  const bytes = view(names);
  const storage = bytes.getUint16(4);
  for (let i = 0; i < bytes.getUint16(2); i++) {
    const at = 6 + 12 * i;
    if (bytes.getUint16(at + 6) !== POSTSCRIPT_NAME) continue;
    const start = storage + bytes.getUint16(at + 10);
    const units = names.subarray(start, start + bytes.getUint16(at + 8));
    // Letters, digits and hyphens, in one byte or two.
    return String.fromCharCode(...units.filter((unit) => unit !== 0));
  }
  throw new InvariantError("a font without a PostScript name");
}

export function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
