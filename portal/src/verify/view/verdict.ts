import { hex, sealName } from "cityid/sdk";
import { inLanguage } from "../../app/settings.ts";
import { button, facts, h, icon, type State } from "../../plain/dom.ts";
import { say, text } from "../../plain/text.ts";
import { type ShownRecord, shownRecord } from "../check/code.ts";
import type { Report } from "../check/report.ts";
import type { Trust } from "../check/trust.ts";
import { checkList, codeCheckList, sourceOf } from "./checks.ts";
import { expertDetails } from "./expert.ts";
import { geometryOf, placeCheck, placeText } from "./place.ts";
import { called, moment } from "./say.ts";
import { sentenceOf, speak, titleOf, withoutGeneration } from "./verdict-words.ts";

export type VerdictActions = {
  /** Back to the camera. */
  readonly again: () => void;
  /** The same text once more. */
  readonly retry: () => void;
  /** Believes what the node names now. */
  readonly adopt: (trust: Trust) => void;
};

const NAME = text("名称", "Name");
const CODE = text("编码", "Code");
const OWNER = text("负责单位", "Responsible");
const PLACE = text("登记位置", "Registered place");
const SUCCESSOR = text("接替者", "Successor");
const PHOTO = text(
  "签章证明来源，不证明这块铭牌是原件：签章可以被翻拍。请看名称和位置是否与眼前的相符。",
  "A seal proves where a plate comes from, not that this one is the original: it can be photographed. See whether name and place are those before you.",
);
const NEW_TRUST = text(
  "这是本机第一次使用这个账本：公钥取自节点，从现在起记住。以后若有变化，会告诉您。",
  "This device meets this ledger for the first time: it took the keys from the node and keeps them from now on. You will be told if they change.",
);
const KEPT_TRUST = text(
  "依据 {since} 起记住的公钥。",
  "By the keys that this device has kept since {since}.",
);
const SOURCE = text("{words}{source}。", "{words} What the verdict rests on: {source}.");
const CHANGED = text(
  "节点现在公布的公钥与本机 {since} 记住的不同。判断仍以记住的为准。",
  "The keys that the node names now are not those this device has kept since {since}. The verdict goes by those that were kept.",
);
const ADOPT = text("改用节点现在公布的公钥", "Believe the node's present keys instead");
const CHECKED = text("核验了什么", "What was checked");
const AGAIN = text("核验另一块铭牌", "Check another plate");
const RETRY = text("再核验一次", "Check again");
const OPEN_PAGE = text("打开它的页面", "Open its page");
const OPEN_SUCCESSOR = text("打开接替者的页面", "Open the page of its successor");
const OPEN_THERE = text("到那里核验", "Check it there");
const REPORT = text("在此上报（手机须已登记）", "Report here (for enrolled phones)");
const TELL_OWNER = text("查看负责单位并告知", "See who is responsible, and tell them");

/** The verdict: what it is, in words; name and place; one next step; and behind folds, on what grounds. */
export function verdictView(report: Report, actions: VerdictActions): HTMLElement {
  const spoken = speak(report);
  const { state } = spoken.said;
  const heading = h("h1", { tabindex: "-1" }, icon(state), h("span", {}, titleOf(spoken)));
  const code = codeOf(report);
  const record = code === undefined ? undefined : shownRecord(code, report.knowledge);
  const geometry = geometryOf(record);
  const reason = report.kind === "seal" ? reasonOf(report) : outcomeOf(report);
  const next = nextStep(report, state, code, record, actions);
  return h(
    "article",
    { class: `verdict ground-${state}`, "data-state": state, "data-reason": reason },
    h(
      "div",
      { class: "band" },
      heading,
      h("p", { class: "sentence" }, sentenceOf(spoken)),
      identity(report, code, record),
      h(
        "div",
        { class: "actions" },
        next,
        button(say(AGAIN), actions.again, next === undefined ? "primary" : ""),
        reportLink(report, code),
      ),
    ),
    report.kind === "seal" && isOfPlate(report) && h("p", { class: "note photo" }, say(PHOTO)),
    geometry !== undefined && isOfPlate(report) && placeCheck(geometry),
    trustNote(report, actions),
    report.kind === "seal" && fold(say(CHECKED), checkList(report)),
    report.kind === "code" && fold(say(CHECKED), codeCheckList(report)),
    expertDetails(report),
  );
}

function fold(title: string, content: HTMLElement): HTMLElement {
  return h("details", {}, h("summary", {}, title), content);
}

/** The code that a plate is for, or claims to be for. */
function codeOf(report: Report): string | undefined {
  if (report.kind === "code") return report.code;
  return report.kind === "seal" ? report.verdict.scanned?.seal.code : undefined;
}

function reasonOf({ verdict }: Extract<Report, { kind: "seal" }>): string {
  return verdict.outcome === "genuine" ? "genuine" : verdict.because.code;
}

