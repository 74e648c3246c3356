import { present } from "../core/index.ts";
import { hex4 } from "./pdf/embedded-font.ts";
import { formatNumber, formatValue, pdfText } from "./pdf/value.ts";
import type { QrSymbol } from "./qr.ts";
import { codePointOf, type Line, NOTED_ROOM, type Piece } from "./text.ts";

// What is drawn on a page. Places are millimetres from its upper left corner; text stands on its base line.

/** Red, green and blue from 0 to 1. */
export type Colour = readonly [number, number, number];

export type Place = { readonly x: number; readonly y: number };

/** A straight stroke, or a curve with its two handles. */
export type Stroke = readonly [Place] | readonly [Place, Place, Place];

export type Canvas = {
  text(at: Place, line: Line, colour: Colour, align?: "left" | "right"): void;
  line(from: Place, to: Place, colour: Colour, width: number): void;
  /** A polygon with straight or curved sides, filled. */
  fill(start: Place, strokes: readonly Stroke[], colour: Colour): void;
  stroke(start: Place, strokes: readonly Stroke[], colour: Colour, width: number): void;
  /** Rectangles as one shape: no seam shows between those that touch. */
  boxes(boxes: readonly Box[], colour: Colour): void;
  /** A symbol in a square with this side, quiet zone included; its modules are one shape, and counted in whole numbers. */
  symbol(at: Place, side: number, symbol: QrSymbol, colour: Colour): void;
};

export type Box = Place & { readonly width: number; readonly height: number };

export const POINTS_PER_MM: number = 72 / 25.4;

/** @see ISO 32000-1, annex A, for the operators */
export function createCanvas(heightMm: number): Canvas & { readonly content: () => string } {
  const operators: string[] = [];
  const draw = (...parts: readonly (string | number)[]) =>
    void operators.push(
      parts.map((part) => (typeof part === "number" ? formatNumber(part) : part)).join(" "),
    );
  const across = (x: number) => x * POINTS_PER_MM;
  const up = (y: number) => (heightMm - y) * POINTS_PER_MM;
  const path = (start: Place, strokes: readonly Stroke[]) => {
    draw(across(start.x), up(start.y), "m");
    for (const stroke of strokes) {
      const places = stroke.flatMap(({ x, y }) => [across(x), up(y)]);
      draw(...places, stroke.length === 1 ? "l" : "c");
    }
  };
  const show = ({ face, text, size }: Piece, x: number, y: number, colour: Colour) => {
    const codes = Array.from(text, (char) =>
      hex4(present(face.font.use(codePointOf(char)), "a glyph that was measured")),
    );
    draw(...colour, "sc", "BT", `/${face.key}`, size, "Tf", 1, 0, 0, 1, x, y, "Tm");
    draw(`<${codes.join("")}>`, "Tj", "ET");
  };
  const showNoted = (piece: Piece, x: number, y: number, colour: Colour) => {
    const { size, width, face } = piece;
    const [room, height] = [NOTED_ROOM * size, face.font.capHeight * size];
    show(piece, x + room, y, colour);
    const left = x + room / 3;
    draw(...colour, "SC", 0.4, "w");
    draw(left, y - room * 0.7, width - (room * 2) / 3, height + room * 1.4, "re", "S");
  };
  return {
    text: ({ x, y }, { pieces, width }, colour, align = "left") => {
      let left = across(x) - (align === "right" ? width : 0);
      const actual = actualText(pieces);
      if (actual !== undefined) draw(`/Span << /ActualText ${formatValue(pdfText(actual))} >> BDC`);
      for (const piece of pieces) {
        if (piece.kind === "shown") show(piece, left, up(y), colour);
        else showNoted(piece, left, up(y), colour);
        left += piece.width;
      }
      if (actual !== undefined) draw("EMC");
    },
    line: (from, to, colour, width) => {
      draw(...colour, "SC", across(width), "w");
      path(from, [[to]]);
      draw("S");
    },
    fill: (start, strokes, colour) => {
      draw(...colour, "sc");
      path(start, strokes);
      draw("f");
    },
    stroke: (start, strokes, colour, width) => {
      draw(...colour, "SC", across(width), "w", 1, "J", 1, "j");
      path(start, strokes);
      draw("S");
    },
    boxes: (boxes, colour) => {
      draw(...colour, "sc");
      for (const { x, y, width, height } of boxes) {
        draw(across(x), up(y + height), across(width), across(height), "re");
      }
      draw("f");
    },
    symbol: ({ x, y }, side, { size, runs }, colour) => {
      const module = across(side) / size;
      draw("q", module, 0, 0, -module, across(x), up(y), "cm", ...colour, "sc");
      operators.push(runs.map(([left, top, length]) => `${left} ${top} ${length} 1 re`).join("\n"));
      draw("f", "Q");
    },
    content: () => `/C cs /C CS\n${operators.join("\n")}\n`,
  };
}

/** What is copied where numbers stand for characters: these, and all in one, so that no gap comes between. */
function actualText(pieces: readonly Piece[]): string | undefined {
  if (pieces.every(({ stands }) => stands === undefined)) return undefined;
  return pieces.map(({ stands, text }) => stands ?? text).join("");
}
