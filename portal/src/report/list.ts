import { button, h, icon, type State } from "../plain/dom.ts";
import { say } from "../plain/text.ts";
import { BEIJING_HOURS, formatTime } from "../ui/time.ts";
import { saveReceipt } from "./save.ts";
import type { Report } from "./store.ts";
import { WORDS } from "./words.ts";

const STATES: Readonly<Record<Report["state"], State>> = {
  waiting: "attention",
  sent: "active",
  refused: "stop",
  expired: "ended",
};

/** What this phone reported, the newest first, and what became of it. */
export function reportList(reports: readonly Report[]): HTMLElement {
  const all = [...reports].sort((a, b) => b.made - a.made);
  return all.length === 0 ? h("p", {}, say(WORDS.none)) : h("ol", {}, ...all.map(row));
}

function row({ id, said, made, state, outcome, receipt }: Report): HTMLElement {
  const time = h("time", { datetime: new Date(made).toISOString() });
  time.textContent = formatTime(made, BEIJING_HOURS);
  const words = say(WORDS[state], { outcome });
  return h(
    "li",
    { "data-state": state },
    time,
    ` · ${said} · `,
    h("span", { class: `state-${STATES[state]}` }, icon(STATES[state]), " ", words),
    receipt && " ",
    receipt && button(say(WORDS.receipt), () => saveReceipt(`${id}.receipt`, receipt), "plain"),
  );
}
