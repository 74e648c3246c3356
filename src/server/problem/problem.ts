import type { Refusal } from "../../core/index.ts";
import type { ReadRefusal } from "../../text/index.ts";
import { type Json, toJson } from "../http/json.ts";
import type { ServerRefusal } from "./refusal.ts";
import { type Row, SERVER_ROWS } from "./rows.ts";
import { RULE_ROWS } from "./rule-rows.ts";

/** Anything that we say no with. */
export type AnyRefusal = Refusal | ReadRefusal | ServerRefusal;
export type AnyRefusalCode = AnyRefusal["code"];

/** RFC 9457 with our code, facts and remedy. */
export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: Row["status"];
  readonly code: string;
  readonly facts: { readonly [name: string]: Json | undefined };
  readonly remedy: string;
};

/** Every code with its status, title and remedy. Leaving one out is a compile error. */
export const PROBLEM_ROWS: Readonly<Record<AnyRefusalCode, Row>> = { ...RULE_ROWS, ...SERVER_ROWS };

/** A refusal's code, facts and remedy: what stands in a problem and in the result of one item of many. */
export function describeRefusal(refusal: AnyRefusal): Pick<Problem, "code" | "facts" | "remedy"> {
  const { code, ...facts } = inUnitsOfJson(refusal);
  return { code, facts: toJson(facts) as Problem["facts"], remedy: PROBLEM_ROWS[code].remedy };
}

/** A name says the unit of a time (`toJson`); these two are milliseconds everywhere else. */
function inUnitsOfJson(refusal: AnyRefusal): AnyRefusal {
  if (refusal.code !== "OP_IAT") return refusal;
  return { ...refusal, from: refusal.from * 1000, to: refusal.to * 1000 };
}

/** The status of one refused operation: 409 where another was faster, else 422, whatever the code means elsewhere. */
export function refusedStatus({ code }: AnyRefusal): 409 | 422 {
  return PROBLEM_ROWS[code].status === 409 ? 409 : 422;
}

export function problemOf(
  refusal: AnyRefusal,
  publicUrl: string,
  status: Row["status"] = PROBLEM_ROWS[refusal.code].status,
): Problem {
  const { title } = PROBLEM_ROWS[refusal.code];
  const { code, facts, remedy } = describeRefusal(refusal);
  return { type: `${publicUrl}/docs/errors#${code}`, title, status, code, facts, remedy };
}

/** Seconds after which it makes sense to try again, where the refusal says so. */
export function retryAfter(refusal: AnyRefusal): number | undefined {
  return "retryAfter" in refusal ? refusal.retryAfter : undefined;
}
