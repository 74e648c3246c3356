import {
  ancestorsOf,
  type Code,
  type CodeRecord,
  checkCharacter,
  codeKey,
  type EffectiveStatus,
  parseCode,
  type Reference,
  type Statement,
} from "../../core/index.ts";
import { mapLinks } from "../../text/index.ts";
import { hexOf } from "../http/bytes.ts";
import type { HistoryItem } from "../registry/history.ts";
import type { Moment } from "../registry/moment.ts";
import { type Place, placeOf } from "../registry/place.ts";
import type { FoundRecord } from "../registry/record-views.ts";
import { proofPath } from "../registry/unknown.ts";
import type { Services } from "../services.ts";
import { html, type Markup } from "./html.ts";
import { type Language, nameIn, type Words } from "./language.ts";
import { timeMarkup } from "./layout.ts";
import { codeLink, historySentence } from "./sentences.ts";
import { grouped, KIND_WORDS, PAGE_WORDS, STATUS_MARKS } from "./words.ts";

/** Everything that a code page shows. */
export type CodePage = {
  readonly found: FoundRecord;
  readonly effective: EffectiveStatus;
  readonly children: {
    readonly codes: readonly string[];
    readonly start: number;
    readonly count: number;
  };
  readonly history: readonly HistoryItem[];
  readonly recordedMilliseconds: number;
  readonly moment: Moment | undefined;
  readonly language: Language;
};

type Reader = Pick<Services, "state" | "config" | "node">;

/** A record as a citizen meets it: what it is, who is responsible, whether it is genuine; then the rest. */
export function codePageTitle({ found: { record }, language }: CodePage): string {
  return nameIn(record.names, language, record.code);
}

export function codePageMain(reader: Reader, page: CodePage): Markup {
  return html`${headSection(reader, page)}${successorSection(reader, page)}${actionSection(page)}${placeSection(reader, page)}${attributeSection(page)}${childrenSection(reader, page)}${historySection(reader, page)}${checkSection(reader, page)}`;
}

/** What ends a sentence; Chinese needs no space after it. */
const STOP: Words = { zh: "。", en: ". " };

function headSection({ state }: Reader, page: CodePage): Markup {
  const { found, effective, language, moment } = page;
  const { record } = found;
  const mark = STATUS_MARKS[effective.status];
  const owner = ownerOf(state, record);
  return html`<nav class="path">${pathMarkup(state, record.code, language)}</nav>
<h1>${codePageTitle(page)}</h1>
<p>${KIND_WORDS[record.kind][language]} · <span class="state ${mark.style}"><span aria-hidden="true">${mark.icon}</span> ${mark.words[language]}</span>${STOP[language]}${mark.means[language]}</p>
${moment && html`<p class="attention">${PAGE_WORDS.asOf[language]}: ${moment.at}</p>`}
<p><span class="code">${record.code}</span><span class="code check" aria-hidden="true">*${checkCharacter(record.code)}</span></p>
<dl>${owner && row(PAGE_WORDS.owner[language], codeLink(state, owner, language))}
${record.class !== undefined && row(PAGE_WORDS.class[language], html`${record.class}`)}
${record.stage && row(PAGE_WORDS.stage[language], statementMarkup(record.stage, language))}
${record.aliases.length > 0 && row(PAGE_WORDS.otherNumbers[language], html`${record.aliases.map(({ scheme, value }) => html`<code>${value}</code> <span class="soft">(${scheme})</span> `)}`)}</dl>`;
}

function row(name: string, value: Markup): Markup {
  return html`<dt>${name}</dt><dd>${value}</dd>`;
}

/** MA › 156 中国 › 1301 石家庄市 › 02: each node leads to its page. */
function pathMarkup(state: Services["state"], code: Code, language: Language): Markup {
  const chain = [...ancestorsOf(code)].reverse();
  const nodes = chain.map((each, i) => {
    const name = nameIn(state.remembered.get(codeKey(each))?.names ?? {}, language, "");
    // The root is called by its letters.
    const spoken = i === 0 || name === "" ? "" : ` ${name}`;
    return html`<a href="/${each}">${nodeOf(each, chain[i - 1])}${spoken}</a> › `;
  });
  return html`${nodes}${nodeOf(code, chain.at(-1))}`;
}

/** The last node of a code: what it has beyond its parent. */
function nodeOf(code: Code, parent: Code | undefined): string {
  return parent === undefined ? code : code.slice(parent.length + 1);
}

/** Who is responsible: the nearest record above that is an office. */
function ownerOf(state: Services["state"], record: CodeRecord): Code | undefined {
  if (record.kind === "department" || record.kind === "division") return undefined;
  return ancestorsOf(record.code).find((each) => {
    const kind = state.remembered.get(codeKey(each))?.kind;
    return kind === "department" || kind === "division";
  });
}

function successorSection({ state }: Reader, { found, language }: CodePage): Markup {
  const { successors, predecessors } = found.record;
  return html`${referenceList(state, PAGE_WORDS.successors[language], successors, language)}${referenceList(state, PAGE_WORDS.predecessors[language], predecessors, language)}`;
}

function referenceList(
  state: Services["state"],
  title: string,
  references: readonly Reference[],
  language: Language,
): Markup {
  const codes = references.flatMap((reference) => {
    const code = parseCode(reference.split("#")[0] ?? "");
    return code.ok ? [code.value] : [];
  });
  if (codes.length === 0) return html``;
  return html`<h2>${title}</h2><ul class="rows">${codes.map((code) => html`<li>${codeLink(state, code, language)} <code>${code}</code></li>`)}</ul>`;
}