function outcomeOf(report: Exclude<Report, { kind: "seal" }>): string {
  return report.kind === "code" ? report.finding.is : report.kind;
}

/** Of a seal that does not hold, nothing is said of what the plate should be: it would lend its name to a forgery. */
function isOfPlate(report: Report): boolean {
  if (report.kind === "code") return report.finding.is !== "never-issued";
  if (report.kind !== "seal") return false;
  const { outcome, signer } = report.verdict;
  return outcome !== "wrong" && signer !== undefined;
}

function identity(
  report: Report,
  code: string | undefined,
  record: ShownRecord | undefined,
): HTMLElement | false {
  if (code === undefined || !isOfPlate(report)) return false;
  const geometry = geometryOf(record);
  const owner = ownerOf(report, code);
  const successor = successorOf(report, record);
  const ownerName = owner && called(shownRecord(owner, report.knowledge), owner);
  return facts([
    [say(NAME), record && called(record, code)],
    [say(CODE), h("code", {}, code)],
    [say(OWNER), ownerName],
    [say(PLACE), geometry && placeText(geometry)],
    [say(SUCCESSOR), successor && h("code", {}, successor)],
  ]);
}

/** Who signed; without a seal, the nearest above that is no class of things. */
function ownerOf(report: Report, code: string): string | undefined {
  if (report.kind === "seal") {
    const holder = report.verdict.signer?.holder;
    return holder && withoutGeneration(holder);
  }
  const office = code.split("/")[0];
  return office === code ? undefined : office;
}

function successorOf(report: Report, record: ShownRecord | undefined): string | undefined {
  const because =
    report.kind === "seal" && report.verdict.outcome === "ended"
      ? report.verdict.because
      : undefined;
  const all = because?.code === "SEAL_RETIRED" ? because.successors : (record?.successors ?? []);
  return all[0] === undefined ? undefined : withoutGeneration(all[0]);
}

function nextStep(
  report: Report,
  state: State,
  code: string | undefined,
  record: ShownRecord | undefined,
  { retry }: VerdictActions,
): HTMLElement | undefined {
  const open = (words: ReturnType<typeof text>, to: string) =>
    h("a", { class: "primary", href: inLanguage(`/${to}`) }, say(words));
  const successor = successorOf(report, record);
  if (state === "ended" && successor !== undefined) return open(OPEN_SUCCESSOR, successor);
  if (report.gathered?.isElsewhere === true && code !== undefined) {
    // This node leads to the other, where the page of the code leads to the check of this very seal.
    const digits = /\d+(?=\/?$)/.exec(report.text.split(/[?#]/)[0] ?? "")?.[0] ?? "";
    const ofPlate = report.kind === "seal" ? `/${digits}` : "";
    return h("a", { class: "primary", href: inLanguage(`/${code}${ofPlate}`) }, say(OPEN_THERE));
  }
  const isOffline = report.gathered !== undefined && report.gathered.source !== "node";
  if (isOffline || report.kind === "no-trust" || report.kind === "failed")
    return button(say(RETRY), retry, "primary");
  if (code === undefined) return undefined;
  if (state === "stop" && !isOfPlate(report)) {
    const office = code.split("/")[0] ?? code;
    const known = nearestKnown(office, report);
    return known === undefined
      ? undefined
      : h("a", { class: "primary", href: inLanguage(`/${known}`) }, say(TELL_OWNER));
  }
  return open(OPEN_PAGE, code);
}

/** To the page that reports from before this plate; only where it is shown whose plate it is. */
function reportLink(report: Report, code: string | undefined): HTMLElement | false {
  if (code === undefined || !isOfPlate(report)) return false;
  if (report.gathered?.isElsewhere === true) return false;
  const seal = report.kind === "seal" ? report.verdict.scanned?.seal : undefined;
  const query = seal === undefined ? "" : `?seal=${hex(sealName(seal))}`;
  return h("a", { class: "plain", href: `/report/${code}${query}` }, say(REPORT));
}

/** The nearest at or above a code that is shown to exist. */
function nearestKnown(code: string, { knowledge }: Report): string | undefined {
  const parts = code.split(".");
  for (let length = parts.length; length > 0; length--) {
    const each = parts.slice(0, length).join(".");
    if (shownRecord(each, knowledge) !== undefined) return each;
  }
  return undefined;
}

function trustNote(report: Report, { adopt }: VerdictActions): HTMLElement | false {
  const { trust } = report;
  if (trust === undefined) return false;
  const since = moment(trust.kept.since);
  if (trust.other !== undefined) {
    return h(
      "aside",
      { class: "note changed" },
      h("p", {}, icon("attention"), " ", say(CHANGED, { since })),
      button(say(ADOPT), () => adopt(trust)),
    );
  }
  const words = trust.isNew ? say(NEW_TRUST) : say(KEPT_TRUST, { since });
  const source = sourceOf(report);
  return h("p", { class: "note quiet" }, source === "" ? words : say(SOURCE, { words, source }));
}
