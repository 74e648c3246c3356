import {
  type Canvas,
  type Line,
  type Paper,
  type Place,
  POINTS_PER_MM,
  type QrSymbol,
  setLine,
  setParagraph,
  type TextStyle,
} from "../../paper/index.ts";
import type { Layout } from "./layout.ts";

// One plate: the symbol, and beside or below it what people read. All of it is black: no colour carries meaning.

/** What stands on a plate. */
export type PlateWords = {
  /** With its check character: `MA.156.1301.02/LAMP/000123*7`. */
  readonly printed: string;
  /** Absent where the record has none that is public. */
  readonly name?: string;
  /** The name in another language, where there is room for it. */
  readonly second?: string;
  readonly owner?: string;
};

/** What did not come out as it stands in the record. */
export type PlateFlaws = { readonly noted: readonly string[]; readonly isCut: boolean };

export type PlateLook = { readonly layout: Layout; readonly isSample: boolean };

const BLACK = [0, 0, 0] as const;
const WHITE = [1, 1, 1] as const;
/** The check character is lighter: it is no part of the code. */
const GREY = [0.36, 0.36, 0.36] as const;

const HINT = "扫码查看并核验 Scan to check";
export const SAMPLE = "样品 SAMPLE";
const OWNER = "权属：";

/** Between the words and the edge of the plate. */
const PADDING = 1.6;
/** Between two base lines, and from the top of a line to its base line, in parts of its size. */
const LEADING = 1.28;
const ASCENT = 0.9;
/** How much smaller name and owner may become before they are cut; the owner, mostly short, not as soon as the name. */
const SHRINKING = [
  [1, 1],
  [0.9, 0.9],
  [0.8, 0.85],
  [0.7, 0.8],
  [0.6, 0.75],
  [0.5, 0.7],
  [0.4, 0.65],
  [0.32, 0.6],
  [0.25, 0.55],
  [0.25, 0.25],
] as const;
type Shrinking = (typeof SHRINKING)[number];
const SMALLEST: Shrinking = [0.25, 0.25];
const OWNER_SIZE = 0.78;
const HINT_SIZE = 0.62;

/** Draws a plate whose upper left corner is there. */
export function drawPlate(
  { faces }: Paper,
  canvas: Canvas,
  at: Place,
  symbol: QrSymbol,
  words: PlateWords,
  { layout, isSample }: PlateLook,
): PlateFlaws {
  const { plate, symbol: side } = layout;
  const isBeside = layout.words === "beside";
  const inset = ((isBeside ? plate.height : plate.width) - side) / 2;
  canvas.symbol({ x: at.x + inset, y: at.y + inset }, side, symbol, BLACK);
  // The quiet zone is room enough on the symbol's side.
  const quiet = (side / symbol.size) * 4;
  const left = isBeside ? inset + side : inset + quiet;
  const top = isBeside ? inset + quiet : inset + side;
  const box: Box = {
    x: at.x + left,
    y: at.y + top,
    width: plate.width - left - (isBeside ? PADDING : left),
    height: plate.height - top - (isBeside ? top : PADDING),
  };
  const styles = stylesOf(faces);
  const head = isSample ? drawSample(canvas, styles, layout, box) : 0;
  const code = drawCode(canvas, styles, layout, below(box, head), words.printed);
  const foot = drawHint(canvas, styles, layout, box);
  return drawNames(canvas, styles, layout, shorter(below(box, head + code), foot), words);
}

type Box = Place & { readonly width: number; readonly height: number };

function below(box: Box, used: number): Box {
  return { ...box, y: box.y + used, height: box.height - used };
}

function shorter(box: Box, by: number): Box {
  return { ...box, height: box.height - by };
}

type Styles = {
  readonly [face in keyof Paper["faces"]]: (millimetres: number) => TextStyle;
} & { readonly capHeight: number };

function stylesOf({ regular, bold, mono }: Paper["faces"]): Styles {
  const style = (faces: TextStyle["faces"]) => (millimetres: number) => ({
    faces,
    notation: mono,
    size: millimetres * POINTS_PER_MM,
  });
  return {
    regular: style([regular, mono]),
    bold: style([bold, mono]),
    mono: style([mono]),
    capHeight: mono.font.capHeight,
  };
}

/** White on black over the whole width: it survives a copy, and nobody takes it for a plate. @returns its height */
function drawSample(canvas: Canvas, { bold }: Styles, { codeHeight }: Layout, box: Box): number {
  const height = codeHeight * 1.7;
  const line = setLine(SAMPLE, bold(codeHeight * 1.15));
  canvas.boxes([{ ...box, height }], BLACK);
  const x = box.x + (box.width - line.width / POINTS_PER_MM) / 2;
  canvas.text({ x, y: box.y + height * 0.75 }, line, WHITE);
  return height + codeHeight * 0.6;
}

