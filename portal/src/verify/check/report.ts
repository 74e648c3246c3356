import { hex, readCode } from "cityid/sdk";
import {
  judgeSeal,
  openSealEvidence,
  readSeal,
  type SealKnowledge,
  type SealVerdict,
} from "cityid/verify/seal";
import { type AliasOf, findAlias } from "./alias.ts";
import { type CodeFinding, judgeCode, shownRecord } from "./code.ts";
import { type Gathered, gatherForCode, gatherForSeal } from "./gather.ts";
import type { Store } from "./store.ts";
import { findTrust, type Trust } from "./trust.ts";

/** How old a proof may be that something is so now: a day, as on the command line. */
export const MAX_AGE_SECONDS = 86_400;

/** What was found out about a text, and on what grounds. */
export type Report = {
  /** As it was scanned or typed. */
  readonly text: string;
  /** Unix milliseconds, by the clock of this device. */
  readonly at: number;
  readonly trust?: Trust;
  readonly gathered?: Gathered;
  readonly knowledge?: SealKnowledge;
} & (
  | { readonly kind: "seal"; readonly verdict: SealVerdict }
  /** It names a code and holds no seal. */
  | {
      readonly kind: "code";
      readonly code: string;
      readonly finding: CodeFinding;
      readonly host?: string;
      readonly alias?: AliasOf;
    }
  /** It names neither. `script`: an address that a browser would run; `check`: a code whose check character does not match. */
  | {
      readonly kind: "foreign";
      readonly what: "script" | "check" | "address" | "text";
      readonly host?: string;
    }
  /** No keys are kept yet, and the node does not answer. */
  | { readonly kind: "no-trust" }
  /** Something that was needed could not be loaded: no verdict at all. */
  | { readonly kind: "failed" }
);

/** Judges what a camera or a person gave. Nothing of it is ever opened. Always comes to something that can be said. */
export async function examine(store: Store, text: string, now: number): Promise<Report> {
  return judge(store, text, now).catch((cause: unknown) => {
    console.warn(cause);
    return { text: text.trim(), at: now, kind: "failed" };
  });
}

async function judge(store: Store, text: string, now: number): Promise<Report> {
  const written = text.trim();
  const base = { text: written, at: now };
  const read = readSeal(written);
  if (read.ok) {
    const { code, kid, serial } = read.value.seal;
    const [trust, gathered] = await Promise.all([
      findTrust(store, now),
      gatherForSeal(store, code, hex(kid), serial, now),
    ]);
    if (trust === undefined) return { ...base, kind: "no-trust" };
    const { knowledge, options } = await open(trust, gathered, now);
    const verdict = await judgeSeal(written, knowledge, options);
    return { ...base, kind: "seal", verdict, trust, gathered, knowledge };
  }
  if (read.error.code === "SEAL_SCHEME") return { ...base, kind: "foreign", what: "script" };
  // With something behind the code that claims to be a seal, that is what is judged: no forged seal passes for none.
  if (read.error.code !== "SEAL_NONE") {
    return { ...base, kind: "seal", verdict: { outcome: "wrong", because: read.error, facts: [] } };
  }
  return examineWithoutSeal(store, written, now);
}

const CHECK_REFUSALS: ReadonlySet<string> = new Set(["CODE_CHECK", "CODE_CHECK_FORM"]);

async function examineWithoutSeal(store: Store, text: string, now: number): Promise<Report> {
  const base = { text, at: now };
  const host = hostOf(text);
  const typed = readCode(text);
  // Some character of it was misread: whatever it spells now was not meant, and nobody is asked for it.
  if (!typed.ok && CHECK_REFUSALS.has(typed.error.code)) {
    return { ...base, kind: "foreign", what: "check", ...(host !== undefined && { host }) };
  }
  const alias = typed.ok ? undefined : await findAlias(text);
  const code = typed.ok ? typed.value.code : alias?.code;
  if (code === undefined) {
    const what = host === undefined ? "text" : "address";
    return { ...base, kind: "foreign", what, ...(host !== undefined && { host }) };
  }
  const [trust, answered] = await Promise.all([
    findTrust(store, now),
    gatherForCode(store, code, now),
  ]);
  if (trust === undefined) return { ...base, kind: "no-trust" };
  const { knowledge } = await open(trust, answered, now);
  const gathered = isDelegated(knowledge) ? { ...answered, isElsewhere: true as const } : answered;
  // That the node found a code by what was typed says nothing yet: its record must have the old number.
  if (alias !== undefined && !hasAlias(code, alias, knowledge)) {
    return { ...base, kind: "foreign", what: host === undefined ? "text" : "address" };
  }
  const finding = judgeCode(code, knowledge, MAX_AGE_SECONDS);
  return {
    ...base,
    kind: "code",
    code,
    finding,
    trust,
    gathered,
    knowledge,
    ...(host !== undefined && { host }),
    ...(alias !== undefined && { alias }),
  };
}

/** All that the node showed is right, and says that the code lives in another ledger. */
function isDelegated({ refused }: SealKnowledge): boolean {
  const all = refused.map(({ refusal }) => refusal.code);
  return all.length > 0 && all.every((each) => each === "PROOF_DELEGATED");
}

async function open({ policy }: Trust, { evidence }: Gathered, now: number) {
  const options = {
    policy,
    nowSeconds: Math.floor(now / 1000),
    maxAgeSeconds: MAX_AGE_SECONDS,
  };
  return { knowledge: await openSealEvidence(evidence, options), options };
}

function hasAlias(code: string, { value }: AliasOf, knowledge: SealKnowledge): boolean {
  const { aliases = [] } = shownRecord(code, knowledge) ?? {};
  return aliases.some((each) => each.value === value);
}

/** Where a browser would go; `undefined` where that is no host. */
export function hostOf(text: string): string | undefined {
  if (!/^https?:/i.test(text)) return undefined;
  try {
    return new URL(text).host;
  } catch {
    return undefined;
  }
}
