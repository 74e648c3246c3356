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

/** How a query is carried out. */
export type SearchPlan = {
  /** By phase: which records of a full bucket may be meant. */
  readonly phases: readonly Condition[];
  /** SQL over a row of `record`: the phase it belongs to, and whether its facets are those asked for. */
  readonly phase: string;
  readonly phaseArgs: readonly string[];
  readonly facets: string;
  readonly facetArgs: readonly string[];
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
  const filters = [...facets.map((facet) => token(facetToken(facet))), ...placeOf(query)];
  const status = statusCondition(sql, names, query.status);
  if (status !== undefined) filters.push(status);
  return {
    phases: text.conditions.map((each) => all([each, ...filters])),
    phase: text.phase,
    phaseArgs: text.args,
    facets: ["1", ...facets.map(() => "instr(facts, ?)")].join(" AND "),
    facetArgs: facets.map((facet) => `,${facet},`),
    accepts: judgeOf(sql, query),
    exact: wanted === undefined ? [] : exactIds(sql, query.text ?? ""),
  };
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
const MAX_INACTIVE = 64;

/** Records that are not in force are few, or stand together: say which they can be. Of those in force nothing is said. */
function statusCondition(
  sql: Sql,
  names: Names,
  status: string | undefined,
): Condition | undefined {
  if (status === undefined || status === "active") return undefined;
  const rows = sql.all("SELECT facet FROM inactive LIMIT ?", [MAX_INACTIVE + 1]);
  if (rows.length > MAX_INACTIVE) return undefined;
  const own = names.find(statusFacet(status));
  const facets = [...(own === undefined ? [] : [own]), ...rows.map(([facet]) => Number(facet))];
  return any(facets.map((facet) => token(facetToken(facet))));
}

function judgeOf(sql: Sql, { status, bbox }: SearchQuery): SearchPlan["accepts"] {
  if (status === undefined && bbox === undefined) return () => true;
  const statuses = new EffectiveStatuses(sql);
  return (code, text) => {
    const facts = parseFacts(text);
    if (bbox !== undefined && !(facts.box !== undefined && overlap(facts.box, bbox))) return false;
    return status === undefined || statuses.of(code, facts) === status;
  };
}

function overlap(box: Box, [west, south, east, north]: Box): boolean {
  return box[0] <= east && box[2] >= west && box[1] <= north && box[3] >= south;
}