/** The code whole, however many lines it takes. @returns its height */
function drawCode(
  canvas: Canvas,
  { mono, capHeight }: Styles,
  { codeHeight }: Layout,
  box: Box,
  printed: string,
): number {
  const style = mono(codeHeight / capHeight);
  const characterWidth = setLine("0", style).width / POINTS_PER_MM;
  const lines = codeLines(printed, Math.floor(box.width / characterWidth + 1e-6));
  const step = codeHeight * 1.5;
  for (const [i, text] of lines.entries()) {
    const at = { x: box.x, y: box.y + codeHeight + i * step };
    const check = text.indexOf("*");
    const own = setLine(check < 0 ? text : text.slice(0, check), style);
    canvas.text(at, own, BLACK);
    if (check < 0) continue;
    const x = box.x + own.width / POINTS_PER_MM;
    canvas.text({ ...at, x }, setLine(text.slice(check), style), GREY);
  }
  return lines.length * step + codeHeight * 0.3;
}

/** A code in lines of at most so many characters, broken before a node where that can be. */
export function codeLines(printed: string, characters: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const node of printed.split(/(?=[/.])/)) {
    // A node that no line can hold is broken anyhow, so it begins where the one before ends.
    if (line !== "" && node.length <= characters && line.length + node.length > characters) {
      lines.push(line);
      line = "";
    }
    line += node;
    for (; line.length > characters; line = line.slice(characters)) {
      lines.push(line.slice(0, characters));
    }
  }
  return [...lines, line];
}

/** What scanning does, at the foot. @returns its height */
function drawHint(canvas: Canvas, { regular }: Styles, { nameSize }: Layout, box: Box): number {
  const wanted = nameSize * HINT_SIZE;
  const { width } = setLine(HINT, regular(wanted));
  const size = Math.min(wanted, (wanted * box.width * POINTS_PER_MM) / width);
  const y = box.y + box.height - size * 0.15;
  canvas.text({ x: box.x, y }, setLine(HINT, regular(size)), BLACK);
  return size * LEADING;
}

type Row = { readonly line: Line; readonly size: number };
type Block = { readonly rows: readonly Row[]; readonly height: number; readonly isCut: boolean };

/** Name and owner, as large as they fit. */
function drawNames(
  canvas: Canvas,
  styles: Styles,
  { nameSize }: Layout,
  box: Box,
  words: PlateWords,
): PlateFlaws {
  const owner = words.owner === undefined ? undefined : `${OWNER}${words.owner}`;
  const { rows, isCut } = fit(box, ([ofName, ofOwner], maxLines) => {
    const size = nameSize * ofName;
    const small = nameSize * OWNER_SIZE * ofOwner;
    const width = box.width * POINTS_PER_MM;
    const set = (text: string | undefined, style: Styles["bold"], at: number, most: number) => {
      const { lines, isCut } = setParagraph(text ?? "", style(at), width, most);
      return { rows: lines.map((line) => ({ line, size: at })), isCut };
    };
    const parts = [
      set(words.name, styles.bold, size, maxLines),
      ...(ofName === 1 ? [set(words.second, styles.regular, small, 2)] : []),
      set(owner, styles.regular, small, maxLines),
    ];
    return {
      rows: parts.flatMap((part) => part.rows),
      height: parts.flatMap((part) => part.rows).reduce((sum, row) => sum + row.size * LEADING, 0),
      isCut: parts.some((part) => part.isCut),
    };
  });
  let y = box.y;
  for (const { line, size } of rows) {
    canvas.text({ x: box.x, y: y + size * ASCENT }, line, BLACK);
    y += size * LEADING;
  }
  return { noted: rows.flatMap(({ line }) => line.noted), isCut };
}

const ALL_LINES = 999;

/** The largest block that fits; one that is cut only where not even the smallest does. */
function fit({ height }: Box, block: (by: Shrinking, maxLines: number) => Block): Block {
  for (const by of SHRINKING) {
    const whole = block(by, ALL_LINES);
    if (whole.height <= height && !whole.isCut) return whole;
  }
  for (let maxLines = 20; maxLines > 1; maxLines--) {
    const cut = block(SMALLEST, maxLines);
    if (cut.height <= height) return cut;
  }
  return block(SMALLEST, 1);
}
