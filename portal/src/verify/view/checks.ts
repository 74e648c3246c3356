import { isLasting, type SealFact, type SealReason, type SealVerdict } from "cityid/verify/seal";
import { h, icon, type State } from "../../plain/dom.ts";
import { say, type Text, text } from "../../plain/text.ts";
import { shownRecord } from "../check/code.ts";
import type { Report } from "../check/report.ts";
import { called, duration, moment } from "./say.ts";
import { withoutGeneration } from "./verdict-words.ts";

type Check = "form" | SealFact["fact"];

/** The checks in their order, each with what it says where it holds. docs/spec/seals.md, Checking. */
const CHECKS: readonly (readonly [Check, Text])[] = [
  ["form", text("写法完整，没有改动", "It is complete and spelt as a seal is")],
  ["address", text("网址里的编码与签章一致", "The address names the code of the seal")],
  ["issued", text("编码确已签发，也正是这一代", "The code was issued, and this generation of it")],
  ["entitled", text("签章的钥匙有权签这个编码", "The key that made it may seal this code")],
  ["signature", text("签名正确", "The signature is right")],
  ["batch", text("在钥匙停用之前已登记", "It was logged before its key was closed")],
  ["unexpired", text("没有过期", "It has not expired")],
  ["not-withdrawn", text("没有被撤销", "It was not withdrawn")],
  ["active", text("编码目前有效", "The code is in force")],
];

/** Which check a reason belongs to; what is not here is about the form. */
const FAILS: Readonly<Record<string, Check>> = {
  SEAL_SWAPPED: "address",
  SEAL_NEVER_ISSUED: "issued",
  SEAL_OLD_GENERATION: "issued",
  SEAL_FOREIGN: "issued",
  SEAL_BORN: "issued",
  SEAL_KEY_UNKNOWN: "entitled",
  SEAL_KEY_USE: "entitled",
  SEAL_KEY_SCOPE: "entitled",
  SEAL_KEY_NEARER: "entitled",
  SEAL_NEARER_SINCE: "entitled",
  SEAL_KEY_TIME: "entitled",
  SEAL_SIGNATURE: "signature",
  SEAL_UNLOGGED: "batch",
  SEAL_NOT_IN_BATCH: "batch",
  SEAL_BATCH_LATE: "batch",
  SEAL_NO_PATH: "batch",
  SEAL_PATH: "batch",
  SEAL_EXPIRED: "unexpired",
  SEAL_EARLY: "unexpired",
  SEAL_WITHDRAWN: "not-withdrawn",
  SEAL_NO_STATUS: "not-withdrawn",
  SEAL_SUSPENDED: "active",
  SEAL_RETIRED: "active",
  SEAL_VOID: "active",
  SEAL_STATUS_NOT_SHOWN: "active",
};

