import "../styles/tokens.css";
import "../styles/base.css";
import "./verify.css";
import { dressDocument, SYSTEM_DARK } from "../app/document.ts";
import { language } from "../app/settings.ts";
import { button, h } from "../plain/dom.ts";
import { silence, speakAgain, spoken } from "../plain/spoken.ts";
import { say, text } from "../plain/text.ts";
import { examine, type Report } from "./check/report.ts";
import { openStore, type Store } from "./check/store.ts";
import { adopt } from "./check/trust.ts";
import { createLargeReader } from "./scan/large-reader.ts";
import { scanView } from "./view/scan.ts";
import { verdictView } from "./view/verdict.ts";
import { speak, titleOf } from "./view/verdict-words.ts";

// The page that checks plates (docs/adr/0053): a small file of its own, so that a phone in the street has it at once, and has it
// off line afterwards.

const HOME = text("城市标识账本", "City identity ledger");
const PAGE = text("核验铭牌 · 城市标识账本", "Check a plate · City identity ledger");
const CHECKING = text("正在核验…", "Checking…");
const SKIP = text("跳到正文", "Skip to the content");
const OTHER = text("English", "中文");

const root = document.getElementById("root");
if (!root) throw new Error("verify.html has no #root");

const readLarge = createLargeReader();
const store: Promise<Store> = openStore();
/** Whoever uses a screen reader hears the verdict before anything of it is looked for. */
const heard = h("p", { role: "status", class: "visually-hidden" });
const main = h("main", { id: "main", tabindex: "-1" });
const other = spoken(button("", switchLanguage, "plain"), OTHER);
let leave = () => {};
let shown: Report | undefined;
/** Counts what was asked for, so that a slow answer does not replace a later one. */
let asked = 0;

function show(element: HTMLElement): void {
  leave();
  leave = () => {};
  main.replaceChildren(element);
}

function scan(): void {
  asked += 1;
  shown = undefined;
  const screen = scanView({ read: (found) => void check(found), restart: scan }, readLarge);
  show(screen.element);
  leave = screen.leave;
  silence(heard);
}

async function check(found: string): Promise<void> {
  const turn = ++asked;
  shown = undefined;
  show(h("section", { class: "checking" }, spoken(h("p"), CHECKING)));
  spoken(heard, CHECKING);
  const report = await examine(await store, found, Date.now());
  if (turn === asked) present(report);
}

function present(report: Report): void {
  shown = report;
  const view = verdictView(report, {
    again: () => {
      history.replaceState(null, "", location.pathname);
      scan();
      main.querySelector("h1")?.focus();
    },
    retry: () => void check(report.text),
    adopt: ({ other }) => {
      if (other === undefined) return;
      void store.then((kept) => adopt(kept, other)).then(() => check(report.text));
    },
  });
  show(view);
  silence(heard);
  heard.textContent = titleOf(speak(report));
  view.querySelector("h1")?.focus({ preventScroll: true });
  scrollTo(0, 0);
}

function dress(): void {
  dressDocument();
  document.title = say(PAGE);
  other.lang = language.get() === "zh" ? "en" : "zh-CN";
}

/** A verdict is given anew; until there is one only words change, and what was typed, the camera and a check under way go on. */
function switchLanguage(): void {
  language.set(language.get() === "zh" ? "en" : "zh");
  dress();
  if (shown !== undefined) present(shown);
  speakAgain(document.body);
  other.focus();
}

dress();
root.replaceChildren(
  spoken(h("a", { class: "skip", href: "#main" }), SKIP),
  h("header", {}, spoken(h("a", { href: "/" }), HOME), other),
  heard,
  main,
);
matchMedia(SYSTEM_DARK).addEventListener("change", dressDocument);
const given = new URLSearchParams(location.search);
const asks = given.get("text") ?? given.get("code");
if (asks === null) scan();
else void check(asks);

// Off line from now on, where the browser can. Failing to is no reason to check less now.
navigator.serviceWorker?.register("/verify-sw.js", { scope: "/verify" }).catch(() => undefined);
