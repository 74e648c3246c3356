import type { SealVerdict } from "cityid/verify/seal";
import { say } from "../../plain/text.ts";
import { shownRecord } from "../check/code.ts";
import { hostOf, type Report } from "../check/report.ts";
import { CODE_WORDS, FAILED, FOREIGN_WORDS, NO_TRUST } from "./code-words.ts";
import { called, duration, moment } from "./say.ts";
import {
  CODE_OF_OTHER_LEDGER,
  GENUINE,
  GENUINE_ELSEWHERE,
  GENUINE_THEN,
  OTHER_LEDGER,
  REFUSED_PROOFS,
  type Said,
  SIGNED_OFFLINE,
  sealWords,
  UNKNOWN_OFFLINE,
} from "./seal-words.ts";

/** The words of a report, with what is to be filled in. */
export type Spoken = { readonly said: Said; readonly facts: Readonly<Record<string, unknown>> };

/** Fresh enough that nobody need be told how old it is. */
const JUST_NOW_SECONDS = 600;

export function speak(report: Report): Spoken {
  switch (report.kind) {
    case "seal":
      return speakOfSeal(report, report.verdict);
    case "code": {
      const { finding, code, alias, host } = report;
      if (report.gathered?.isElsewhere === true) {
        return { said: CODE_OF_OTHER_LEDGER, facts: { code } };
      }
      const key = finding.is === "active" ? wordsOfActive(report) : finding.is;
      const because = "because" in finding ? withoutGeneration(finding.because ?? code) : code;
      const age = "ageSeconds" in finding ? duration(finding.ageSeconds) : "";
      const said = finding.is === "unknown" && wasLiedTo(report) ? REFUSED_PROOFS : CODE_WORDS[key];
      return { said, facts: { code, because, age, host, alias: alias?.value } };
    }
    case "foreign":
      return { said: FOREIGN_WORDS[report.what], facts: { host: report.host } };
    case "no-trust":
      return { said: NO_TRUST, facts: {} };
    case "failed":
      return { said: FAILED, facts: {} };
  }
}

function wordsOfActive(report: Extract<Report, { kind: "code" }>) {
  if (isElsewhere(report, report.host)) return "elsewhere";
  return report.alias === undefined ? "active" : "alias";
}

function speakOfSeal(report: Report, verdict: SealVerdict): Spoken {
  const facts = factsOf(report, verdict);
  return { said: saidOf(report, verdict, Boolean(facts.isElsewhere)), facts };
}

function saidOf(report: Report, verdict: SealVerdict, isElsewhere: boolean): Said {
  const isOffline = report.gathered?.source !== "node";
  if (verdict.outcome === "genuine") {
    if (isElsewhere) return GENUINE_ELSEWHERE;
    return isOffline && oldestOf(verdict) > JUST_NOW_SECONDS ? GENUINE_THEN : GENUINE;
  }
  const { because } = verdict;
  if (because.code !== "SEAL_NOT_SHOWN") return sealWords(because);
  if (wasLiedTo(report)) return REFUSED_PROOFS;
  if (report.gathered?.isElsewhere === true) return OTHER_LEDGER;
  if (verdict.signer !== undefined) return SIGNED_OFFLINE;
  return isOffline ? UNKNOWN_OFFLINE : sealWords(because);
}

/** The node answered, and nothing of it is signed by whom this browser believes. */
function wasLiedTo({ gathered, knowledge }: Report): boolean {
  const given = gathered?.evidence.proofs?.length ?? 0;
  return gathered?.source === "node" && given > 0 && knowledge?.refused.length === given;
}

/** How old the oldest is of what could have changed since. */
function oldestOf({ facts }: SealVerdict): number {
  return Math.max(0, ...facts.map((fact) => ("ageSeconds" in fact ? fact.ageSeconds : 0)));
}

function factsOf(report: Report, verdict: SealVerdict): Readonly<Record<string, unknown>> {
  const { scanned, signer } = verdict;
  const reason: Record<string, unknown> =
    verdict.outcome === "genuine" ? {} : { ...verdict.because };
  for (const name of ["because", "nearer", "holder"]) {
    if (typeof reason[name] === "string") reason[name] = withoutGeneration(reason[name]);
  }
  if (typeof reason.exp === "number") reason.exp = moment(reason.exp * 1000);
  const age = typeof reason.ageSeconds === "number" ? reason.ageSeconds : oldestOf(verdict);
  const holder = signer && withoutGeneration(signer.holder);
  // Where a browser would go, not what looks like a host.
  const host = hostOf(report.text) ?? scanned?.host;
  return {
    code: scanned?.seal.code,
    ...reason,
    age: duration(age),
    signer: holder && called(shownRecord(holder, report.knowledge), holder),
    host,
    isElsewhere: isElsewhere(report, host),
  };
}

/** Whether an address leads to somebody else than the ledger that this page belongs to. */
export function isElsewhere({ trust }: Report, host: string | undefined): boolean {
  if (host === undefined) return false;
  const own = [location.host];
  try {
    own.push(new URL(trust?.kept.publicUrl ?? "").host);
  } catch {
    // Nothing is kept, or it is no address.
  }
  return !own.includes(host);
}

/** `MA.156.1301#1` → `MA.156.1301`. */
export function withoutGeneration(reference: string): string {
  return reference.replace(/#\d+$/, "");
}

/** In the language of whoever reads. */
export function sentenceOf({ said, facts }: Spoken): string {
  return say(said.sentence, facts);
}

export function titleOf({ said, facts }: Spoken): string {
  return say(said.title, facts);
}