/** Of map keys that nobody shows: which check needed them. */
const NEEDED: readonly (readonly [RegExp, Check])[] = [
  [/^key\//, "entitled"],
  [/^unseal\//, "not-withdrawn"],
  [/^seals\//, "batch"],
  [/^/, "issued"],
];

const HOLDS = text("成立", "Holds");
const FAILED = text("不成立", "Fails");
const OPEN = text("不明", "Not known");

/** Every check with what came of it, how old that is, and where it is from. */
export function checkList(report: Extract<Report, { kind: "seal" }>): HTMLElement {
  const { verdict } = report;
  const failed = verdict.outcome === "genuine" ? undefined : failedCheck(verdict.because);
  const rows = CHECKS.flatMap(([check, words]) => {
    const row = outcomeOf(check, verdict, failed, report);
    return row === undefined ? [] : [checkRow(row.state, words, row.word, row.note)];
  });
  return h("ul", { class: "checks" }, ...rows);
}

const ISSUED = text("编码确已签发", "The code was issued");
const IN_FORCE = text("编码目前有效", "The code is in force");
const SEALED = text("铭牌有签章", "The plate bears a seal");
const NO_SEAL = text("没有", "None");

/** The same of a code without a seal. */
export function codeCheckList(report: Extract<Report, { kind: "code" }>): HTMLElement {
  const { finding } = report;
  const age = "ageSeconds" in finding ? say(AS_OF, { age: duration(finding.ageSeconds) }) : "";
  const note = [age, sourceOf(report)].filter((each) => each !== "").join(" · ");
  const row = (words: Text, holds: boolean | undefined) => {
    if (holds === undefined) return checkRow("unknown", words, OPEN, note);
    return holds ? checkRow("active", words, HOLDS, note) : checkRow("stop", words, FAILED, note);
  };
  const isTold = finding.is !== "unknown" && finding.is !== "old";
  const isIssued = isTold ? finding.is !== "never-issued" : undefined;
  return h(
    "ul",
    { class: "checks" },
    row(ISSUED, isIssued),
    row(IN_FORCE, isTold ? finding.is === "active" : undefined),
    checkRow("unknown", SEALED, NO_SEAL, ""),
  );
}

type Row = { readonly state: State; readonly word: Text; readonly note: string };

function outcomeOf(
  check: Check,
  verdict: SealVerdict,
  failed: Check | undefined,
  report: Report,
): Row | undefined {
  const fact = verdict.facts.find((each) => each.fact === check);
  if (fact !== undefined) return { state: "active", word: HOLDS, note: noteOf(fact, report) };
  if (check === "form" && failed !== "form") {
    return { state: "active", word: HOLDS, note: say(IN_SYMBOL) };
  }
  if (check === failed) {
    const isOpen = verdict.outcome === "unsure";
    return {
      state: isOpen ? "unknown" : "stop",
      word: isOpen ? OPEN : FAILED,
      note: sourceOf(report),
    };
  }
  // A batch counts only of a key that is closed; digits alone have no address.
  if (check === "batch" || (check === "address" && verdict.scanned?.code === undefined)) {
    return undefined;
  }
  return { state: "unknown", word: OPEN, note: "" };
}

function failedCheck(because: SealReason): Check | undefined {
  if (because.code === "SEAL_OLD") return undefined;
  if (because.code === "SEAL_NOT_SHOWN") {
    return NEEDED.find(([pattern]) => pattern.test(because.key))?.[1];
  }
  return FAILS[because.code] ?? "form";
}

function checkRow(state: State, words: Text, word: Text, note: string): HTMLElement {
  const came = h("strong", { class: `state-${state}` }, say(word));
  const notes = h("span", { class: "note" }, came, note !== "" && ` · ${note}`);
  return h("li", {}, icon(state), h("span", {}, say(words)), notes);
}

const IN_SYMBOL = text("看的是二维码本身", "from the symbol itself");
const BY_CLOCK = text("按这台设备的时钟", "by the clock of this device");
const FOR_GOOD = text("一经证明，不再改变", "proved, and cannot change");
const AS_OF = text("{age}前的状态", "as of {age} ago");
const COUNTED = text("依据 {who} 的公钥", "with the key of {who}");

function noteOf(fact: SealFact, report: Report): string {
  if (fact.fact === "address") return say(IN_SYMBOL);
  if (fact.fact === "unexpired") return say(BY_CLOCK);
  if (fact.fact === "signature") return withKeyOf(report);
  const age = isLasting(fact) ? say(FOR_GOOD) : say(AS_OF, { age: duration(fact.ageSeconds) });
  return [age, sourceOf(report)].filter((each) => each !== "").join(" · ");
}

function withKeyOf(report: Report): string {
  const holder = report.kind === "seal" ? report.verdict.signer?.holder : undefined;
  if (holder === undefined) return "";
  const code = withoutGeneration(holder);
  return say(COUNTED, { who: called(shownRecord(code, report.knowledge), code) });
}

const FROM_NODE = text("账本的证明，节点刚刚给出", "proof of the ledger, from the node just now");
const FROM_KEPT = text("账本的证明，本机留存于 {at}", "proof of the ledger, kept here since {at}");

/** Where the proofs are from. */
export function sourceOf({ gathered }: Report): string {
  if (gathered?.source === "node") return say(FROM_NODE);
  return gathered?.at === undefined ? "" : say(FROM_KEPT, { at: moment(gathered.at) });
}
