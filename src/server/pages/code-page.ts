import {
  type Alias,
  ancestorsOf,
  type Code,
  type CodeRecord,
  checkCharacter,
  classKey,
  codeKey,
  type EffectiveStatus,
  parseCode,
  type Reference,
  readSeal,
  referredCode,
  type Statement,
  sealName,
  UNITS_PER_DEGREE,
} from "../../core/index.ts";
import { mapLinks } from "../../text/index.ts";
import type { PublicPlate } from "../data/index.ts";
import { hexOf } from "../http/bytes.ts";
import type { HistoryItem } from "../registry/history.ts";
import type { Moment } from "../registry/moment.ts";
import { type Place, placeOf } from "../registry/place.ts";
import type { FoundRecord } from "../registry/record-views.ts";
import { proofPath } from "../registry/unknown.ts";
import { usableLinks } from "../resolver/links.ts";
import type { Services } from "../services.ts";
import { datasetSection } from "./dataset-section.ts";
import { html, type Markup } from "./html.ts";
import { type Language, nameIn, plainNameIn, type Words } from "./language.ts";
import { timeMarkup } from "./layout.ts";
import { mapFigure } from "./map.ts";
import { directionOf, distanceWords, metresBetween } from "./scale.ts";
import { codeLink, historySentence } from "./sentences.ts";
import {
  grouped,
  KIND_WORDS,
  LINK_WORDS,
  PAGE_WORDS,
  PLATE_MARKS,
  SCHEME_WORDS,
  STAGE_WORDS,
  STATUS_MARKS,
} from "./words.ts";

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
  readonly plates: readonly PublicPlate[];
  readonly recordedMilliseconds: number;
  readonly moment: Moment | undefined;
  readonly language: Language;
  /** The address as it stands on the plate that led here, where it holds a seal; not judged. */
  readonly seal?: string;
};

type Reader = Pick<Services, "state" | "clock" | "config" | "node">;

/** A record as a citizen meets it: what it is, who is responsible, whether it is genuine; then the rest. */
export function codePageTitle({ found: { record }, language }: CodePage): string {
  return nameIn(record.names, language, record.code);
}

export function codePageMain(reader: Reader, page: CodePage): Markup {
  return html`${headSection(reader, page)}${successorSection(reader, page)}${actionSection(reader, page)}${page.found.record.kind === "dataset" && datasetSection(reader, page.found, page.language)}${placeSection(reader, page)}${plateSection(reader, page)}${attributeSection(page)}${childrenSection(reader, page)}${historySection(reader, page)}${checkSection(reader, page)}`;
}

/** What ends a sentence; Chinese needs no space after it. */
const STOP: Words = { zh: "。", en: ". " };

function headSection(reader: Reader, page: CodePage): Markup {
  const { state } = reader;
  const { record } = page.found;
  const { language } = page;
  const owner = ownerOf(state, record);
  const responsible = owner
    ? codeLink(state.remembered, owner, language)
    : isOffice(record) && html`${PAGE_WORDS.itself[language]}`;
  const rows = html`${responsible && row(PAGE_WORDS.owner[language], responsible)}
${record.stage && row(PAGE_WORDS.stage[language], stageMarkup(record.stage, language))}
${record.aliases.length > 0 && row(PAGE_WORDS.otherNumbers[language], aliasMarkup(record.aliases, language))}`;
  return html`<nav class="path" aria-label="${PAGE_WORDS.path[language]}">${pathMarkup(state, record.code, language)}</nav>
<p class="kind">${kindWords(state, record, language)}</p>
<h1>${codePageTitle(page)}</h1>
<p class="code-line"><span class="code">${record.code}</span><span class="code check" aria-hidden="true">*${checkCharacter(record.code)}</span></p>
${stateMarkup(reader, page)}
${rows.markup.trim() !== "" && html`<dl class="facts">${rows}</dl>`}`;
}

/** Whether it counts: icon, word, colour, what that means, and since what above it when it is not its own. */
function stateMarkup({ state }: Reader, { found, effective, language, moment }: CodePage): Markup {
  const mark = STATUS_MARKS[effective.status];
  const decides = referredCode(effective.because);
  const isAbove = decides !== found.record.code;
  const because = html` ${PAGE_WORDS.because[language]}${codeLink(state.remembered, decides, language)}${STOP[language]}`;
  return html`${moment && html`<p class="state attention"><span class="icon" aria-hidden="true">▲</span><span>${PAGE_WORDS.asOf[language]}: <strong>${moment.at}</strong> · <a href="/${found.record.code}">${PAGE_WORDS.now[language]}</a></span></p>`}
<p class="state ${mark.style}"><span class="icon" aria-hidden="true">${mark.icon}</span><span><strong>${mark.words[language]}</strong>${STOP[language]}${mark.means[language]}${isAbove && because}</span></p>`;
}

