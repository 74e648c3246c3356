import {
  type CodeRecord,
  codeKey,
  hex,
  isWithdrawn,
  type Seal,
  STATUS_BYTES,
  unsealKey,
} from "../../core/index.ts";
import type { Holder } from "./batch.ts";
import type { Finding } from "./findings.ts";
import type { SealKnowledge } from "./knowledge.ts";

/** Whether the seal was withdrawn. A bit that rose never falls, so an old list still condemns. */
export function judgeWithdrawal(
  { kid, serial }: Seal,
  { reference, code }: Holder,
  knowledge: SealKnowledge,
): Finding {
  const key = unsealKey(reference, kid);
  const shown = knowledge.shown<Uint8Array>(key, code);
  if (shown === undefined) return { unsure: { code: "SEAL_NOT_SHOWN", key } };
  const { value: hash, ageSeconds } = shown;
  const fact = { fact: "not-withdrawn", ageSeconds } as const;
  if (hash === undefined) return { fact };
  const bits = knowledge.statusBits(hash);
  if (bits?.length !== STATUS_BYTES) {
    return { unsure: { code: "SEAL_NO_STATUS", kid: hex(kid), hash: hex(hash) } };
  }
  return isWithdrawn(bits, serial) ? { ended: { code: "SEAL_WITHDRAWN", serial } } : { fact };
}

/** Whether the code is in force. A suspension can be lifted, so an old proof of one does not tell. */
export function judgeStatus(
  { code: subject }: Seal,
  record: { readonly value: CodeRecord; readonly ageSeconds: number },
  knowledge: SealKnowledge,
  maxSeconds: number,
): Finding {
  const { value, ageSeconds } = record;
  const effective = knowledge.status(codeKey(subject), value);
  if (effective === undefined) return { unsure: { code: "SEAL_STATUS_NOT_SHOWN", subject } };
  const { status, because } = effective;
  switch (status) {
    case "active":
      return { fact: { fact: "active", ageSeconds } };
    case "suspended":
      return ageSeconds > maxSeconds
        ? { unsure: { code: "SEAL_OLD", ageSeconds, maxSeconds } }
        : { ended: { code: "SEAL_SUSPENDED", subject, because } };
    case "retired":
      return { ended: { code: "SEAL_RETIRED", subject, because, successors: value.successors } };
    case "void":
      return { ended: { code: "SEAL_VOID", subject, because } };
  }
}
