import { hex } from "../../core/index.ts";
import { type FraudVerdict, type TrustOptions, verifyFraudProof } from "../../verify/index.ts";
import type { Run } from "../run.ts";
import { checkSubject, refused } from "./attested.ts";

/** That whoever holds the key of a log showed two histories. */
export async function verifyFraudFile(
  run: Run,
  text: string,
  trust: TrustOptions,
  code: string | undefined,
): Promise<void> {
  const verdict = await verifyFraudProof(text, trust);
  if (!verdict.ok) throw refused(verdict.error);
  const { origin, signedBy, first, second, how } = verdict.value;
  checkSubject(`log ${origin}`, code);
  const shown = {
    fraud: true,
    origin,
    signedBy,
    first: { ...first, root: hex(first.root) },
    second: { ...second, root: hex(second.root) },
    how: howJson(how),
  };
  run.result(shown, () => fraudLines(run, verdict.value));
}

function howJson(how: FraudVerdict["how"]) {
  switch (how.kind) {
    case "roots":
      return how;
    case "leaves":
      return { ...how, first: hex(how.first), second: hex(how.second) };
    case "prefix":
      return { ...how, began: hex(how.began) };
  }
}

function fraudLines(run: Run, verdict: FraudVerdict): string[] {
  const { say, paint } = run;
  const { origin, signedBy, first, second } = verdict;
  const both = first.cosignedBy.filter((name) => second.cosignedBy.includes(name)).join(", ");
  return [
    paint.bad("✘ ") +
      say({
        en: `Fraud is proved: whoever holds the key of ${origin} signed two logs that contradict each other.`,
        zh: `欺诈属实：${origin} 的密钥持有者签署了两份相互矛盾的日志。`,
      }),
    `  ${howText(run, verdict)}`,
    ...signedBy.map((vkey) => paint.quiet(`  ${say({ en: "signed by", zh: "签名" })} ${vkey}`)),
    ...(both === ""
      ? []
      : [paint.warn(say({ en: `  cosigned both: ${both}`, zh: `  对两者均作见证：${both}` }))]),
    say({
      en: "  Believe nothing of this log any more; give the proof to the members of the consortium.",
      zh: "  请勿再采信该日志，并将此证明交给联盟成员。",
    }),
  ];
}

function howText({ say }: Run, { first, second, how }: FraudVerdict): string {
  switch (how.kind) {
    case "roots":
      return say({
        en: `Two different logs of the same size, ${first.size} entries.`,
        zh: `长度同为 ${first.size} 条，内容却不同。`,
      });
    case "leaves":
      return say({
        en: `Entry ${how.index} is one in the log of ${first.size} entries and another in that of ${second.size}.`,
        zh: `第 ${how.index} 条在长度 ${first.size} 与长度 ${second.size} 的日志中不同。`,
      });
    case "prefix":
      return say({
        en: `The first ${first.size} entries of the log of ${second.size} are not those that were signed before.`,
        zh: `长度 ${second.size} 的日志，其前 ${first.size} 条并非先前所签的内容。`,
      });
  }
}
