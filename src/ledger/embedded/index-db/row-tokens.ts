import type { Box } from "../../../core/index.ts";
import { cellTokens } from "./cells.ts";
import { facetsOf, parseFacets } from "./facts.ts";
import { visitGrams } from "./grams.ts";
import { facetToken } from "./layout.ts";
import type { Cell } from "./sql.ts";

/** What a record can be found by. */
export type Findable = {
  readonly doc: string;
  readonly facets: string;
  readonly box: Box | undefined;
};

/** The columns that say it. */
export const FINDABLE = "doc, facts, west, south, east, north";

export function findableOf([doc, facts, ...bounds]: readonly Cell[]): Findable {
  return { doc: String(doc), facets: facetsOf(String(facts)), box: boxOf(bounds) };
}

/** A point has no east and north of its own. */
export function boundsOf(box: Box | undefined): readonly (number | null)[] {
  if (box === undefined) return NOWHERE;
  const [west, south, east, north] = box;
  return west === east && south === north ? [west, south, null, null] : box;
}

const NOWHERE = [null, null, null, null];

function boxOf([west, south, east, north]: readonly Cell[]): Box | undefined {
  if (typeof west !== "number" || typeof south !== "number") return undefined;
  return [west, south, Number(east ?? west), Number(north ?? south)];
}

/** Calls `visit` with every token of a record, some more than once. */
export function visitTokens({ doc, facets, box }: Findable, visit: (token: number) => void): void {
  visitGrams(doc, visit);
  for (const token of facetTokens(facets)) visit(token);
  if (box !== undefined) for (const token of cellTokens(box)) visit(token);
}

let last: { readonly facets: string; readonly tokens: readonly number[] } | undefined;

/** Neighbouring records mostly have the same facets. */
function facetTokens(facets: string): readonly number[] {
  if (last?.facets !== facets) last = { facets, tokens: parseFacets(facets).map(facetToken) };
  return last.tokens;
}
