/** Columns that a text takes on a terminal: a Chinese character takes two. @see Unicode UAX #11 */
export function displayWidth(text: string): number {
  let width = 0;
  for (const char of text) width += WIDE.test(char) ? 2 : ZERO.test(char) ? 0 : 1;
  return width;
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const ZERO = /[\u0300-\u036f]|[\u200b-\u200d]|\ufe0f/u;

/** Rows with their columns aligned; the last column is left as it is. */
export function alignRows(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) {
      widths[i] = Math.max(widths[i] ?? 0, displayWidth(cell));
    }
  }
  return rows.map((row) =>
    row
      .map((cell, i) => {
        const gap = (widths[i] ?? 0) - displayWidth(cell);
        return i === row.length - 1 ? cell : cell + " ".repeat(gap);
      })
      .join("  ")
      .trimEnd(),
  );
}
