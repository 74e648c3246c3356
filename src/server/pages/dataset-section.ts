import { openDataset } from "../../core/index.ts";
import { openGrantOf } from "../data/open-grant.ts";
import { datasetCollectionId } from "../ogc/index.ts";
import type { FoundRecord } from "../registry/record-views.ts";
import type { Services } from "../services.ts";
import { html, type Markup } from "./html.ts";
import { type Language, nameIn, plainNameIn, type Words } from "./language.ts";

const WORDS = {
  about: { zh: "关于此数据集", en: "About the dataset" },
  title: { zh: "标题", en: "Title" },
  access: { zh: "谁可使用", en: "Who may use it" },
  open: { zh: "任何人（开放数据）", en: "everybody (open data)" },
  ask: { zh: "须向其所有者申请", en: "whoever asks its owner and is granted access" },
  licence: { zh: "许可", en: "Licence" },
  contact: { zh: "联系", en: "Contact" },
  rhythm: { zh: "更新频率", en: "How often it comes" },
  terms: { zh: "使用条件", en: "Terms" },
  fields: { zh: "字段", en: "Fields" },
  field: { zh: "名称", en: "Name" },
  meaning: { zh: "含义", en: "Meaning" },
  unit: { zh: "单位", en: "Unit" },
  sample: { zh: "前 10 行（GeoJSON）", en: "First 10 rows (GeoJSON)" },
  catalogue: {
    zh: "目录条目（DCAT，供程序读取）",
    en: "Entry in the catalogue (DCAT, for programs)",
  },
} as const satisfies Readonly<Record<string, Words>>;

const SAMPLE_ROWS = 10;

/** What a dataset says of itself: whether one may have it, under which licence, and what is in it. */
export function datasetSection(
  services: Pick<Services, "state" | "clock">,
  { record }: FoundRecord,
  language: Language,
): Markup {
  const found = openDataset(services.state, record.code);
  if (!found.ok) return html``;
  const { title, licence, contact, rhythm, terms, dictionary = [], log } = found.value.value;
  const isOpen = openGrantOf(services, found.value)?.grant.actions.includes("read") === true;
  const said = plainNameIn(title, language, record.code);
  const row = (name: Words, value: string | undefined) =>
    value !== undefined && html`<dt>${name[language]}</dt><dd>${value}</dd>`;
  const items = `${log.url}/ogc/collections/${datasetCollectionId(record.code)}/items?limit=${SAMPLE_ROWS}`;
  const fields = dictionary.map(
    ({ name, unit, names = {} }) =>
      html`<tr><th scope="row"><code>${name}</code></th><td>${plainNameIn(names, language, "")}</td><td>${unit ?? ""}</td></tr>`,
  );
  return html`<section aria-labelledby="dataset"><h2 id="dataset">${WORDS.about[language]}</h2><dl class="facts">
${row(WORDS.title, said === nameIn(record.names, language, "") ? undefined : said)}${row(WORDS.access, (isOpen ? WORDS.open : WORDS.ask)[language])}
${row(WORDS.licence, licence)}${row(WORDS.contact, contact)}${row(WORDS.rhythm, rhythm)}${row(WORDS.terms, terms)}</dl>
<ul class="links">${isOpen && html`<li><a href="${items}">${WORDS.sample[language]}</a></li>`}<li><a href="/catalog/${encodeURIComponent(record.code)}">${WORDS.catalogue[language]}</a></li></ul>
${fields.length > 0 && html`<h3>${WORDS.fields[language]}</h3><table><thead><tr><th scope="col">${WORDS.field[language]}</th><th scope="col">${WORDS.meaning[language]}</th><th scope="col">${WORDS.unit[language]}</th></tr></thead><tbody>${fields}</tbody></table>`}</section>`;
}
