import { hex } from "../../core/index.ts";
import {
  type TrustedCheckpoint,
  type TrustOptions,
  verifyConsistencyProof,
} from "../../verify/index.ts";
import type { Run } from "../run.ts";
import { ageText, checkSubject, refused, whoLines } from "./attested.ts";

/** That a log only grew between two of its checkpoints. */
export async function verifyConsistencyFile(
  run: Run,
  text: string,
  trust: TrustOptions,
  code: string | undefined,
): Promise<void> {
  const verdict = await verifyConsistencyProof(text, trust);
  if (!verdict.ok) throw refused(verdict.error);
  const { first, second, age } = verdict.value;
  checkSubject(`log ${first.checkpoint.origin}`, code);
  const shown = {
    first: trustedJson(first),
    second: trustedJson(second),
    ...(age === undefined ? {} : { age }),
  };
  const [before, after] = [first.checkpoint.size, second.checkpoint.size];
  run.result(shown, () => [
    run.paint.good("✔ ") +
      run.say({
        en: `The log only grew, from ${before} to ${after} entries: what was in it is in it unchanged${ageText(run, age)}.`,
        zh: `日志只增不改，由 ${before} 条增至 ${after} 条：原有内容均未变动${ageText(run, age)}。`,
      }),
    ...whoLines(run, first),
    ...whoLines(run, second),
  ]);
}

function trustedJson({ checkpoint, signedBy, cosignatures }: TrustedCheckpoint) {
  return { ...checkpoint, root: hex(checkpoint.root), signedBy, cosignatures };
}
