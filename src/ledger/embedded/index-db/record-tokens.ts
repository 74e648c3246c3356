import { type Code, parentOf } from "../../../core/index.ts";
import { visitCells } from "./cells.ts";
import { documentOf } from "./document.ts";
import { facetNames } from "./facets.ts";
import { visitGrams } from "./grams.ts";
import { facetToken } from "./layout.ts";
import type { RecordFields } from "./record-fields.ts";

/** Calls `visit` with every token of a record, some more than once. */
export function visitTokens(
  code: Code,
  fields: RecordFields,
  visit: (token: number) => void,
): void {
  visitGrams(documentOf(code, fields), visit);
  for (const token of facetTokens(code, fields)) visit(token);
  if (fields.box !== undefined) visitCells(fields.box, visit);
}

/** What the facets of a record are made of, and their tokens. */
type Faceted = {
  readonly parent: string | undefined;
  readonly fields: Pick<RecordFields, "kind" | "class" | "status" | "registration">;
  readonly tokens: readonly number[];
};

let last: Faceted | undefined;

/** Neighbouring records mostly have the same facets. */
function facetTokens(code: Code, fields: RecordFields): readonly number[] {
  const parent = parentOf(code);
  if (last === undefined || last.parent !== parent || !isAlike(last.fields, fields)) {
    last = { parent, fields, tokens: facetNames(code, fields).map(facetToken) };
  }
  return last.tokens;
}

function isAlike(a: Faceted["fields"], b: Faceted["fields"]): boolean {
  return (
    a.kind === b.kind &&
    a.class === b.class &&
    a.status === b.status &&
    a.registration === b.registration
  );
}
