import type { Box } from "../../../core/index.ts";
import { cellTokens } from "./cells.ts";
import { parseFacets, parseFacts } from "./facts.ts";
import { visitGrams } from "./grams.ts";
import { facetToken } from "./layout.ts";

/** What a record can be found by. */
export type Findable = {
  readonly doc: string;
  readonly facets: string;
  readonly box: Box | undefined;
};

export function findableOf(doc: string, facts: string): Findable {
  const { facets, box } = parseFacts(facts);
  return { doc, facets, box };
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