/** `设施 · 路灯`: what kind of record, and of which class. */
function kindWords(state: Services["state"], record: CodeRecord, language: Language): string {
  const kind = KIND_WORDS[record.kind][language];
  if (record.class === undefined) return kind;
  const names = state.remembered.get(classKey(record.class))?.names;
  return `${kind} · ${plainNameIn(names ?? {}, language, record.class)}`;
}

function stageMarkup(stage: Statement<string>, language: Language): Markup {
  const words = "value" in stage ? STAGE_WORDS[stage.value] : undefined;
  const { since } = PAGE_WORDS;
  return words === undefined
    ? statementMarkup(stage, language)
    : html`${words[language]} <span class="soft">(${since[language]} ${stage.validFrom})</span>`;
}

function aliasMarkup(aliases: readonly Alias[], language: Language): Markup {
  return html`${aliases.map(({ scheme, value }, i) => html`${i > 0 && html`<br>`}<code>${value}</code> <span class="soft">(${SCHEME_WORDS[scheme]?.[language] ?? scheme})</span>`)}`;
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
  if (isOffice(record)) return undefined;
  return ancestorsOf(record.code).find((each) => isOffice(state.remembered.get(codeKey(each))));
}

function isOffice(record: Pick<CodeRecord, "kind"> | undefined): boolean {
  return record?.kind === "department" || record?.kind === "division";
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
  return html`<section><h2>${title}</h2><ul class="rows">${codes.map((code) => html`<li>${codeLink(state, code, language)} <code>${code}</code></li>`)}</ul></section>`;
}

function actionSection({ config }: Reader, { found, language, seal }: CodePage): Markup {
  const links = usableLinks(found.record).map(({ href, title, rel, lang }) => {
    const words = title ?? LINK_WORDS[rel]?.[language] ?? rel;
    return html`<li><a href="${href}" rel="noreferrer"${lang !== undefined && html` hreflang="${lang}"`}>${words}</a></li>`;
  });
  const inPage = `/verify?text=${encodeURIComponent(seal ?? "")}`;
  const check = html`<li><a href="${inPage}">${PAGE_WORDS.verifyPlate[language]}</a></li>`;
  const ofPlate = [
    seal !== undefined && config.portalRoutes.includes("/verify") && check,
    config.portalRoutes.includes("/report") && reportItem(found.record.code, seal, language),
  ].filter((each) => each !== false && each !== undefined);
  const items = [...ofPlate, ...links];
  if (items.length === 0) return html``;
  return html`<section aria-labelledby="actions"><h2 id="actions">${PAGE_WORDS.actions[language]}</h2><ul class="links first">${items}</ul></section>`;
}

/** For whoever stands in front of the plate with a phone that its office enrolled. */
function reportItem(code: Code, text: string | undefined, language: Language): Markup | undefined {
  const read = text === undefined ? undefined : readSeal(text);
  if (!read?.ok || read.value.seal.code !== code) return undefined;
  const href = `/report/${code}?seal=${hexOf(sealName(read.value.seal))}`;
  return html`<li><a href="${href}">${PAGE_WORDS.reportHere[language]}</a></li>`;
}

function placeSection({ state }: Reader, page: CodePage): Markup {
  const { found, language } = page;
  const { record } = found;
  const place = placeOf(record);
  const shape = record.geometry && "value" in record.geometry && record.geometry.value;
  if (place === undefined || !shape) return html``;
  const division = ancestorsOf(record.code).find(
    (each) => state.remembered.get(codeKey(each))?.kind === "division",
  );
  const anchor = division && anchorOf(state, division, language);
  const words = anchor ? whereWords(place, anchor)[language] : "";
  const alternative = `${codePageTitle(page)}: ${anchor?.name ?? ""}${words} ${degrees(place)}`;
  return html`<section aria-labelledby="place"><h2 id="place">${PAGE_WORDS.place[language]}</h2>
<figure>${mapFigure({ shape, ...(anchor && { anchor }), alternative }, language)}
<figcaption>${division && html`${codeLink(state.remembered, division, language)}${words}<br>`}<code>${degrees(place)}</code> <span class="soft">WGS 84${place.is === "cell" && html`, ${PAGE_WORDS.cell[language]}`}</span></figcaption></figure>
<ul class="links">${mapItems(place, codePageTitle(page), language)}</ul><p class="soft of-links">${PAGE_WORDS.mapNote[language]}</p></section>`;
}

