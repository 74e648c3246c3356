import type { Terms } from "./draft.ts";

/** What an import was asked to do. */
export type ImportRequest = {
  readonly path: string;
  readonly terms: Terms;
  readonly map: readonly string[];
  readonly rest: "attributes" | "ignore";
  readonly encoding?: string;
  readonly skipBad: boolean;
  readonly dryRun: boolean;
  /** Where all bad rows are written to. */
  readonly report?: string;
};
