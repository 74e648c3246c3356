import { describe, expect, test } from "vitest";
import {
  A4_MM,
  createPaper,
  type Paper,
  qrBoxes,
  readAttachments,
  setCut,
  setLine,
  setParagraph,
  type TextStyle,
} from "../../src/paper/index.ts";
import { complaintsOf, HAS_POPPLER, HAS_ZBAR, scan, textOf, withFile } from "./tools.ts";

const INK = [0, 0, 0] as const;
const META = { title: "纸 & <paper>", language: "zh-CN", timeMilliseconds: 1_795_000_000_000 };
const FILE = {
  name: "data.json",
  description: "数据",
  type: "application/json",
  bytes: new TextEncoder().encode('{"a":"石"}'),
};

function styleOf(paper: Paper, size = 12): TextStyle {
  const { regular, mono } = paper.faces;
  return { faces: [regular, mono], notation: mono, size };
}

function page(text: string): Uint8Array {
  const paper = createPaper({ ...META, attachments: [FILE] });
  const canvas = paper.addPage(A4_MM);
  canvas.text({ x: 20, y: 30 }, setLine(text, styleOf(paper)), INK);
  return paper.finish();
}

describe("a document", () => {
  test("is the same to the byte for the same content, and another for another", () => {
    expect(Buffer.from(page("石家庄"))).toEqual(Buffer.from(page("石家庄")));
    expect(Buffer.from(page("石家庄"))).not.toEqual(Buffer.from(page("石家莊")));
  });

  test("gives its attachments back, and nothing of them is cut", () => {
    const files = readAttachments(page("x"));
    if (!files.ok) throw new Error(files.error.code);
    expect(files.value).toMatchObject([{ name: "data.json", type: "application/json" }]);
    expect(files.value[0]?.read(1000)).toEqual({ ok: true, value: Buffer.from(FILE.bytes) });
    expect(files.value[0]?.read(3)).toMatchObject({
      ok: false,
      error: { code: "PDF_DAMAGED", what: "deflated data" },
    });
  });

  test("embeds no more of the fonts than it shows", () => {
    expect(page("石家庄市").length).toBeLessThan(8000);
  });
});

describe("text", () => {
  const paper = createPaper(META);
  const style = styleOf(paper);

  test("stands in the first font that has it; what none has is named by its number", () => {
    const { pieces, noted } = setLine("石Ař😀\u202e", style);
    expect(pieces.map(({ kind, text, face }) => [kind, text, face.key])).toEqual([
      ["shown", "石A", "R"],
      ["shown", "ř", "M"],
      ["noted", "U+1F600", "M"],
      ["noted", "U+202E", "M"],
    ]);
    expect(noted).toEqual(["😀", "\u202e"]);
    // A character that turns text round is not handed on to whoever copies it.
    expect(pieces.map(({ stands }) => stands)).toEqual([undefined, undefined, "😀", undefined]);
  });

  test("is never wider than it may be, and loses nothing but by an ellipsis", () => {
    const texts = [
      "石家庄市裕华区槐安东路与建设大街交叉口东北角第一百二十三号路灯杆",
      "A very long English name of an office that somebody invented for this test",
      "x".repeat(300),
      "😀".repeat(40),
      "中 English 混排 text，标点。",
    ];
    for (const text of texts) {
      const { lines, isCut } = setParagraph(text, style, 120, 99);
      expect(isCut).toBe(false);
      for (const { width } of lines) expect(width).toBeLessThanOrEqual(120);
      const shown = lines.map(({ pieces }) =>
        pieces.map((each) => each.stands ?? each.text).join(""),
      );
      expect(shown.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
      const cut = setParagraph(text, style, 120, 1);
      expect(cut.lines).toHaveLength(1);
      expect(cut.isCut).toBe(lines.length > 1);
      expect(setCut(text, style, 120).lines[0]?.width).toBeLessThanOrEqual(120);
    }
  });
});

test("a symbol has a quiet zone of four modules and square modules", () => {
  const boxes = qrBoxes("HTTPS://ID.EXAMPLE/MA.156", { x: 10, y: 20, side: 33, level: "medium" });
  const module = 33 / (25 + 8);
  expect(Math.min(...boxes.map(({ x }) => x))).toBeCloseTo(10 + 4 * module);
  expect(Math.min(...boxes.map(({ y }) => y))).toBeCloseTo(20 + 4 * module);
  expect(Math.max(...boxes.map(({ x, width }) => x + width))).toBeCloseTo(43 - 4 * module);
  for (const { height } of boxes) expect(height).toBeCloseTo(module);
});

if (!HAS_POPPLER) console.log("skipped what poppler makes of a PDF: no poppler-utils");
describe.skipIf(!HAS_POPPLER)("a document in the hands of poppler", () => {
  test.each(["石家庄市 㙍𰻝⻢", "Shíjiāzhuāng Łódź Ναύπακτος Ижевск", "😀🏙", "⼀一"])(
    "gives back %s",
    async (text) => {
      await withFile(page(text), async (path) => {
        expect((await textOf(path)).trim()).toBe(text);
        expect(await complaintsOf(path)).toBe("");
      });
    },
  );
});

if (!HAS_ZBAR) console.log("skipped scanning a page: no zbar-tools");
test.skipIf(!HAS_ZBAR || !HAS_POPPLER)("a scanner reads a printed symbol", async () => {
  const paper = createPaper(META);
  const canvas = paper.addPage(A4_MM);
  const text = "HTTPS://ID.EXAMPLE.ORG/MA.156.1301.02/LAMP/000123";
  canvas.boxes(qrBoxes(text, { x: 60, y: 60, side: 24, level: "medium" }), INK);
  await withFile(paper.finish(), async (path) => expect(await scan(path, 150)).toBe(text));
});
