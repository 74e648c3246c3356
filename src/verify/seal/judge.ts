import {
  checkEd25519,
  checkP256,
  hex,
  type KeyRecord,
  MAX_AHEAD_SECONDS,
  publicKeyFor,
  readSeal,
  type ScannedSeal,
  type Seal,
} from "../../core/index.ts";
import { requireTimes, type TrustOptions } from "../trust.ts";
import { type Holder, judgeBatch } from "./batch.ts";
import { judgeStatus, judgeWithdrawal } from "./current.ts";
import type { Finding } from "./findings.ts";
import { judgeIssued } from "./issued.ts";
import { openSealEvidence, type SealEvidence, type SealKnowledge } from "./knowledge.ts";
import { findSigner, judgeNearer, refuseKey } from "./signer.ts";
import {
  isLasting,
  type SealEnded,
  type SealFact,
  type SealSigner,
  type SealUnsure,
  type SealVerdict,
  type SealWrong,
} from "./verdict.ts";

/** Whether a prepared signature is right: the platform's arithmetic by default. May answer later. */
export type SealSignatureCheck = (
  kind: "ed25519" | "p256",
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
) => boolean | Promise<boolean>;

export type SealOptions = {
  /** Unix seconds, by the clock of whoever checks. */
  readonly nowSeconds: number;
  /** How old a proof may be that something is so now. */
  readonly maxAgeSeconds: number;
  readonly checkSeal?: SealSignatureCheck;
};

/**
 * Checks a seal as it was scanned: from the text and what is at hand, and nothing else. No network, no clock.
 *
 * The checks, in this order: form and canonical spelling; the code of the address; the record and its generation; the key, its use,
 * scope and time, that nobody nearer seals, and the signature; of a closed key the batch; expiry; withdrawal; effective
 * status; the age of all that was shown. Of what is found, the first that is `wrong` counts; else, of a seal whose
 * signature is right, the first that has `ended`; else the first that leaves it `unsure`.
 *
 * @param text - what a camera or a person gives; not trusted
 * @see docs/spec/seals.md, Checking
 */
export async function checkSeal(
  text: string,
  evidence: SealEvidence,
  options: TrustOptions & SealOptions,
): Promise<SealVerdict> {
  return judgeSeal(text, await openSealEvidence(evidence, options), options);
}

/** As {@link checkSeal}, with evidence that was checked before, for many seals. */
export async function judgeSeal(
  text: string,
  knowledge: SealKnowledge,
  options: SealOptions,
): Promise<SealVerdict> {
  requireTimes(options);
  const read = readSeal(text);
  if (!read.ok) return { outcome: "wrong", because: read.error, facts: [] };
  const { seal } = read.value;
  const { maxAgeSeconds } = options;
  const issued = judgeIssued(seal, knowledge, maxAgeSeconds);
  const signed = await judgeSigner(seal, knowledge, options);
  const findings: Finding[] = [issued.finding, ...signed.findings, judgeTime(seal, options)];
  const address = judgeAddress(read.value);
  if (address !== undefined) findings.unshift(address);
  if (signed.holder) findings.push(judgeWithdrawal(seal, signed.holder, knowledge));
  if (issued.record) findings.push(judgeStatus(seal, issued.record, knowledge, maxAgeSeconds));
  const outcome = outcomeOf(findings, signed.signer !== undefined, maxAgeSeconds);
  const facts: SealFact[] = [];
  for (const each of findings) if ("fact" in each) facts.push(each.fact);
  const { record } = issued;
  return {
    ...outcome,
    scanned: read.value,
    facts,
    ...(record && { record: record.value }),
    ...(signed.signer && { signer: signed.signer }),
  };
}

function judgeAddress({ code, seal }: ScannedSeal): Finding | undefined {
  if (code === undefined) return undefined;
  return code === seal.code
    ? { fact: { fact: "address" } }
    : { wrong: { code: "SEAL_SWAPPED", got: code, subject: seal.code } };
}

