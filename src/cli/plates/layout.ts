import type { QrLevel } from "../../paper/index.ts";

// How plates stand on sheets. All lengths are millimetres.

/** Where a plate will hang: outdoors it is read from farther off, and through dirt and scratches. */
export type Where = "indoors" | "outdoors";

/** @see docs/spec/seals.md, Plates */
export const RULES: {
  readonly [where in Where]: { readonly level: QrLevel; readonly minModule: number };
} = {
  indoors: { level: "medium", minModule: 0.4 },
  outdoors: { level: "quartile", minModule: 0.6 },
};

/** Capitals and digits of the code are at least so high. */
export const MIN_CODE_HEIGHT = 2.5;

export type Size = { readonly width: number; readonly height: number };

export type Layout = {
  readonly page: Size;
  readonly plate: Size;
  readonly columns: number;
  readonly rows: number;
  /** Side of the symbol, its quiet zone included. */
  readonly symbol: number;
  /** Where the words stand, as seen from the symbol. */
  readonly words: "beside" | "below";
  /** Height of capitals and digits of the code. */
  readonly codeHeight: number;
  /** Size of the type of the name, where there is room for it. */
  readonly nameSize: number;
  /** What it is for, unless somebody says otherwise. */
  readonly where: Where;
};

const A4: Size = { width: 210, height: 297 };
/** Beside and above the plates, for marks and for what a sheet says of itself. */
const MARGIN_X = 9;
const MARGIN_Y = 14.5;

export type LayoutName = "A4-3x8" | "A4-2x5" | "single-50mm" | "single-80mm";

export const LAYOUTS: { readonly [name in LayoutName]: Layout } = {
  "A4-3x8": onA4({
    columns: 3,
    rows: 8,
    symbol: 30.5,
    codeHeight: 2.5,
    nameSize: 3.2,
    where: "indoors",
  }),
  "A4-2x5": onA4({
    columns: 2,
    rows: 5,
    symbol: 50,
    codeHeight: 3,
    nameSize: 4,
    where: "outdoors",
  }),
  "single-50mm": single({
    plate: { width: 50, height: 76 },
    symbol: 48.5,
    codeHeight: 2.5,
    nameSize: 3.6,
  }),
  "single-80mm": single({
    plate: { width: 80, height: 118 },
    symbol: 77,
    codeHeight: 4,
    nameSize: 5.6,
  }),
};

export const LAYOUT_NAMES: readonly LayoutName[] = Object.keys(LAYOUTS) as LayoutName[];

type Sheet = Pick<Layout, "columns" | "rows" | "symbol" | "codeHeight" | "nameSize" | "where">;

function onA4(sheet: Sheet): Layout {
  const width = (A4.width - 2 * MARGIN_X) / sheet.columns;
  const height = (A4.height - 2 * MARGIN_Y) / sheet.rows;
  return { ...sheet, page: A4, plate: { width, height }, words: "beside" };
}

type Single = Pick<Layout, "plate" | "symbol" | "codeHeight" | "nameSize">;

function single(one: Single): Layout {
  const { width, height } = one.plate;
  const page = { width: width + 2 * MARGIN_X, height: height + 2 * MARGIN_Y };
  return { ...one, page, columns: 1, rows: 1, words: "below", where: "outdoors" };
}

/** The side of one module in a symbol of so many. */
export function moduleOf(layout: Layout, modules: number): number {
  return layout.symbol / modules;
}

/** The first layout that prints symbols of so many modules large enough. */
export function layoutFor(modules: number, where: Where): LayoutName | undefined {
  return LAYOUT_NAMES.find((name) => moduleOf(LAYOUTS[name], modules) >= RULES[where].minModule);
}
