import { all, any, type Condition, range, token } from "./condition.ts";
import type { Spellings, Wanted } from "./document.ts";
import { EDGE, gramsOf } from "./grams.ts";

/**
 * How a text is looked for. A record counts in the first phase that it meets: a field of it is the text; a field begins
 * with it; it holds every word somewhere.
 */
export type TextPlan = {
  /** By phase. */
  readonly conditions: readonly Condition[];
  /** An SQL expression: the phase that a record belongs to, NULL for none. */
  readonly phase: string;
  readonly args: readonly string[];
};

/** Without a text there is one phase, and every record belongs to it. */
export const NO_TEXT: TextPlan = { conditions: [all([])], phase: "0", args: [] };

export function planText({ whole, words }: Wanted): TextPlan {
  const exact = whole.map((spelling) => EDGE + spelling + EDGE);
  const prefix = whole.map((spelling) => EDGE + spelling);
  const phases = [[exact], [prefix], words];
  const cases = phases.map((parts, i) => `WHEN ${parts.map(holdsAny).join(" AND ")} THEN ${i}`);
  return {
    conditions: phases.map((parts) => all(parts.map(conditionOf))),
    phase: `CASE ${cases.join(" ")} END`,
    args: phases.flat(2),
  };
}

function holdsAny(spellings: Spellings): string {
  return `(${spellings.map(() => "instr(doc, ?)").join(" OR ")})`;
}

function conditionOf(spellings: Spellings): Condition {
  const each = spellings.map((spelling) => {
    const { tokens, ranges } = gramsOf(spelling);
    return ranges.length > 0 ? any(ranges.map(range)) : all(tokens.map(token));
  });
  const [only] = each;
  return each.length === 1 && only !== undefined ? only : any(each);
}
