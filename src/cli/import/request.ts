import type { RowTerms, Terms } from "./draft.ts";

/** What an import does. */
export type ImportRequest = AskedImport & { readonly terms: Terms };

/** What an import was asked to do; unless the first number was said, it stands behind what is there. */
export type AskedImport = {
  readonly path: string;
  readonly terms: RowTerms & { readonly first?: number };
  readonly map: readonly string[];
  readonly rest: "attributes" | "ignore";
  readonly encoding?: string;
  readonly skipBad: boolean;
  readonly dryRun: boolean;
  /** Where all bad rows are written to. */
  readonly report?: string;
};
