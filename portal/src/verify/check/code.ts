import type { Code } from "cityid/sdk";
import type { SealKnowledge, Shown } from "cityid/verify/seal";

type Record_ = NonNullable<ReturnType<typeof recordIn>["value"]>;

/** What is proved of a code by itself. */
export type CodeFinding =
  | { readonly is: "never-issued"; readonly ageSeconds: number }
  | { readonly is: "unknown" }
  | { readonly is: "old"; readonly ageSeconds: number }
  | {
      readonly is: "active" | "suspended" | "retired" | "void";
      readonly ageSeconds: number;
      readonly record: Record_;
      /** Which code decides: its own, or one above it. */
      readonly because?: string;
    };

/** What the proofs at hand say of a code. */
export function judgeCode(text: string, knowledge: SealKnowledge, maxSeconds: number): CodeFinding {
  const code = text as Code;
  const shown = knowledge.shown<object>(`code/${code}`, code);
  if (shown === undefined) return { is: "unknown" };
  const { ageSeconds } = shown;
  const { value: record } = recordIn(shown);
  // What an old proof says may have changed since, all but an end.
  const isOld = ageSeconds > maxSeconds;
  if (record === undefined)
    return isOld ? { is: "old", ageSeconds } : { is: "never-issued", ageSeconds };
  const effective = knowledge.status(`code/${code}`, record);
  if (effective === undefined) return { is: "unknown" };
  const { status } = effective;
  if (isOld && (status === "active" || status === "suspended")) return { is: "old", ageSeconds };
  const because = "because" in effective ? { because: effective.because } : {};
  return { is: status, ageSeconds, record, ...because };
}

/** The record of a code, as it is shown. */
function recordIn(shown: Shown<object>) {
  return shown as Shown<Parameters<SealKnowledge["status"]>[1]>;
}

/** The record that is shown of a code, whatever its age. */
export function shownRecord(
  text: string,
  knowledge: SealKnowledge | undefined,
): Record_ | undefined {
  const code = text as Code;
  const shown = knowledge?.shown<object>(`code/${code}`, code);
  return shown && recordIn(shown).value;
}

export type { Record_ as ShownRecord };
