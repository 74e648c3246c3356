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
  /** The phase that a record with this document belongs to; `undefined` for none. */
  readonly phaseOf: (document: string) => number | undefined;
};

export function planText({ whole, words }: Wanted): TextPlan {
  const phases = [[whole.map((spelling) => EDGE + spelling)], words];
  return {
    conditions: phases.map(conditionOf),
    phaseOf: (document) => {
      const phase = phases.findIndex((parts) => parts.every((each) => holdsAny(document, each)));
      return phase < 0 ? undefined : phase;
    },
  };
}

function holdsAny(document: string, spellings: Spellings): boolean {
  return spellings.some((spelling) => document.includes(spelling));
}

/** Of words that are a single letter and the like. */
const ENOUGH_WIDE = 2;

/** Single letters meet nearly everything: where there is more to go by, they are left to the record. */
function conditionOf(words: readonly Spellings[]): Condition {
  const conditions = words.map((spellings) => any(spellings.map(spellingCondition)));
  const narrow = conditions.filter((each) => !isWide(each));
  return all(narrow.length > 0 ? narrow : conditions.slice(0, ENOUGH_WIDE));
}

function spellingCondition(spelling: string): Condition {
  const { tokens, ranges } = gramsOf(spelling);
  return ranges.length > 0 ? { kind: "ranges", of: ranges } : all(tokens.map(token));
}
