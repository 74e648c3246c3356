import type { Condition } from "../entities/condition.ts";
import { boxOf, NEAR_DEGREES } from "../entities/geometry.ts";
import { boxesOf, type EntityQuery } from "../entities/query.ts";
import { type EntityView, isLimited } from "../entities/view.ts";
import { stretchesOf } from "./cells.ts";
import { DUE, keptText } from "./entity-rows.ts";

/** Rows among which the answer is, as SQL over `entity e`. Texts of a question are only ever arguments. */
export type Plan = {
  readonly where: string;
  readonly args: readonly (string | number)[];
  /** These rows are the answer: nothing has to be looked at. */
  readonly isExact: boolean;
  /** Few rows are expected, and they come in no order. */
  readonly isNarrow: boolean;
  /** Those few as a question of its own for their rows, which may find some more. */
  readonly narrow: Pick<Part, "args"> & { readonly text: string };
};

type Part = Omit<Plan, "isExact" | "narrow">;

export function planOf(query: EntityQuery, view: EntityView): Plan {
  const boxes = byBoxes(query, view);
  const parts = [
    byIds(query),
    byTypes(query),
    byTime(query, view),
    boxes,
    byDue(query),
    query.condition && byCondition(query.condition),
  ].filter((part) => part !== undefined);
  const { idPattern, attributes, condition, place, bbox, scopes } = query;
  const isOpen = [idPattern, attributes, condition, place, bbox, scopes].every(
    (each) => each === undefined,
  );
  const whole = {
    where: parts.map(({ where }) => `(${where})`).join(" AND ") || "1",
    args: parts.flatMap(({ args }) => args),
  };
  const isByBoxes = parts.every((part) => part === boxes || !part.isNarrow);
  return {
    ...whole,
    isExact: isOpen && !isLimited(view),
    isNarrow: parts.some(({ isNarrow }) => isNarrow),
    narrow:
      boxes !== undefined && isByBoxes
        ? // What else is asked is seen as fast when it is looked at, and a row costs as much to find as to read.
          { text: boxes.rows, args: boxes.args }
        : { text: `SELECT e.row FROM entity e WHERE ${whole.where}`, args: whole.args },
  };
}

function byIds({ ids }: EntityQuery): Part | undefined {
  if (ids === undefined) return undefined;
  const where = "e.id IN (SELECT value FROM json_each(?))";
  return { where, args: [JSON.stringify(ids)], isNarrow: true };
}

function byTypes({ types }: EntityQuery): Part | undefined {
  if (types === undefined) return undefined;
  const has = "EXISTS (SELECT 1 FROM typed t WHERE t.type = ? AND t.row = e.row)";
  const where = types.map((all) => `(${all.map(() => has).join(" AND ") || "1"})`).join(" OR ");
  return { where: where || "0", args: types.flat(), isNarrow: false };
}

/** The time that is kept counts what a limited reader does not see; for that reader it is another one. */
function byTime(
  { fromMilliseconds, toMilliseconds }: EntityQuery,
  view: EntityView,
): Part | undefined {
  if (isLimited(view)) return undefined;
  if (fromMilliseconds === undefined && toMilliseconds === undefined) return undefined;
  const { MIN_SAFE_INTEGER: from, MAX_SAFE_INTEGER: to } = Number;
  const args = [fromMilliseconds ?? from, toMilliseconds ?? to];
  return { where: "e.time BETWEEN ? AND ?", args, isNarrow: false };
}

function byDue({ dueMilliseconds: due }: EntityQuery): Part | undefined {
  if (due === undefined) return undefined;
  const where = "e.row IN (SELECT s.row FROM said s WHERE s.attribute = ? AND s.value <= ?)";
  return { where, args: [DUE, due], isNarrow: true };
}

