import {
  type Canvas,
  type Paper,
  type Place,
  POINTS_PER_MM,
  setLine,
  type TextStyle,
} from "../../paper/index.ts";
import type { Layout } from "./layout.ts";
import { SAMPLE } from "./plate.ts";

// What of a sheet is not a plate: where to cut, how large it is to be printed, and what it is.

const BLACK = [0, 0, 0] as const;
const HAIRLINE = 0.1;
/** Marks end before the plate begins. */
const MARK = { from: 1, length: 3 } as const;
/** Arms of a cross between plates. */
const ARM = 1.2;

export type SheetFacts = {
  readonly layout: Layout;
  /** What is printed, in words: names of layout and use, sizes. */
  readonly sizes: readonly string[];
  /** `MA.156.1301.02 · 17–40 · 3/417` */
  readonly place: string;
  readonly isSample: boolean;
};

/** Where the plates of a sheet begin, row by row. */
export function placesOn({ page, plate, columns, rows }: Layout): { x: number; y: number }[] {
  const left = (page.width - columns * plate.width) / 2;
  const top = (page.height - rows * plate.height) / 2;
  return Array.from({ length: columns * rows }, (_, i) => ({
    x: left + (i % columns) * plate.width,
    y: top + Math.floor(i / columns) * plate.height,
  }));
}

export function drawSheet(paper: Paper, canvas: Canvas, facts: SheetFacts): void {
  drawCuttingMarks(canvas, facts.layout);
  drawMargins(paper, canvas, facts);
}

/** Marks in the margins for every cut, and crosses where plates meet. */
function drawCuttingMarks(canvas: Canvas, { page, plate, columns, rows }: Layout): void {
  const left = (page.width - columns * plate.width) / 2;
  const top = (page.height - rows * plate.height) / 2;
  const [right, bottom] = [page.width - left, page.height - top];
  const across = (x0: number, x1: number, y: number) =>
    canvas.line({ x: x0, y }, { x: x1, y }, BLACK, HAIRLINE);
  const down = (x: number, y0: number, y1: number) =>
    canvas.line({ x, y: y0 }, { x, y: y1 }, BLACK, HAIRLINE);
  const { from, length } = MARK;
  for (let column = 0; column <= columns; column++) {
    const x = left + column * plate.width;
    down(x, top - from - length, top - from);
    down(x, bottom + from, bottom + from + length);
  }
  for (let row = 0; row <= rows; row++) {
    const y = top + row * plate.height;
    across(left - from - length, left - from, y);
    across(right + from, right + from + length, y);
    for (let column = 1; column < columns && row > 0 && row < rows; column++) {
      const x = left + column * plate.width;
      across(x - ARM, x + ARM, y);
      down(x, y - ARM, y + ARM);
    }
  }
}

const TEXT_SIZE = 2.2;
const LEFT = 9;
const DOT = " · ";

/** Above: what it is and how large. Below: a ruler that shows whether it was printed so. */
function drawMargins(
  { faces: { regular, mono } }: Paper,
  canvas: Canvas,
  { layout: { page }, sizes, place, isSample }: SheetFacts,
): void {
  const room = page.width - 2 * LEFT;
  const style = (size: number): TextStyle => ({
    faces: [regular, mono],
    notation: mono,
    size: size * POINTS_PER_MM,
  });
  const write = (text: string, y: number, x = LEFT, width = room) => {
    const wanted = setLine(text, style(TEXT_SIZE)).width / POINTS_PER_MM;
    const size = Math.min(1, width / wanted) * TEXT_SIZE;
    canvas.text({ x, y }, setLine(text, style(size)), BLACK);
  };
  const isNarrow = page.width < 120;
  const half = Math.ceil(sizes.length / 2);
  const sizeLines = isNarrow ? [sizes.slice(0, half), sizes.slice(half)] : [sizes];
  const lines = [
    isSample ? `${SAMPLE}${DOT}${place}` : place,
    ...sizeLines.map((line) => line.join(DOT)),
  ];
  for (const [i, line] of lines.entries()) write(line, (isNarrow ? 3.6 : 5.4) + i * 3);
  const y = page.height - (isNarrow ? 4 : 5.4);
  const length = isNarrow ? 20 : 50;
  drawRuler(canvas, { x: LEFT, y }, length);
  const en = `Print at 100 %: this is ${length} mm`;
  const zh = `按 100 % 打印，此尺应为 ${length} mm`;
  if (isNarrow) {
    write(zh, y - 2.6, LEFT + length + 2, room - length - 2);
    write(en, y, LEFT + length + 2, room - length - 2);
  } else write(`${zh}${DOT}${en}`, y, LEFT + length + 2, room - length - 2);
}

function drawRuler(canvas: Canvas, { x, y }: Place, length: number): void {
  canvas.line({ x, y }, { x: x + length, y }, BLACK, HAIRLINE * 2);
  for (let at = 0; at <= length; at += 10) {
    const isEnd = at === 0 || at === length;
    canvas.line({ x: x + at, y: y - (isEnd ? 1.8 : 1) }, { x: x + at, y }, BLACK, HAIRLINE * 2);
  }
}