/** What comes of the key; `signer` and `holder` only where its signature is right. */
type Signed = {
  readonly findings: readonly Finding[];
  readonly signer?: SealSigner;
  readonly holder?: Holder;
};

async function judgeSigner(
  seal: Seal,
  knowledge: SealKnowledge,
  { maxAgeSeconds, checkSeal: check }: SealOptions,
): Promise<Signed> {
  const search = findSigner(seal, knowledge, maxAgeSeconds);
  if (!("found" in search)) return { findings: [search.finding] };
  const { holder, key, ageSeconds } = search.found;
  const refusal = refuseKey(seal, search.found);
  if (refusal !== undefined) return { findings: [{ wrong: refusal }] };
  const kid = hex(seal.kid);
  if (!(await isSigned(seal, key, check))) {
    return { findings: [{ wrong: { code: "SEAL_SIGNATURE", kid } }] };
  }
  const entitled: Finding = { fact: { fact: "entitled", ageSeconds } };
  const findings: Finding[] = [
    judgeNearer(search.found) ?? entitled,
    { fact: { fact: "signature" } },
  ];
  if (key.to !== undefined) findings.push(judgeBatch(seal, holder, key, knowledge));
  return { findings, signer: { holder: holder.reference, kid, key }, holder };
}

async function isSigned(
  seal: Seal,
  key: KeyRecord,
  check: SealSignatureCheck = platformCheck,
): Promise<boolean> {
  // No passkey comes as far as here, and its messages are no part of this verifier.
  const publicKey = publicKeyFor(key.key, seal.alg);
  if (!publicKey.ok) return false;
  const { kind, bytes } = publicKey.value;
  return check(kind, bytes, seal.message, seal.signature);
}

const platformCheck: SealSignatureCheck = (kind, publicKey, message, signature) =>
  (kind === "ed25519" ? checkEd25519 : checkP256)(publicKey, message, signature);

function judgeTime(
  { iatSeconds: iat, expSeconds: exp }: Seal,
  { nowSeconds }: SealOptions,
): Finding {
  if (exp !== undefined && exp < nowSeconds) return { ended: { code: "SEAL_EXPIRED", exp } };
  // Either the clock of whoever signed was wrong or that of whoever checks.
  if (iat > nowSeconds + MAX_AHEAD_SECONDS) return { unsure: { code: "SEAL_EARLY", iat } };
  return { fact: { fact: "unexpired" } };
}

type Outcome =
  | { readonly outcome: "genuine" }
  | { readonly outcome: "wrong"; readonly because: SealWrong }
  | { readonly outcome: "ended"; readonly because: SealEnded }
  | { readonly outcome: "unsure"; readonly because: SealUnsure };

function outcomeOf(findings: readonly Finding[], isSigned: boolean, maxSeconds: number): Outcome {
  let [ended, unsure]: [SealEnded?, SealUnsure?] = [];
  for (const finding of findings) {
    if ("wrong" in finding) return { outcome: "wrong", because: finding.wrong };
    if ("ended" in finding) ended ??= finding.ended;
    if ("unsure" in finding) unsure ??= finding.unsure;
  }
  // That something has ended is no news of what was perhaps never genuine.
  if (isSigned && ended !== undefined) return { outcome: "ended", because: ended };
  unsure ??= tooOld(findings, maxSeconds);
  return unsure === undefined ? { outcome: "genuine" } : { outcome: "unsure", because: unsure };
}

function tooOld(findings: readonly Finding[], maxSeconds: number): SealUnsure | undefined {
  let oldest = 0;
  for (const each of findings) {
    if (!("fact" in each) || isLasting(each.fact) || !("ageSeconds" in each.fact)) continue;
    oldest = Math.max(oldest, each.fact.ageSeconds);
  }
  return oldest > maxSeconds ? { code: "SEAL_OLD", ageSeconds: oldest, maxSeconds } : undefined;
}
