import { correction, generate, mode } from "lean-qr";
import type { Box } from "./canvas.ts";

/** How much of a symbol may be lost: 7, 15, 25, 30 %. */
export type QrLevel = "low" | "medium" | "quartile" | "high";

/** The quiet zone on each side, in modules. @see ISO/IEC 18004, 9.1 */
export const QUIET_MODULES = 4;

/** What a symbol says: a text, or parts that are written in the densest mode of each. */
export type QrContent = string | { readonly alphanumeric: string; readonly numeric: string };

/** Dark modules side by side. x and y count from the corner of the quiet zone. */
export type QrRun = readonly [x: number, y: number, length: number];

export type QrSymbol = {
  /** Modules on a side, the quiet zone included. */
  readonly size: number;
  readonly runs: readonly QrRun[];
};

const LEVELS = {
  low: correction.L,
  medium: correction.M,
  quartile: correction.Q,
  high: correction.H,
} as const;

/**
 * Makes the symbol of a content, with just this level of correction.
 *
 * @param minSize of so many modules at least, the quiet zone included, so that symbols of one sheet look alike
 */
export function qrSymbol(content: QrContent, level: QrLevel, minSize = 0): QrSymbol {
  const written =
    typeof content === "string"
      ? content
      : mode.multi(mode.alphaNumeric(content.alphanumeric), mode.numeric(content.numeric));
  const correctionLevel = LEVELS[level];
  const bitmap = generate(written, {
    minCorrectionLevel: correctionLevel,
    maxCorrectionLevel: correctionLevel,
    minVersion: versionOf(minSize),
  });
  const runs: QrRun[] = [];
  for (let y = 0; y < bitmap.size; y++) {
    for (let x = 0; x < bitmap.size; x++) {
      if (!bitmap.get(x, y)) continue;
      const start = x;
      while (bitmap.get(x + 1, y)) x++;
      runs.push([QUIET_MODULES + start, QUIET_MODULES + y, x + 1 - start]);
    }
  }
  return { size: bitmap.size + 2 * QUIET_MODULES, runs };
}

/** Version 1 has 21 modules on a side, each further one 4 more. @see ISO/IEC 18004, 5.1 */
function versionOf(size: number): number {
  return Math.max(1, (size - 2 * QUIET_MODULES - 17) / 4);
}

/** The dark modules of a symbol, to be drawn as one shape. `side` includes the quiet zone; x and y are its upper left corner. */
export function qrBoxes(
  text: string,
  { x, y, side, level }: { x: number; y: number; side: number; level: QrLevel },
): Box[] {
  const { size, runs } = qrSymbol(text, level);
  const module = side / size;
  return runs.map(([across, down, length]) => ({
    x: x + across * module,
    y: y + down * module,
    width: length * module,
    height: module,
  }));
}

/** A symbol for a terminal, two rows of modules in a line: light on dark, as terminals mostly are. */
export function qrText(text: string): string {
  const { size, runs } = qrSymbol(text, "low");
  const dark = new Set(
    runs.flatMap(([x, y, length]) => Array.from({ length }, (_, i) => y * size + x + i)),
  );
  const lines = Array.from({ length: Math.ceil(size / 2) }, (_, line) =>
    Array.from({ length: size }, (_, x) => {
      const above = dark.has(2 * line * size + x);
      const below = dark.has((2 * line + 1) * size + x);
      return above ? (below ? " " : "▄") : below ? "▀" : "█";
    }).join(""),
  );
  return lines.join("\n");
}
