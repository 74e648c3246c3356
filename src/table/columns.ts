import type { Cell, Row } from "./row.ts";

/** What the fields of a column hold; each may also be empty. */
export type ColumnType = "integer" | "number" | "boolean" | "text" | "json" | "time" | "place";

export type Column = { readonly name: string; readonly type: ColumnType };

const ORIGIN: readonly Column[] = [
  { name: "_entry", type: "integer" },
  { name: "_observation", type: "integer" },
  { name: "_source", type: "text" },
  { name: "_received", type: "time" },
];
const FRAME: readonly Column[] = [
  { name: "id", type: "text" },
  { name: "type", type: "text" },
  { name: "time", type: "time" },
  { name: "place", type: "place" },
];
const FIXED: ReadonlySet<string> = new Set([...ORIGIN, ...FRAME].map(({ name }) => name));

/** Observations have these in any case. */
export const OBSERVATION_COLUMNS: readonly Column[] = [...ORIGIN, ...FRAME];

/** Whether a column holds the same in every table. */
export function isOfFrame(name: string): boolean {
  return FIXED.has(name);
}

/** Which columns rows need. Those of the frame are always there; the others stand in the order of their names. */
export class ColumnFinder {
  readonly #fixed: readonly Column[];
  readonly #types = new Map<string, ColumnType>();

  /** @param of whether a row is an observation, which stands in a log, or a thing as it is now */
  constructor(of: "observations" | "entities") {
    this.#fixed = of === "observations" ? [...ORIGIN, ...FRAME] : FRAME;
  }

  /** @returns whether there are other columns now than before */
  addAll(rows: readonly Row[]): boolean {
    let isOther = false;
    for (const row of rows) {
      for (const [name, cell] of row) isOther = this.add(name, cell) || isOther;
    }
    return isOther;
  }

  /** What another one found. */
  addColumns(columns: readonly Column[]): void {
    for (const { name, type } of columns) if (!FIXED.has(name)) this.addType(name, type);
  }

  add(name: string, cell: Cell): boolean {
    return !FIXED.has(name) && this.addType(name, typeOf(cell));
  }

  /** @param name none of the frame */
  addType(name: string, added: ColumnType): boolean {
    const before = this.#types.get(name);
    const type = before === undefined ? added : both(before, added);
    if (before === type) return false;
    this.#types.set(name, type);
    return true;
  }

  get columns(): readonly Column[] {
    const others = [...this.#types].map(([name, type]): Column => ({ name, type }));
    return [...this.#fixed, ...others.sort((a, b) => (a.name < b.name ? -1 : 1))];
  }
}

export function typeOf(cell: Cell): ColumnType {
  if (typeof cell === "number") return Number.isSafeInteger(cell) ? "integer" : "number";
  if (typeof cell === "boolean") return "boolean";
  return typeof cell === "string" ? "text" : "json";
}

/** What holds either. */
export function both(one: ColumnType, other: ColumnType): ColumnType {
  if (one === other) return one;
  const isNumeric = [one, other].every((each) => each === "integer" || each === "number");
  return isNumeric ? "number" : "json";
}