function byBoxes(
  query: EntityQuery,
  { area }: EntityView,
): (Part & { readonly rows: string }) | undefined {
  const boxes = boxesOf(query) ?? (area && [boxOf(area)]);
  if (boxes === undefined) return undefined;
  // What is at the edge of two boxes is in both.
  const word = boxes.length === 1 ? "UNION ALL" : "UNION";
  const rows = boxes.flatMap(() => [IN_PLACE, IN_SPOT]).join(` ${word} `);
  return {
    rows,
    where: `e.row IN (${rows})`,
    args: boxes.flatMap(([west, south, east, north]) => {
      const edges = [west, east, south, north];
      // The R*Tree keeps 32-bit numbers, rounded outwards: what it finds is looked at again, and so is what is near.
      const [w, e, s, n] = [west - NEAR, east + NEAR, south - NEAR, north + NEAR] as const;
      const stretches = Object.fromEntries(stretchesOf([w, s, e, n]));
      return [...edges, JSON.stringify(stretches), w, e, s, n];
    }),
    isNarrow: true,
  };
}

/** More than what counts as the same place. */
const NEAR = 2 * NEAR_DEGREES;

const IN_PLACE =
  "SELECT p.row FROM place p WHERE p.east >= ? AND p.west <= ? AND p.north >= ? AND p.south <= ?";

/** Stretches come as an object, each with its last cell under its first: so the text is the same however many they are. */
const IN_SPOT = `SELECT s.row FROM json_each(?) r CROSS JOIN spot s
  WHERE s.cell BETWEEN CAST(r.key AS INTEGER) AND r.value AND s.x BETWEEN ? AND ? AND s.y BETWEEN ? AND ?`;

/** What can be narrowed down by the values that attributes have; `undefined` where all rows have to be looked at. */
function byCondition(condition: Condition): Part | undefined {
  switch (condition.kind) {
    case "and":
      return join(
        condition.parts.map(byCondition).filter((part) => part !== undefined),
        "AND",
      );
    case "or": {
      const parts = condition.parts.map(byCondition);
      const known = parts.filter((part) => part !== undefined);
      return known.length === parts.length ? join(known, "OR") : undefined;
    }
    case "compare":
      return byComparison(condition);
    case "exists":
    case "match":
    case "linked":
      return undefined;
  }
}

function join(parts: readonly Part[], word: "AND" | "OR"): Part | undefined {
  if (parts.length === 0) return undefined;
  const where = parts.map((part) => `(${part.where})`).join(` ${word} `);
  return { where, args: parts.flatMap(({ args }) => args), isNarrow: true };
}

function byComparison({ path, comparison, operands }: Extract<Condition, { kind: "compare" }>) {
  if (path.below.length > 0 || path.trail.length > 0 || comparison === "!=") return undefined;
  const tests: string[] = [];
  const args: (string | number)[] = [path.attribute];
  for (const operand of operands) {
    if (operand.kind === "range") {
      if (!isOrderedAlike(operand.from) || !isOrderedAlike(operand.to)) return undefined;
      tests.push("value BETWEEN ? AND ?");
      args.push(operand.from, operand.to);
      continue;
    }
    const { value } = operand;
    if (typeof value === "boolean") return undefined;
    if (!isOrderedAlike(value)) {
      // A time is equal to the same time in another spelling.
      if (comparison !== "==" || typeof value === "number" || TIME.test(value)) return undefined;
    }
    tests.push(`value ${comparison === "==" ? "=" : `${comparison.slice(0, 1)}=`} ?`);
    args.push(typeof value === "string" ? keptText(value) : value);
  }
  const where = `e.row IN (SELECT row FROM said WHERE attribute = ? AND (${tests.join(" OR ")}))`;
  return { where, args, isNarrow: true };
}

const TIME = /^\d{4}-\d\d-\d\dT/;

/** Whether SQLite and the program put values in one order around this one; times they spell differently. */
function isOrderedAlike(value: string | number): boolean {
  if (typeof value === "number") return true;
  return value.length < 200 && /^[\x20-\x7e]*$/.test(value) && !TIME.test(value);
}
