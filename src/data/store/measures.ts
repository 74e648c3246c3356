import { isDeepStrictEqual } from "node:util";
import { turn } from "../../log/index.ts";
import type { Row, Sql } from "../../sql/index.ts";
import { type Box, boxOf, polygonOf } from "../entities/geometry.ts";
import {
  isInArea,
  type Measure,
  type MeasureBounds,
  type MeasureGrouping,
  type MeasureQuery,
  measureBounds,
  unitBox,
} from "../entities/measure.ts";
import type { EntityView } from "../entities/view.ts";
import { Words } from "./words.ts";

/** Numbers that one question of SQL sums up: some milliseconds. */
const PIECE_ROWS = 20_000;
const TURN_MILLISECONDS = 8;

/** The numbers that observations say, in the order of attribute and time. */
export class Measures {
  readonly #sql: Sql;
  readonly #words: Words;

  constructor(sql: Sql) {
    this.#sql = sql;
    this.#words = new Words(sql);
  }

  async *read(
    query: MeasureQuery,
    view: EntityView,
    grouping: MeasureGrouping,
  ): AsyncGenerator<Measure> {
    const bounds = measureBounds(query, view);
    const name = bounds && this.#words.find(query.attribute);
    if (bounds === undefined || name === undefined) return;
    const summed = sumOf(bounds, view, grouping);
    let begun = performance.now();
    let cursor: readonly [number, number] = [bounds.from, -1];
    for (;;) {
      const first = this.#sql.get(`${KEYS} LIMIT 1`, [name, ...cursor, bounds.to]);
      if (first === undefined) return;
      const stretch = grouping.by === "time" ? grouping.stretchOf(Number(first[0])) : undefined;
      const end = Math.min(stretch?.[1] ?? bounds.to, bounds.to);
      const last = this.#sql.get(`${KEYS} LIMIT 1 OFFSET ${PIECE_ROWS - 1}`, [
        name,
        ...cursor,
        end,
      ]);
      const until = last === undefined ? ([end, -1] as const) : keyOf(last);
      const { text, args } = rangeOf(cursor, until);
      const asked = [name, ...args, ...summed.args];
      for (const group of this.#sql.all(summed.textOf(text), asked)) {
        const measure = this.#measureOf(group, summed, view);
        if (measure === undefined) continue;
        yield stretch === undefined ? measure : { ...measure, from: stretch[0] };
      }
      cursor = [until[0], until[1] - (last === undefined ? 0 : 1)];
      if (performance.now() - begun < TURN_MILLISECONDS) continue;
      await turn();
      begun = performance.now();
    }
  }

  #measureOf(
    row: Row,
    { isPlaced, isNamed, isTold, isJudged }: Sum,
    view: EntityView,
  ): Measure | undefined {
    const [count, sum, min, max, x, y, id] = row;
    if (Number(count) === 0) return undefined;
    const isSomewhere = isPlaced && x !== null;
    const place = isSomewhere ? ([Number(x), Number(y)] as const) : undefined;
    if (!isJudged && !isInArea(place, view.area)) return undefined;
    return {
      // A sum beyond all numbers is none.
      ...{ count: Number(count), sum: Number(sum ?? Number.NaN) },
      ...{ min: Number(min), max: Number(max) },
      ...(place && isTold && { place }),
      ...(isNamed && { id: String(id) }),
    };
  }
}

/** From behind a key on, before a time. */
const KEYS =
  "SELECT time, row FROM measured WHERE name = ? AND (time, row) > (?, ?) AND time < ? ORDER BY time, row";

function keyOf(row: Row): readonly [number, number] {
  // The upper end is left out: so one row further.
  return [Number(row[0]), Number(row[1]) + 1];
}

/** What lies behind one key and before another. To compare times alone costs a third less than times and rows. */
function rangeOf(
  [from, after]: readonly [number, number],
  [to, before]: readonly [number, number],
): { readonly text: string; readonly args: readonly number[] } {
  const [isFrom, isTo] = [after < 0, before < 0];
  const above = isFrom ? "m.time >= ?" : "(m.time, m.row) > (?, ?)";
  const below = isTo ? "m.time < ?" : "(m.time, m.row) < (?, ?)";
  return {
    text: `${above} AND ${below}`,
    args: [from, ...(isFrom ? [] : [after]), to, ...(isTo ? [] : [before])],
  };
}

type Sum = {
  /** @param range which keys of the attribute */
  textOf(range: string): string;
  readonly args: readonly number[];
  /** Grouped by places, which may be told. */
  readonly isPlaced: boolean;
  readonly isTold: boolean;
  readonly isNamed: boolean;
  /** Whether SQL has left out what lies outside. */
  readonly isJudged: boolean;
};

/** Sums up what lies between two keys. Inside an area that is no box place by place: whether one lies in it, SQL cannot judge. */
function sumOf(bounds: MeasureBounds, { area }: EntityView, { by }: MeasureGrouping): Sum {
  const isTold = by === "place" && bounds.isPlaced;
  const isBox = area !== undefined && isDeepStrictEqual(area, polygonOf(boxOf(area)));
  const isPlaced = isTold || (area !== undefined && !isBox);
  const isNamed = by === "thing";
  const around = area && unitBox(boxOf(area));
  const all = [bounds.boxes, around && [around]].filter((each) => each !== undefined);
  const where = all.map((boxes) => ` AND (${boxes.map(() => INSIDE).join(" OR ")})`).join("");
  const columns = [isPlaced ? "x, y" : "NULL, NULL", isNamed ? "o.id" : "NULL"].join(", ");
  const groups = [...(isPlaced ? ["x", "y"] : []), ...(isNamed ? ["o.id"] : [])].join(", ");
  // Of what it was said stands with the observation alone: few ask, and each number would bear it.
  const from = isNamed ? "measured m JOIN observation o ON o.row = m.row" : "measured m";
  const told = bounds.told === undefined ? "" : ` AND told BETWEEN ${bounds.told.join(" AND ")}`;
  const grouped = groups === "" ? "" : ` GROUP BY ${groups}`;
  return {
    textOf: (range) =>
      `SELECT COUNT(*), SUM(value), MIN(value), MAX(value), ${columns} FROM ${from}
      WHERE name = ? AND ${range}${told}${where}${grouped}`,
    args: all.flat().flatMap(([west, south, east, north]: Box) => [west, east, south, north]),
    ...{ isPlaced, isTold, isNamed, isJudged: isBox || area === undefined },
  };
}

const INSIDE = "(x BETWEEN ? AND ? AND y BETWEEN ? AND ?)";
