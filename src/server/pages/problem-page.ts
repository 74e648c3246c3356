import { parseCode } from "../../core/index.ts";
import type { Problem } from "../problem/problem.ts";
import { PROBLEM_ZH } from "../problem/words-zh.ts";
import { html, type Markup } from "./html.ts";
import { type Language, translated, type Words } from "./language.ts";
import { PROBLEM_WORDS } from "./problem-words.ts";
import { proseMarkup } from "./prose.ts";

/** A refusal as a page: what is wrong, what it means, what to do; the stable code small at the end. */
export function problemTitle({ code, title }: Problem, language: Language): string {
  return PROBLEM_WORDS[code]?.title[language] ?? translated(title, language, PROBLEM_ZH);
}

/** What to do about it. */
function problemAdvice({ code, remedy }: Problem, language: Language): string {
  return PROBLEM_WORDS[code]?.remedy[language] ?? translated(remedy, language, PROBLEM_ZH);
}

const FACTS: Words = { zh: "详情", en: "Details" };

/** @param typed the path that was asked for, as it was typed */
export function problemMain(problem: Problem, language: Language, typed: string): Markup {
  const { code, facts } = problem;
  const advice = problemAdvice(problem, language);
  const rows = Object.entries(facts).map(
    ([name, value]) => html`<tr><th scope="row">${name}</th><td>${factMarkup(value)}</td></tr>`,
  );
  return html`<h1>${problemTitle(problem, language)}</h1>${askedMarkup(problem, typed)}<p>${proseMarkup(advice)}</p>
${gazetteMarkup(problem, language)}${absenceMarkup(problem, language)}
<details><summary>${FACTS[language]}</summary><table>${rows}</table></details>
<p class="soft"><code>${code}</code></p>`;
}

/** What was asked for: whoever typed it off a plate compares the two. Of the gazette it stands beside the name. */
function askedMarkup({ code, facts }: Problem, typed: string): Markup {
  const { asked, position, got } = facts;
  if (code.startsWith("CODE_") && typeof position === "number") {
    const [first = ""] = typed.slice(position);
    const wrong = String(got ?? first);
    // What a position is of is not always the path: an older number stands in front of a code, or a scheme.
    if (wrong === "" || !typed.startsWith(wrong, position)) return html``;
    const [before, after] = [typed.slice(0, position), typed.slice(position + wrong.length)];
    return html`<p class="code-line"><span class="code">${before}<mark>${wrong}</mark>${after}</span></p>`;
  }
  if (code === "RESOLVE_GAZETTE" || typeof asked !== "string") return html``;
  return html`<p class="code-line"><span class="code">${asked}</span></p>`;
}

const PROOF: Words = { zh: "证明文件：账本里没有它", en: "Proof file: it is not in the ledger" };

function absenceMarkup({ code, facts: { proof } }: Problem, language: Language): Markup {
  if (code !== "RESOLVE_UNKNOWN" || typeof proof !== "string") return html``;
  return html`<ul class="links"><li><a href="${proof}">${PROOF[language]}</a></li></ul>`;
}

function factMarkup(value: unknown): Markup {
  if (Array.isArray(value)) return html`${value.map((each) => html`${factMarkup(each)} `)}`;
  const text = String(value);
  if (text.startsWith("/v1/")) return html`<a href="${text}">${text}</a>`;
  return parseCode(text).ok ? html`<a href="/${text}">${text}</a>` : html`${text}`;
}

const UNTIL: Words = { zh: "至", en: "until" };
const SINCE: Words = { zh: "自", en: "since" };
const NOW: Words = { zh: "现由以下区划承接", en: "Succeeded by" };
const SOURCE: Words = { zh: "依据", en: "Source" };

/** Of a division that only the gazette lists: its facts in clear, for they are what the visitor came for. */
function gazetteMarkup({ code, facts }: Problem, language: Language): Markup {
  if (code !== "RESOLVE_GAZETTE") return html``;
  const { names, from, to, successors, source } = facts;
  const list = Array.isArray(successors) ? successors : [];
  return html`<p><strong>${String(names)}</strong> <code>${String(facts.asked)}</code> · ${SINCE[language]} ${String(from)}${to !== undefined && html` · ${UNTIL[language]} ${String(to)}`}</p>
${list.length > 0 && html`<p>${NOW[language]}: ${factMarkup(list)}</p>`}<p class="soft">${SOURCE[language]}: ${String(source)}</p>`;
}
