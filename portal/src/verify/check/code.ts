import type { Code } from "cityid/sdk";
import type { SealKnowledge } from "cityid/verify/seal";

/** A record as a proof shows it. */
export type ShownRecord = Parameters<SealKnowledge["status"]>[1];

/** What is proved of a code by itself. */
export type CodeFinding =
  | { readonly is: "never-issued"; readonly ageSeconds: number }
  | { readonly is: "unknown" }
  | { readonly is: "old"; readonly ageSeconds: number }
  | {
      readonly is: "active" | "suspended" | "retired" | "void";
      readonly ageSeconds: number;
      readonly record: ShownRecord;
      /** Which code decides: its own, or one above it. */
      readonly because?: string;
    };

/** What the proofs at hand say of a code. */
export function judgeCode(text: string, knowledge: SealKnowledge, maxSeconds: number): CodeFinding {
  const code = text as Code;
  const shown = knowledge.shown<ShownRecord>(`code/${code}`, code);
  if (shown === undefined) return { is: "unknown" };
  const { ageSeconds, value: record } = shown;
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

/** The record that is shown of a code, whatever its age. */
export function shownRecord(
  text: string,
  knowledge: SealKnowledge | undefined,
): ShownRecord | undefined {
  const code = text as Code;
  const shown = knowledge?.shown<ShownRecord>(`code/${code}`, code);
  return shown?.value;
}
