import { all, any, type Condition, isWide, token } from "./condition.ts";
import type { Spellings, Wanted } from "./document.ts";
import { EDGE, gramsOf } from "./grams.ts";

/**
 * How a text is looked for. A record counts in the first phase that it meets: a field of it begins with the text; it holds
 * every word somewhere.
 */
export type TextPlan = {
  /** By phase. */
  readonly conditions: readonly Condition[];
  /** An SQL expression: the phase that a record belongs to, NULL for none. */
  readonly phase: { readonly sql: string; readonly args: readonly string[] };
};

/** Without a text there is one phase, and every record belongs to it. */
export const NO_TEXT: TextPlan = { conditions: [all([])], phase: { sql: "0", args: [] } };

export function planText({ whole, words }: Wanted): TextPlan {
  const phases = [[whole.map((spelling) => EDGE + spelling)], words];
  const cases = phases.map((parts, i) => `WHEN ${parts.map(holdsAny).join(" AND ")} THEN ${i}`);
  return {
    conditions: phases.map(conditionOf),
    phase: { sql: `CASE ${cases.join(" ")} END`, args: phases.flat(2) },
  };
}

function holdsAny(spellings: Spellings): string {
  return `(${spellings.map(() => "instr(doc, ?)").join(" OR ")})`;
}

/** Of words that are a single letter and the like. */
const ENOUGH_WIDE = 2;

/** Single letters meet nearly everything: where there is more to go by, they are left to the row. */
function conditionOf(words: readonly Spellings[]): Condition {
  const conditions = words.map((spellings) => any(spellings.map(spellingCondition)));
  const narrow = conditions.filter((each) => !isWide(each));
  return all(narrow.length > 0 ? narrow : conditions.slice(0, ENOUGH_WIDE));
}

function spellingCondition(spelling: string): Condition {
  const { tokens, ranges } = gramsOf(spelling);
  return ranges.length > 0 ? { kind: "ranges", of: ranges } : all(tokens.map(token));
}
