import { ancestorsOf, type Box, parentOf } from "../../../core/index.ts";
import type { SearchQuery } from "../../port.ts";
import { cellRanges } from "./cells.ts";
import { all, any, type Condition, token } from "./condition.ts";
import { documentOf, wantedOf } from "./document.ts";
import { EffectiveStatuses } from "./effective.ts";
import { exactRecords } from "./exact.ts";
import { classFacet, kindFacet, parentFacet, statusFacet, underFacet } from "./facets.ts";
import type { IndexView } from "./index-view.ts";
import { facetToken } from "./layout.ts";
import type { StoredRecord } from "./stored-records.ts";
import { planText } from "./text-plan.ts";

/** How a query is carried out. */
export type SearchPlan = {
  /** By phase: which records of a bucket may be meant. */
  readonly phases: readonly Condition[];
  /** The phase that a record belongs to, as far as its text says; `undefined` for none. */
  readonly phaseOf: (record: StoredRecord) => number | undefined;
  /** Whether it meets all the rest. */
  readonly accepts: (record: StoredRecord) => boolean;
  /** The records that come before all others, if they meet the rest: what was typed is their code or their alias. */
  readonly exact: ReadonlyMap<number, StoredRecord>;
};

export function planSearch(view: IndexView, query: SearchQuery): SearchPlan {
  const wanted = query.text === undefined ? undefined : wantedOf(query.text);
  const filters = [...facetsOf(query).map(facetCondition), ...placeOf(query)];
  const inactive = inactiveFacets(view, query.status);
  if (inactive !== undefined) filters.push(any(inactive.map(facetCondition)));
  const rest = { accepts: judgeOf(view, query) };
  // Without a text there is one phase, and every record belongs to it.
  if (wanted === undefined) {
    return { ...rest, phases: [all(filters)], phaseOf: () => 0, exact: new Map() };
  }
  const text = planText(wanted);
  return {
    ...rest,
    phases: text.conditions.map((each) => all([each, ...filters])),
    phaseOf: ({ code, fields }) => text.phaseOf(documentOf(code, fields)),
    exact: exactRecords(view, query.text ?? ""),
  };
}

function facetCondition(facet: string): Condition {
  return token(facetToken(facet));
}

function facetsOf({ kind, class: className, parent, under }: SearchQuery): string[] {
  return [
    ...(kind === undefined ? [] : [kindFacet(kind)]),
    ...(className === undefined ? [] : [classFacet(className)]),
    ...(parent === undefined ? [] : [parentFacet(parent)]),
    ...(under === undefined ? [] : [underFacet(under)]),
  ];
}

function placeOf({ bbox }: SearchQuery): Condition[] {
  return bbox === undefined ? [] : [{ kind: "ranges", of: cellRanges(bbox) }];
}

/** More than this would take longer to combine than to look at every record. */
const MAX_INACTIVE = 32;

/** Facets of which a record that is not in force has one; `undefined` where there are too many, or it is to be in force. */
function inactiveFacets({ sql }: IndexView, status: string | undefined): string[] | undefined {
  if (status === undefined || status === "active") return undefined;
  const rows = sql.all("SELECT facet FROM inactive LIMIT ?", [MAX_INACTIVE + 1]);
  if (rows.length > MAX_INACTIVE) return undefined;
  return [statusFacet(status), ...rows.map(([facet]) => String(facet))];
}

function judgeOf(
  view: IndexView,
  { kind, class: className, parent, under, status, bbox }: SearchQuery,
): SearchPlan["accepts"] {
  const statuses = new EffectiveStatuses(view);
  return (record) => {
    const { code, fields } = record;
    return (
      (kind === undefined || fields.kind === kind) &&
      (className === undefined || fields.class === className) &&
      (parent === undefined || parentOf(code) === parent) &&
      (under === undefined || ancestorsOf(code).some((each) => each === under)) &&
      (bbox === undefined || touches(fields.box, bbox)) &&
      (status === undefined || statuses.of(record) === status)
    );
  };
}

function touches(box: Box | undefined, [west, south, east, north]: Box): boolean {
  if (box === undefined) return false;
  return box[0] <= east && box[2] >= west && box[1] <= north && box[3] >= south;
}