/** A larger place that people know: the division that something stands in. */
function anchorOf(state: Services["state"], division: Code, language: Language) {
  const record = state.remembered.get(codeKey(division));
  const place = record && placeOf(record);
  return place && { ...place, name: nameIn(record.names, language, division) };
}

/** `（石家庄市）标定点东北方向 4.2 公里`: where something lies from there. */
function whereWords(place: Place, anchor: Place): Words {
  const offset = metresBetween(anchor, place);
  const distance = distanceWords(Math.hypot(offset.east, offset.north));
  const direction = directionOf(offset);
  return {
    zh: `标定点${direction.zh}方向 ${distance.zh}`,
    en: `, ${distance.en} ${direction.en} of its registered point`,
  };
}

function degrees({ longitude, latitude }: Pick<Place, "longitude" | "latitude">): string {
  return `${latitude.toFixed(6)}, ${longitude.toFixed(6)}`;
}

function mapItems({ longitude, latitude }: Place, title: string, language: Language): Markup[] {
  const position = [
    Math.round(longitude * UNITS_PER_DEGREE),
    Math.round(latitude * UNITS_PER_DEGREE),
  ] as const;
  return mapLinks(position, title).map(
    ({ href, names }) => html`<li><a href="${href}" rel="noreferrer">${names[language]}</a></li>`,
  );
}

/** Which plates were put up, and what has become of them. */
function plateSection({ state }: Reader, { plates, language }: CodePage): Markup {
  if (plates.length === 0) return html``;
  const rows = plates.map((plate) => {
    const { icon, style, words } = PLATE_MARKS[plate.state];
    const place = plate.place && degrees(degreesOf(plate.place));
    const by =
      plate.by !== undefined && html`<br>${PAGE_WORDS.replacedBy[language]} ${serialOf(plate.by)}`;
    return html`<li>${PAGE_WORDS.plate[language]} ${serialOf(plate.seal)} <span class="mark ${style}"><span aria-hidden="true">${icon}</span> ${words[language]}</span> <span class="soft">(${PAGE_WORDS.since[language]} ${plate.since})</span><br>${codeLink(state.remembered, plate.office, language)}${place !== undefined && html` · <code>${place}</code>`}${by}</li>`;
  });
  return html`<section aria-labelledby="plates"><h2 id="plates">${PAGE_WORDS.plates[language]}</h2><ul class="rows">${rows}</ul><p class="soft">${PAGE_WORDS.platesNote[language]}</p></section>`;
}

/** The number on the plate: what its seal's name begins with. */
function serialOf(seal: string): string {
  return grouped(Number.parseInt(seal.slice(0, 8), 16));
}

function degreesOf([longitude, latitude]: readonly [number, number]) {
  return { longitude: longitude / UNITS_PER_DEGREE, latitude: latitude / UNITS_PER_DEGREE };
}

function attributeSection({ found, language }: CodePage): Markup {
  const attributes = Object.entries(found.record.attributes);
  if (attributes.length === 0) return html``;
  const rows = attributes.map(
    ([name, statement]) =>
      html`<tr><th scope="row">${name}</th><td>${statementMarkup(statement, language)}</td></tr>`,
  );
  return html`<section aria-labelledby="attributes"><h2 id="attributes">${PAGE_WORDS.attributes[language]}</h2><table>${rows}</table></section>`;
}

function statementMarkup(
  statement: Statement<string | number | boolean>,
  language: Language,
): Markup {
  const value = "value" in statement ? String(statement.value) : PAGE_WORDS.notPublic[language];
  const { since } = PAGE_WORDS;
  return html`${value} <span class="soft">(${since[language]} ${statement.validFrom})</span>`;
}

