import type { Box, Code } from "../../../core/index.ts";
import type { SearchQuery } from "../../port.ts";
import { cellRanges } from "./cells.ts";
import { all, any, type Condition, token } from "./condition.ts";
import { wantedOf } from "./document.ts";
import { EffectiveStatuses } from "./effective.ts";
import { exactIds } from "./exact.ts";
import { classFacet, kindFacet, parentFacet, statusFacet, underFacet } from "./facets.ts";
import { parseFacts } from "./facts.ts";
import { facetToken } from "./layout.ts";
import type { Names } from "./names.ts";
import type { Sql } from "./sql.ts";
import { NO_TEXT, planText } from "./text-plan.ts";

export type Expression = { readonly sql: string; readonly args: readonly unknown[] };

/** How a query is carried out. */
export type SearchPlan = {
  /** By phase: which records of a full bucket may be meant. */
  readonly phases: readonly Condition[];
  /** SQL over a row of `record`: the phase that it belongs to, and whether it meets all else that SQL can judge. */
  readonly phase: Expression;
  readonly filter: Expression;
  /** What SQL does not judge. */
  readonly accepts: (code: Code, facts: string) => boolean;
  /** Ids of the records that come before all others, if they meet the rest: what was typed is their code or their alias. */
  readonly exact: readonly number[];
};

/** `undefined` when nothing can be found: a facet that no record ever had. */
export function planSearch(sql: Sql, names: Names, query: SearchQuery): SearchPlan | undefined {
  const wanted = query.text === undefined ? undefined : wantedOf(query.text);
  const text = wanted === undefined ? NO_TEXT : planText(wanted);
  const facets = facetsOf(names, query);
  if (facets === undefined) return undefined;
  const inactive = inactiveFacets(sql, names, query.status);
  const filters = [...facets.map((facet) => token(facetToken(facet))), ...placeOf(query)];
  if (inactive !== undefined) filters.push(any(inactive.map((each) => token(facetToken(each)))));
  return {
    phases: text.conditions.map((each) => all([each, ...filters])),
    phase: text.phase,
    filter: every([
      ...facets.map(hasFacet),
      ...(query.bbox === undefined ? [] : [touches(query.bbox)]),
      ...(inactive === undefined ? [] : [some(inactive.map(hasFacet))]),
    ]),
    accepts: judgeOf(sql, query),
    exact: wanted === undefined ? [] : exactIds(sql, query.text ?? ""),
  };
}

function hasFacet(facet: number): Expression {
  return { sql: "instr(facts, ?)", args: [`,${facet},`] };
}

function touches([west, south, east, north]: Box): Expression {
  return {
    sql: "west <= ? AND coalesce(east, west) >= ? AND south <= ? AND coalesce(north, south) >= ?",
    args: [east, west, north, south],
  };
}

function every(parts: readonly Expression[]): Expression {
  return { sql: ["1", ...parts.map(({ sql }) => sql)].join(" AND "), args: argsOf(parts) };
}

function some(parts: readonly Expression[]): Expression {
  return { sql: `(${["0", ...parts.map(({ sql }) => sql)].join(" OR ")})`, args: argsOf(parts) };
}

function argsOf(parts: readonly Expression[]): unknown[] {
  return parts.flatMap(({ args }) => args);
}

function facetsOf(names: Names, query: SearchQuery): number[] | undefined {
  const asked = [
    query.kind === undefined ? undefined : kindFacet(query.kind),
    query.class === undefined ? undefined : classFacet(query.class),
    query.parent === undefined ? undefined : parentFacet(query.parent),
    query.under === undefined ? undefined : underFacet(query.under),
  ];
  const numbers = asked.flatMap((name) => (name === undefined ? [] : [names.find(name)]));
  const known = numbers.filter((number) => number !== undefined);
  return known.length === numbers.length ? known : undefined;
}

function placeOf({ bbox }: SearchQuery): Condition[] {
  return bbox === undefined ? [] : [{ kind: "ranges", of: cellRanges(bbox) }];
}

/** More than this would take longer to combine than to look at every record. */
const MAX_INACTIVE = 32;

/** Facets of which a record that is not in force has one; `undefined` where there are too many, or it is to be in force. */
function inactiveFacets(sql: Sql, names: Names, status: string | undefined): number[] | undefined {
  if (status === undefined || status === "active") return undefined;
  const rows = sql.all("SELECT facet FROM inactive LIMIT ?", [MAX_INACTIVE + 1]);
  if (rows.length > MAX_INACTIVE) return undefined;
  const own = names.find(statusFacet(status));
  return [...(own === undefined ? [] : [own]), ...rows.map(([facet]) => Number(facet))];
}

function judgeOf(sql: Sql, { status }: SearchQuery): SearchPlan["accepts"] {
  if (status === undefined) return () => true;
  const statuses = new EffectiveStatuses(sql);
  return (code, facts) => statuses.of(code, parseFacts(facts)) === status;
}
