import {
  bornPrefix,
  type CodeRecord,
  codeKey,
  earlierGenerationKeys,
  equalBytes,
  type Seal,
} from "../../core/index.ts";
import type { Finding } from "./findings.ts";
import type { SealKnowledge } from "./knowledge.ts";

export type IssuedFinding = { readonly finding: Finding; readonly record?: Present };

/** The record of this generation. */
type Present = { readonly value: CodeRecord; readonly ageSeconds: number };

/**
 * Whether the code was issued, in the generation that the seal was made for. That a code was not issued, or not in this
 * generation, only a fresh proof says for certain: it may have been issued since.
 */
export function judgeIssued(
  { code, born }: Seal,
  knowledge: SealKnowledge,
  maxSeconds: number,
): IssuedFinding {
  const key = codeKey(code);
  const shown = knowledge.shown<CodeRecord>(key, code);
  if (shown === undefined) return { finding: { unsure: { code: "SEAL_NOT_SHOWN", key } } };
  const { value: record, ageSeconds } = shown;
  const old: Finding | undefined =
    ageSeconds > maxSeconds ? { unsure: { code: "SEAL_OLD", ageSeconds, maxSeconds } } : undefined;
  if (record === undefined) {
    return { finding: old ?? { wrong: { code: "SEAL_NEVER_ISSUED", subject: code } } };
  }
  if (isBorn(record, born)) {
    return {
      finding: { fact: { fact: "issued", ageSeconds } },
      record: { value: record, ageSeconds },
    };
  }
  const { generation: present } = record;
  const earlier = earlierGenerations(record, knowledge);
  const match = earlier.find((each) => each !== undefined && isBorn(each, born));
  if (match !== undefined) {
    const { generation } = match;
    return {
      finding: { wrong: { code: "SEAL_OLD_GENERATION", subject: code, generation, present } },
    };
  }
  const wrong = earlier.includes(undefined)
    ? ({ code: "SEAL_BORN", subject: code, generation: present } as const)
    : ({ code: "SEAL_FOREIGN", subject: code } as const);
  return { finding: old ?? { wrong } };
}

function isBorn(record: CodeRecord, born: Uint8Array): boolean {
  return equalBytes(bornPrefix(record.born), born);
}

/** Of each generation before the present one what is shown of it; `undefined` where nothing is, and for those nobody looks at. */
function earlierGenerations(
  { code, generation }: CodeRecord,
  knowledge: SealKnowledge,
): readonly (CodeRecord | undefined)[] {
  const keys = earlierGenerationKeys({ code, generation });
  const shown = keys.map((key) => knowledge.shown<CodeRecord>(key, code)?.value);
  return keys.length < generation - 1 ? [...shown, undefined] : shown;
}
