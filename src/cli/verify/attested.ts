import { readableTime } from "../../text/index.ts";
import type { Age, ChainLink, TrustedCheckpoint } from "../../verify/index.ts";
import { CliProblem, type CliProblemCode } from "../problem.ts";
import { duration } from "../progress.ts";
import type { Run } from "../run.ts";

export function ageText({ say }: Run, age: Age | undefined): string {
  if (age === undefined) return say({ en: ", age unknown", zh: "，新旧未知" });
  const text = duration(age.seconds * 1000);
  return age.by === "cosignatures"
    ? say({ en: `, ${text} old by its witnesses`, zh: `，据见证方距今 ${text}` })
    : say({ en: `, ${text} old by the log's own word`, zh: `，据日志自述距今 ${text}` });
}

/** Who vouches, and for what: a signature of the log alone does not show that it tells everybody the same. */
export function whoLines(
  { say, paint }: Run,
  { checkpoint, signedBy, cosignatures }: TrustedCheckpoint,
): string[] {
  const { origin, size } = checkpoint;
  const witnesses = cosignatures.map(({ witness }) => witness).join(", ");
  return [
    `  ${say({ en: "log", zh: "日志" })} ${origin}, ${say({ en: "size", zh: "长度" })} ${size}`,
    ...signedBy.map((vkey) => paint.quiet(`  ${say({ en: "signed by", zh: "签名" })} ${vkey}`)),
    witnesses === ""
      ? paint.quiet(
          say({
            en: "  no witness: that the log tells everybody the same is not shown",
            zh: "  无见证方：不能证明该日志对所有人出示相同内容",
          }),
        )
      : paint.quiet(`  ${say({ en: "witnessed by", zh: "见证方" })} ${witnesses}`),
  ];
}

/** Which ledger hands a code to which, and since when that is known. */
export function delegationText(
  run: Run,
  { code, origin, verdict: { checkpoint, age } }: ChainLink,
): string {
  return run.say({
    en: `${checkpoint.origin} delegates ${code} to ${origin}${ageText(run, age)}`,
    zh: `${checkpoint.origin} 将 ${code} 委托给 ${origin}${ageText(run, age)}`,
  });
}

/** What a person can do about by another way than to fetch the proof anew. */
const REFUSED: { readonly [cause: string]: CliProblemCode } = {
  PROOF_ANCESTOR_MISSING: "CLI_PROOF_INCOMPLETE",
  NOTE_UNSIGNED: "CLI_PROOF_LOG",
  POLICY_LOG: "CLI_PROOF_LOG",
  PROOF_AGE: "CLI_PROOF_OLD",
  PROOF_TIME: "CLI_PROOF_FUTURE",
  POLICY_FUTURE: "CLI_PROOF_FUTURE",
};

/** A verdict that is none: the proof does not hold, or brings too little to tell. */
export function refused({ code: cause, ...facts }: { readonly code: string }): CliProblem {
  const code = REFUSED[cause] ?? "CLI_PROOF";
  const clock = code === "CLI_PROOF_FUTURE" && { now: readableTime(Date.now()).beijing };
  return new CliProblem(code, { ...facts, cause, ...clock });
}

/** Refuses a proof that holds, and is about something else than was asked. */
export function checkSubject(key: string, code: string | undefined): void {
  if (code === undefined || key === `code/${code}`) return;
  throw new CliProblem("CLI_PROOF_SUBJECT", { got: key, want: `code/${code}` });
}
