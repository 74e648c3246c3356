import type { QrSymbol } from "../../paper/index.ts";

/** How high the mark of a sample is, in modules. */
const MARK = 7;

/**
 * A symbol for whoever makes plates of metal or enamel: black on white, its quiet zone included, in millimetres. A sample is
 * marked above its quiet zone.
 */
export function symbolSvg(
  { size, runs }: QrSymbol,
  sideMm: number,
  title: string,
  sample: string | undefined,
): string {
  const above = sample === undefined ? 0 : MARK;
  const height = (sideMm * (size + above)) / size;
  const path = runs.map(([x, y, length]) => `M${x} ${y}h${length}v1h-${length}z`).join("");
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${rounded(sideMm)}mm" height="${rounded(height)}mm"`,
    ` viewBox="0 ${-above} ${size} ${size + above}" shape-rendering="crispEdges">`,
    `<title>${title}</title><path fill="#fff" d="M0 ${-above}h${size}v${size + above}h-${size}z"/>`,
    sample === undefined ? "" : mark(sample, size),
    `<path d="${path}"/></svg>\n`,
  ].join("");
}

function mark(sample: string, size: number): string {
  const bar = `<path d="M0 ${-MARK}h${size}v${MARK - 2}h-${size}z"/>`;
  const font = `font-family="Noto Sans CJK SC, sans-serif" font-size="4" font-weight="700" text-anchor="middle"`;
  return `${bar}<text x="${size / 2}" y="-3" fill="#fff" ${font}>${sample}</text>`;
}

function rounded(millimetres: number): string {
  return String(Math.round(millimetres * 1000) / 1000);
}