/** What stands below, datasets first and under a heading of their own. */
function childrenSection({ state }: Reader, page: CodePage): Markup {
  const { found, children, language } = page;
  const { codes, start, count } = children;
  const { code, delegation } = found.record;
  if (delegation !== undefined) {
    // What stood here was frozen: the list of today is the other ledger's.
    const url = `${delegation.url.replace(/\/+$/, "")}/${code}`;
    return html`<h2 id="children">${PAGE_WORDS.children[language]}</h2><p>${PAGE_WORDS.ownLedger[language]}<a href="${url}" rel="noreferrer">${delegation.origin}</a></p>`;
  }
  if (count === 0) return html``;
  const rows = codes.flatMap((text) => {
    const code = parseCode(text);
    const record = code.ok ? state.get(codeKey(code.value)) : undefined;
    return record === undefined ? [] : [{ record, markup: childMarkup(record, language) }];
  });
  const datasets = rows.filter(({ record }) => record.kind === "dataset");
  const others = rows.filter(({ record }) => record.kind !== "dataset");
  const next = start + codes.length;
  const more = html`<p><a href="/${found.record.code}?children=${next}#children">${PAGE_WORDS.more[language]} (${grouped(next)} / ${grouped(count)})</a></p>`;
  const list = (markups: readonly { readonly markup: Markup }[]) =>
    html`<ul class="rows">${markups.map(({ markup }) => markup)}</ul>`;
  return html`${datasets.length > 0 && html`<section aria-labelledby="datasets"><h2 id="datasets">${PAGE_WORDS.datasets[language]}</h2>${list(datasets)}</section>`}
<section aria-labelledby="children"><h2 id="children">${PAGE_WORDS.children[language]} (${grouped(count)})</h2>${others.length > 0 && list(others)}${next < count && more}</section>`;
}

function childMarkup(record: CodeRecord, language: Language): Markup {
  const mark = STATUS_MARKS[record.status];
  const state = html` <span class="mark ${mark.style}"><span aria-hidden="true">${mark.icon}</span> ${mark.words[language]}</span>`;
  return html`<li><a href="/${record.code}">${nameIn(record.names, language, record.code)}</a>${record.status !== "active" && state}<br><code>${record.code}</code> <span class="soft">${KIND_WORDS[record.kind][language]}</span></li>`;
}

function historySection({ state }: Reader, { found, history, language }: CodePage): Markup {
  const items = history.map(
    (item) =>
      html`<li>${timeMarkup(Date.parse(item.time))}<br>${historySentence(state.remembered, item, language)}</li>`,
  );
  const all = `/v1/codes/${encodeURIComponent(found.record.code)}/history`;
  return html`<section aria-labelledby="history"><h2 id="history">${PAGE_WORDS.history[language]}</h2><ol class="rows">${items}</ol><p><a href="${all}">${PAGE_WORDS.wholeHistory[language]}</a></p></section>`;
}

function checkSection({ config, node }: Reader, page: CodePage): Markup {
  const { found, language, recordedMilliseconds } = page;
  const { record, index } = found;
  const proof = `${proofPath(record.code)}?effective=1`;
  const [vkey = ""] = node.vkeys;
  const command = `curl -sSo proof.json "${config.publicUrl}${proof}"\ncityid verify proof.json --code "${record.code}" --vkey "${vkey}"`;
  const inPage = `/verify?code=${encodeURIComponent(record.code)}`;
  const verifier = html`<li><a href="${inPage}">${PAGE_WORDS.verifyHere[language]}</a></li>`;
  return html`<section aria-labelledby="check"><h2 id="check">${PAGE_WORDS.check[language]}</h2><p>${PAGE_WORDS.checkNote[language]}</p>
<ul class="links">${config.portalRoutes.includes("/verify") && verifier}<li><a href="${proof}" download="${record.code.replaceAll("/", "_")}.proof.json">${PAGE_WORDS.proofFile[language]}</a></li>
<li><a href="/v1/codes/${encodeURIComponent(record.code)}">${PAGE_WORDS.recordFile[language]}</a></li></ul>
<p>${PAGE_WORDS.command[language]}</p><pre><code>${command}</code></pre><p class="soft">${PAGE_WORDS.keyNote[language]}</p>
<details><summary>${PAGE_WORDS.logIndex[language]} ${index}</summary><dl>
${row(PAGE_WORDS.recorded[language], html`${timeMarkup(recordedMilliseconds)} ${PAGE_WORDS.beijingTime[language]}`)}
${row("op", html`<code>${hexOf(record.op)}</code>`)}${row("control", html`<code>${hexOf(record.control)}</code>`)}${row("born", html`<code>${hexOf(record.born)}</code>`)}</dl></details>
<p class="soft">${PAGE_WORDS.cannotTell[language]}</p></section>`;
}