function actionSection({ found, language }: CodePage): Markup {
  const { links } = found.record;
  if (links.length === 0) return html``;
  const items = links.map(
    ({ href, title, rel }) => html`<li><a href="${href}" rel="noreferrer">${title ?? rel}</a></li>`,
  );
  return html`<h2>${PAGE_WORDS.actions[language]}</h2><ul class="links">${items}</ul>`;
}

function placeSection({ state }: Reader, page: CodePage): Markup {
  const { found, language } = page;
  const { record } = found;
  const place = placeOf(record);
  if (place === undefined) return html``;
  const division = ancestorsOf(record.code).find(
    (each) => state.remembered.get(codeKey(each))?.kind === "division",
  );
  return html`<h2>${PAGE_WORDS.place[language]}</h2>
<p>${division && html`${codeLink(state, division, language)} · `}<code>${degrees(place)}</code> <span class="soft">WGS 84${place.is === "cell" && html`, ${PAGE_WORDS.cell[language]}`}</span></p>
<ul class="links">${mapItems(place, codePageTitle(page), language)}</ul><p class="soft">${PAGE_WORDS.mapNote[language]}</p>`;
}

function degrees({ longitude, latitude }: Place): string {
  return `${latitude.toFixed(6)}, ${longitude.toFixed(6)}`;
}

function mapItems({ longitude, latitude }: Place, title: string, language: Language): Markup[] {
  const position = [Math.round(longitude * 1e7), Math.round(latitude * 1e7)] as const;
  return mapLinks(position, title).map(
    ({ href, names }) => html`<li><a href="${href}" rel="noreferrer">${names[language]}</a></li>`,
  );
}

function attributeSection({ found, language }: CodePage): Markup {
  const attributes = Object.entries(found.record.attributes);
  if (attributes.length === 0) return html``;
  const rows = attributes.map(
    ([name, statement]) =>
      html`<tr><th scope="row">${name}</th><td>${statementMarkup(statement, language)}</td></tr>`,
  );
  return html`<h2>${PAGE_WORDS.attributes[language]}</h2><table>${rows}</table>`;
}

function statementMarkup(
  statement: Statement<string | number | boolean>,
  language: Language,
): Markup {
  const value = "value" in statement ? String(statement.value) : PAGE_WORDS.notPublic[language];
  const { since } = PAGE_WORDS;
  return html`${value} <span class="soft">(${since[language]} ${statement.validFrom})</span>`;
}

function childrenSection({ state }: Reader, { found, children, language }: CodePage): Markup {
  const { codes, start, count } = children;
  const { code, delegation } = found.record;
  if (delegation !== undefined) {
    // What stood here was frozen: the list of today is the other ledger's.
    const url = `${delegation.url.replace(/\/+$/, "")}/${code}`;
    return html`<h2 id="children">${PAGE_WORDS.children[language]}</h2><p>${PAGE_WORDS.ownLedger[language]}<a href="${url}" rel="noreferrer">${delegation.origin}</a></p>`;
  }
  if (count === 0) return html``;
  const items = codes.flatMap((text) => {
    const code = parseCode(text);
    return code.ok
      ? [html`<li>${codeLink(state, code.value, language)}<br><code>${text}</code></li>`]
      : [];
  });
  const next = start + codes.length;
  const more = html`<p><a href="/${found.record.code}?children=${next}">${PAGE_WORDS.more[language]} (${grouped(next)} / ${grouped(count)})</a></p>`;
  return html`<h2 id="children">${PAGE_WORDS.children[language]} (${grouped(count)})</h2><ul class="rows">${items}</ul>${next < count && more}`;
}

function historySection({ state }: Reader, { found, history, language }: CodePage): Markup {
  const items = history.map(
    (item) =>
      html`<li>${timeMarkup(Date.parse(item.time))}<br>${historySentence(state, item, language)}</li>`,
  );
  const all = `/v1/codes/${encodeURIComponent(found.record.code)}/history`;
  return html`<h2>${PAGE_WORDS.history[language]}</h2><ul class="rows">${items}</ul><p><a href="${all}">${PAGE_WORDS.wholeHistory[language]}</a></p>`;
}

function checkSection({ config, node }: Reader, page: CodePage): Markup {
  const { found, language, recordedMilliseconds } = page;
  const { record, index } = found;
  const proof = `${proofPath(record.code)}?effective=1`;
  const [vkey = ""] = node.vkeys;
  const command = `curl -sSo proof.json "${config.publicUrl}${proof}"\ncityid verify proof.json --code "${record.code}" --vkey "${vkey}"`;
  return html`<h2>${PAGE_WORDS.check[language]}</h2><p>${PAGE_WORDS.checkNote[language]}</p>
<ul class="links"><li><a href="${proof}" download="${record.code.replaceAll("/", "_")}.proof.json">${PAGE_WORDS.proofFile[language]}</a></li>
<li><a href="/v1/codes/${encodeURIComponent(record.code)}">${PAGE_WORDS.recordFile[language]}</a></li></ul>
<p>${PAGE_WORDS.command[language]}</p><pre><code>${command}</code></pre><p class="soft">${PAGE_WORDS.keyNote[language]}</p>
<details><summary>${PAGE_WORDS.logIndex[language]} ${index}</summary><dl>
${row(PAGE_WORDS.recorded[language], html`${timeMarkup(recordedMilliseconds)} ${PAGE_WORDS.beijingTime[language]}`)}
${row("op", html`<code>${hexOf(record.op)}</code>`)}${row("control", html`<code>${hexOf(record.control)}</code>`)}${row("born", html`<code>${hexOf(record.born)}</code>`)}</dl></details>
<p class="soft">${PAGE_WORDS.cannotTell[language]}</p>`;
}
