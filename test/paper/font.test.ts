import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loadFont } from "../../src/paper/font/noto.ts";
import { subsetTrueType } from "../../src/paper/font/subset.ts";

const font = loadFont("regular");
const glyphsOf = (text: string) =>
  Array.from(text, (char) => font.glyphOf(char.codePointAt(0) ?? 0));

/** Tables of a font file, read anew here, by the book. */
function tablesOf(file: Uint8Array): Map<string, DataView> {
  const bytes = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const tables = new Map<string, DataView>();
  for (let i = 0; i < bytes.getUint16(4); i++) {
    const at = 12 + 16 * i;
    const tag = String.fromCharCode(...file.subarray(at, at + 4));
    const [sum, offset, length] = [4, 8, 12].map((more) => bytes.getUint32(at + more)) as [
      number,
      number,
      number,
    ];
    if (tag !== "head") expect(sumOf(file.subarray(offset, offset + length))).toBe(sum);
    tables.set(tag, new DataView(file.buffer, file.byteOffset + offset, length));
  }
  return tables;
}

function sumOf(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i++) sum += (bytes[i] ?? 0) * 256 ** (3 - (i % 4));
  return sum % 2 ** 32;
}

function outlineIn(tables: Map<string, DataView>, glyph: number): Uint8Array {
  const [loca, glyf] = [tables.get("loca"), tables.get("glyf")];
  if (loca === undefined || glyf === undefined) throw new Error("no glyf");
  const start = loca.getUint32(glyph * 4);
  return new Uint8Array(
    glyf.buffer,
    glyf.byteOffset + start,
    loca.getUint32(glyph * 4 + 4) - start,
  );
}

describe("a font cut down to what is shown", () => {
  test("has the outlines and widths of the whole one, under the numbers that were asked for", () => {
    const wanted = [0, ...glyphsOf("石家庄市A1 石")];
    const file = subsetTrueType(font, wanted);
    const tables = tablesOf(file);
    expect([...tables.keys()]).toEqual(["glyf", "head", "hhea", "hmtx", "loca", "maxp", "prep"]);
    expect(sumOf(file)).toBe(0xb1b0afba);
    for (const [place, glyph] of wanted.entries()) {
      expect(tables.get("hmtx")?.getUint16(place * 4)).toBe(font.advanceOf(glyph));
      const original = font.outlineOf(glyph);
      if (original.length === 0 || (original[0] ?? 0) > 127) continue;
      expect(Buffer.from(outlineIn(tables, place).subarray(0, original.length))).toEqual(
        Buffer.from(original),
      );
    }
    expect(file.length).toBeLessThan(8000);
  });

  test("brings the parts of composed glyphs along, renumbered", () => {
    const mono = loadFont("mono");
    const composed = Array.from("éǎřệ", (char) => mono.glyphOf(char.codePointAt(0) ?? 0)).filter(
      (glyph) => (mono.outlineOf(glyph)[0] ?? 0) > 127,
    );
    expect(composed.length).toBeGreaterThan(0);
    const tables = tablesOf(subsetTrueType(mono, [0, ...composed]));
    const count = tables.get("maxp")?.getUint16(4) ?? 0;
    expect(count).toBeGreaterThan(1 + composed.length);
    for (const [i, glyph] of composed.entries()) {
      const [ours, theirs] = [outlineIn(tables, i + 1), mono.outlineOf(glyph)];
      const part = new DataView(ours.buffer, ours.byteOffset).getUint16(12);
      const original = new DataView(theirs.buffer, theirs.byteOffset).getUint16(12);
      expect(part).toBeLessThan(count);
      const outline = mono.outlineOf(original);
      const copied = outlineIn(tables, part).subarray(0, outline.length);
      if ((outline[0] ?? 0) <= 127) expect(Buffer.from(copied)).toEqual(Buffer.from(outline));
    }
  });

  test("is found for every character of GB 18030 level 2 that names use, and says so where it has none", () => {
    for (const char of "邯郸鄂尔多斯㙍䶮𰻝")
      expect(font.glyphOf(char.codePointAt(0) ?? 0)).not.toBe(0);
    for (const char of "\u{1f600}\u{20bb7}م")
      expect(font.glyphOf(char.codePointAt(0) ?? 0)).toBe(0);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0x10ffff }), (codePoint) => {
        expect(font.glyphOf(codePoint)).toBeLessThan(65_536);
      }),
    );
  });
});
