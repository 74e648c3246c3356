import { encodeQR } from "qr";
import type { Box } from "./canvas.ts";

/** How much of a symbol may be lost: 7, 15, 25, 30 %. */
export type QrLevel = "low" | "medium" | "quartile" | "high";

/** The quiet zone on each side, in modules. @see ISO/IEC 18004, 9.1 */
export const QUIET_MODULES = 4;

/** The dark modules of a symbol, to be drawn as one shape. `side` includes the quiet zone; x and y are its upper left corner. */
export function qrBoxes(
  text: string,
  { x, y, side, level }: { x: number; y: number; side: number; level: QrLevel },
): Box[] {
  const rows = encodeQR(text, "raw", { ecc: level, border: QUIET_MODULES });
  const module = side / rows.length;
  return rows.flatMap((row, down) =>
    runsOf(row).map(([start, length]) => ({
      x: x + start * module,
      y: y + down * module,
      width: length * module,
      height: module,
    })),
  );
}

/** Where dark modules stand side by side: first one, how many. */
function runsOf(row: readonly boolean[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const [i, isDark] of row.entries()) {
    const last = runs.at(-1);
    if (!isDark) continue;
    if (last !== undefined && last[0] + last[1] === i) last[1] += 1;
    else runs.push([i, 1]);
  }
  return runs;
}

/** A symbol for a terminal, two rows of modules in a line: light on dark, as terminals mostly are. */
export function qrText(text: string): string {
  return encodeQR(text, "ascii", { ecc: "low" });
}
