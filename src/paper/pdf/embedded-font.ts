import { utf8 } from "../../core/index.ts";
import { subsetTrueType } from "../font/subset.ts";
import type { TrueType } from "../font/true-type.ts";
import type { PdfWriter } from "./file.ts";
import { dict, type PdfRef, type PdfValue } from "./value.ts";

// A font of which a document holds only what it shows. Each character has a number of its own, in the order of first use, so
// that text can be copied and searched exactly. @see ISO 32000-1, 9.7

export type EmbeddedFont = {
  /** The number of a character in this document, from now on; `undefined` where the font has no glyph for it. */
  use(codePoint: number): number | undefined;
  has(codePoint: number): boolean;
  /** In thousandths of the size. */
  widthOf(codePoint: number): number;
  /** Above the base line, as a part of the size. */
  readonly capHeight: number;
  /** Writes what was used, once, when all text is drawn; nothing where no text was. */
  finish(pdf: PdfWriter): PdfRef | undefined;
};

export function createEmbeddedFont(font: TrueType): EmbeddedFont {
  // Number 0 is the glyph of what is missing; it is never shown.
  const used = new Map<number, { readonly cid: number; readonly glyph: number }>();
  const scale = 1000 / font.unitsPerEm;
  const glyphs = new Map<number, number>();
  const glyphOf = (codePoint: number): number => {
    const known = glyphs.get(codePoint);
    if (known !== undefined) return known;
    const glyph = font.glyphOf(codePoint);
    glyphs.set(codePoint, glyph);
    return glyph;
  };
  return {
    use: (codePoint) => {
      const known = used.get(codePoint);
      if (known !== undefined) return known.cid;
      const glyph = glyphOf(codePoint);
      if (glyph === 0) return undefined;
      const cid = used.size + 1;
      used.set(codePoint, { cid, glyph });
      return cid;
    },
    has: (codePoint) => glyphOf(codePoint) !== 0,
    widthOf: (codePoint) => font.advanceOf(glyphOf(codePoint)) * scale,
    capHeight: font.capHeight / font.unitsPerEm,
    finish: (pdf) => {
      if (used.size === 0) return undefined;
      const shown = [0, ...[...used.values()].map(({ glyph }) => glyph)];
      const baseFont = `${tagOf([...used.keys()])}+${font.name}`;
      const file = subsetTrueType(font, shown);
      const fontFile = pdf.stream(dict({ Length1: file.length }), file);
      const descendant = dict({
        Type: "Font",
        Subtype: "CIDFontType2",
        BaseFont: baseFont,
        CIDSystemInfo: dict({ Registry: utf8("Adobe"), Ordering: utf8("Identity"), Supplement: 0 }),
        FontDescriptor: pdf.add(descriptorOf(font, baseFont, fontFile)),
        W: [1, shown.slice(1).map((glyph) => Math.round(font.advanceOf(glyph) * scale))],
        CIDToGIDMap: "Identity",
      });
      return pdf.add(
        dict({
          Type: "Font",
          Subtype: "Type0",
          BaseFont: baseFont,
          Encoding: "Identity-H",
          DescendantFonts: [pdf.add(descendant)],
          ToUnicode: pdf.stream(dict({}), utf8(toUnicode([...used.keys()]))),
        }),
      );
    },
  };
}

function descriptorOf(font: TrueType, name: string, file: PdfRef): PdfValue {
  const scale = 1000 / font.unitsPerEm;
  const scaled = (units: number) => Math.round(units * scale);
  return dict({
    Type: "FontDescriptor",
    FontName: name,
    // Not of the standard Latin characters alone.
    Flags: 4,
    FontBBox: font.box.map(scaled),
    ItalicAngle: 0,
    Ascent: scaled(font.ascent),
    Descent: scaled(font.descent),
    CapHeight: scaled(font.capHeight),
    StemV: 80,
    FontFile2: file,
  });
}

/** Six letters that differ where the characters do, as the name of a subset begins. */
function tagOf(codePoints: readonly number[]): string {
  let sum = 7;
  for (const codePoint of codePoints) sum = (sum * 31 + codePoint) % 26 ** 6;
  return Array.from({ length: 6 }, (_, i) =>
    String.fromCharCode(65 + (Math.floor(sum / 26 ** i) % 26)),
  ).join("");
}

const ROWS_AT_ONCE = 100;

/** The CMap that leads from numbers back to characters. @see ISO 32000-1, 9.10.3 */
function toUnicode(codePoints: readonly number[]): string {
  const rows = codePoints.map((codePoint, i) => `<${hex4(i + 1)}> <${utf16(codePoint)}>\n`);
  const blocks: string[] = [];
  for (let i = 0; i < rows.length; i += ROWS_AT_ONCE) {
    const some = rows.slice(i, i + ROWS_AT_ONCE);
    blocks.push(`${some.length} beginbfchar\n${some.join("")}endbfchar\n`);
  }
  return [
    "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n",
    "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n",
    "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n",
    "1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n",
    ...blocks,
    "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n",
  ].join("");
}

export function hex4(value: number): string {
  return value.toString(16).padStart(4, "0");
}

function utf16(codePoint: number): string {
  const text = String.fromCodePoint(codePoint);
  return Array.from({ length: text.length }, (_, i) => hex4(text.charCodeAt(i))).join("");
}
