import {
  type Code,
  type CodeRecord,
  canSeal,
  codeKey,
  codeParts,
  equalBytes,
  hex,
  IAT_FUTURE_SECONDS,
  isBelow,
  type KeyRecord,
  keyKey,
  parentOf,
  referenceTo,
  type Seal,
} from "../../core/index.ts";
import type { Holder } from "./batch.ts";
import type { Finding } from "./findings.ts";
import type { SealKnowledge } from "./knowledge.ts";
import type { SealUnsure, SealWrong } from "./verdict.ts";

/** A holder at or above the code that has, or had, the key of a seal. */
export type Candidate = {
  readonly holder: Holder;
  readonly key: KeyRecord;
  readonly ageSeconds: number;
  /** Holders between it and the code that have a key for seals now. */
  readonly nearer: readonly CodeRecord[];
  /** The first map key between it and the code that nobody shows. */
  readonly gap?: string;
};

export type Search = { readonly found: Candidate } | { readonly finding: Finding };

/**
 * Looks for the key of a seal with the code and its ancestors, the nearest first.
 *
 * That nobody has it is certain only where the nearest that holds keys for seals, and all before it, are shown not to, by
 * fresh proofs.
 */
export function findSigner(seal: Seal, knowledge: SealKnowledge, maxSeconds: number): Search {
  const { found, ...walked } = walk(seal.code, seal.kid, knowledge);
  if (found) return { found: { ...found, ...walked } };
  const { gap, ageSeconds } = walked;
  if (gap !== undefined) return { finding: { unsure: { code: "SEAL_NOT_SHOWN", key: gap } } };
  if (ageSeconds > maxSeconds) {
    return { finding: { unsure: { code: "SEAL_OLD", ageSeconds, maxSeconds } } };
  }
  const unknown = { code: "SEAL_KEY_UNKNOWN", subject: seal.code, kid: hex(seal.kid) } as const;
  return { finding: { wrong: unknown } };
}

/** What is shown of a key from a code upwards, as far as somebody has it. */
export type Walk = Omit<Candidate, "holder" | "key"> & {
  readonly found?: Pick<Candidate, "holder" | "key">;
};

function walk(code: Code, kid: Uint8Array, knowledge: SealKnowledge): Walk {
  const record = knowledge.shown<CodeRecord>(codeKey(code), code);
  if (!record?.value) {
    const above = walkAbove(code, kid, knowledge);
    return record ? above : { ...above, gap: codeKey(code) };
  }
  const reference = referenceTo(record.value);
  const keyName = keyKey(reference, kid);
  const key = knowledge.shown<KeyRecord>(keyName, code);
  const ageSeconds = Math.max(record.ageSeconds, key?.ageSeconds ?? 0);
  if (key?.value) {
    return { found: { holder: { reference, code }, key: key.value }, ageSeconds, nearer: [] };
  }
  const above = walkAbove(code, kid, knowledge);
  const own = record.value.holds.includes("seal") ? [record.value] : [];
  const all: Walk = {
    ...above,
    ageSeconds: Math.max(ageSeconds, above.ageSeconds),
    nearer: [...own, ...above.nearer],
  };
  return key ? all : { ...all, gap: keyName };
}

/** The same for all codes below one parent. Only what is found is kept: names of keys that nobody has are without end. */
function walkAbove(code: Code, kid: Uint8Array, knowledge: SealKnowledge): Walk {
  const parent = parentOf(code);
  if (!parent) return { ageSeconds: 0, nearer: [] };
  const name = `${hex(kid)} ${parent}`;
  const found = knowledge.walks.get(name) ?? walk(parent, kid, knowledge);
  if (found.found) knowledge.walks.set(name, found);
  return found;
}

/** Why a key could not speak for this code when it signed. The signature is not looked at. */
export function refuseKey(seal: Seal, { holder, key }: Candidate): SealWrong | undefined {
  const kid = hex(seal.kid);
  if (!canSeal(key)) return { code: "SEAL_KEY_USE", kid, holder: holder.reference };
  const scope = outOfScope(seal, key);
  if (scope !== undefined) return { code: "SEAL_KEY_SCOPE", kid, scope };
  const { iatSeconds: iat } = seal;
  const from = Math.floor(key.from / 1000);
  const to = key.to === undefined ? undefined : Math.ceil(key.to / 1000);
  // The clock of whoever signs may lie behind block time as far as that of an operation may lie ahead.
  const isInTime = iat >= from - IAT_FUTURE_SECONDS && (to === undefined || iat <= to);
  if (isInTime) return undefined;
  return { code: "SEAL_KEY_TIME", kid, iat, from, ...(to !== undefined && { to }) };
}

function outOfScope({ code, iatSeconds }: Seal, { scope = {} }: KeyRecord) {
  const { under, classes, until } = scope;
  if (under !== undefined && code !== under && !isBelow(code, under)) return "under";
  if (classes !== undefined && !classes.includes(codeParts(code).classNodes.join("."))) {
    return "classes";
  }
  return until !== undefined && iatSeconds > until ? "until" : undefined;
}

/** Whether somebody nearer to the code had to sign. What `holds` says is of now: only a record whose keys never changed had them then. */
export function judgeNearer({
  holder,
  nearer,
  gap,
}: Candidate): { readonly wrong: SealWrong } | { readonly unsure: SealUnsure } | undefined {
  const facts = (each: CodeRecord) => ({ holder: holder.reference, nearer: referenceTo(each) });
  const always = nearer.find(({ born, control }) => equalBytes(born, control));
  if (always !== undefined) return { wrong: { code: "SEAL_KEY_NEARER", ...facts(always) } };
  if (gap !== undefined) return { unsure: { code: "SEAL_NOT_SHOWN", key: gap } };
  const [first] = nearer;
  return first && { unsure: { code: "SEAL_NEARER_SINCE", ...facts(first) } };
}
