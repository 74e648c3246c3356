import type { Code, GazetteFact, PartialDate } from "../../core/index.ts";

/** A division as a register names it, true from `from` until `to`, which is the first moment it is no longer. */
export type Fact = GazetteFact & {
  readonly code: Code;
  readonly names: { readonly zh: string; readonly en?: string };
};

export type Level = Fact["level"];

export type Successor = { readonly code: Code; readonly date?: PartialDate };

/** The level that a GB/T 2260 code of six digits has by its zeros. */
export function levelOf(digits: string): Level {
  if (digits.endsWith("0000")) return "province";
  return digits.endsWith("00") ? "prefecture" : "county";
}

/** The first day that a partial date can mean, so that dates of all precisions compare. */
export function firstDay(date: PartialDate): string {
  return date + "-01-01".slice(date.length - 4);
}

/** Facts in the one order that operations carry them: by code, then by time. */
export function inOrder<F extends Fact>(facts: readonly F[]): F[] {
  return [...facts].sort(
    (a, b) => compare(a.code, b.code) || compare(firstDay(a.from), firstDay(b.from)),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
