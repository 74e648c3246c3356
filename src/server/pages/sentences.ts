import { type Code, codeKey, memberKey, parseCode, type ValueReader } from "../../core/index.ts";
import type { HistoryItem } from "../registry/history.ts";
import { html, type Markup } from "./html.ts";
import { type Language, nameIn, plainNameIn, type Words } from "./language.ts";

/** What happened, as a sentence. `who` is the office that signed. */
type Sentence = (item: Happened, who: Markup) => Readonly<Record<Language, Markup>>;

/** The facts are looked up in the log by whoever asks for them; most sentences do not. */
type Happened = { readonly what: Facts };

type Facts = { readonly [name: string]: unknown };

const STATUS_SENTENCES: Readonly<Record<string, Sentence>> = {
  suspend: ({ what: { reason } }, who) => ({
    zh: html`${who}暂停了它：${text(reason)}`,
    en: html`Suspended by ${who}: ${text(reason)}`,
  }),
  resume: ({ what: { reason } }, who) => ({
    zh: html`${who}恢复了它：${text(reason)}`,
    en: html`Resumed by ${who}: ${text(reason)}`,
  }),
  retire: ({ what: { reason } }, who) => ({
    zh: html`${who}注销了它：${text(reason)}`,
    en: html`Retired by ${who}: ${text(reason)}`,
  }),
};

const RECOVER_WORDS: Readonly<Record<string, Words>> = {
  start: { zh: "开始更换其全部密钥", en: "Replacement of all its keys begun" },
  finish: { zh: "完成了全部密钥的更换", en: "Replacement of all its keys finished" },
  cancel: { zh: "取消了全部密钥的更换", en: "Replacement of all its keys cancelled" },
};

const DELEGATE_WORDS: Readonly<Record<string, Words>> = {
  start: {
    zh: "把其下级编码交由另一账本管理",
    en: "What is below it was handed to a ledger of its own",
  },
  change: {
    zh: "变更了其下级编码所在账本的地址或密钥",
    en: "The address or keys of the ledger below it were changed",
  },
  end: { zh: "收回了其下级编码的管理", en: "What is below it was taken back into this ledger" },
};

const SUCCEED_WORDS: Readonly<Record<string, Words>> = {
  merge: { zh: "合并", en: "Merged" },
  split: { zh: "拆分", en: "Split" },
  rename: { zh: "更名", en: "Renamed" },
  transfer: { zh: "划转", en: "Transferred" },
};

const SENTENCES: Readonly<Record<string, Sentence>> = {
  genesis: () => ({
    zh: html`随账本一同设立。`,
    en: html`Began with the ledger.`,
  }),
  admit: (_item, who) => ({
    zh: html`各成员机构决定签发；最后一票由${who}投出。`,
    en: html`Issued by decision of the members; the last vote was that of ${who}.`,
  }),
  register: (_item, who) => ({ zh: html`由${who}登记。`, en: html`Registered by ${who}.` }),
  update: ({ what }, who) => ({
    zh: html`${who}更新了${fieldsOf(what, "zh")}。`,
    en: html`${who} updated ${fieldsOf(what, "en")}.`,
  }),
  keys: ({ what }, who) => ({
    zh: html`${who}变更了签名密钥（新增 ${count(what.add)}，停用 ${count(what.close)}）。`,
    en: html`${who} changed the keys that sign for it (${count(what.add)} added, ${count(what.close)} closed).`,
  }),
  recover: ({ what }, who) => {
    const { zh, en } = wordsOf(RECOVER_WORDS, what.do);
    return { zh: html`${who}${zh}。`, en: html`${en} by ${who}.` };
  },
  status: (item, who) => (STATUS_SENTENCES[text(item.what.do)] ?? SENTENCE_OF_OTHERS)(item, who),
  succeed: ({ what }, who) => {
    const { zh, en } = wordsOf(SUCCEED_WORDS, what.type);
    const codes = html`${codesOf(what.from)} → ${codesOf(what.to)}`;
    return {
      zh: html`${zh}：${codes}，${text(what.date)} 生效，依据${text(what.source)}；由${who}记录。`,
      en: html`${en}: ${codes}, as of ${text(what.date)}, by ${text(what.source)}; recorded by ${who}.`,
    };
  },
  delegate: ({ what }, who) => {
    const { zh, en } = wordsOf(DELEGATE_WORDS, what.do);
    return { zh: html`${who}${zh}。`, en: html`${en} by ${who}.` };
  },
  dataset: (_item, who) => ({
    zh: html`${who}说明了此数据集：标题、许可、日志等。`,
    en: html`${who} said what the dataset is: its title, licence, log.`,
  }),
  void: ({ what }, who) => ({
    zh: html`${who}撤回了它的登记：${text(what.reason)}`,
    en: html`Its registration was taken back by ${who}: ${text(what.reason)}`,
  }),
};

const SENTENCE_OF_OTHERS: Sentence = (_item, who) => ({
  zh: html`由${who}变更。`,
  en: html`Changed by ${who}.`,
});

/** One line of a record's history. */
export function historySentence(state: ValueReader, item: HistoryItem, language: Language): Markup {
  const sentence = SENTENCES[item.kind] ?? SENTENCE_OF_OTHERS;
  const who = officeOf(state, item.signed?.iss ?? item.manifest?.iss, language);
  return sentence(item as Happened, who)[language];
}

const UNSIGNED: Words = { zh: "负责单位", en: "who is responsible" };

/** The office behind an issuer: a member by its name, a code by name and link. */
export function officeOf(state: ValueReader, iss: string | undefined, language: Language): Markup {
  if (iss === undefined) return html`${UNSIGNED[language]}`;
  if (iss.startsWith("member/")) {
    const member = state.get(memberKey(iss.slice("member/".length)));
    return html`${plainNameIn(member?.names ?? {}, language, iss)}`;
  }
  const code = parseCode(iss);
  return code.ok ? codeLink(state, code.value, language) : html`${iss}`;
}

/** A code by its name, leading to its page. */
export function codeLink(state: ValueReader, code: Code, language: Language): Markup {
  const names = state.get(codeKey(code))?.names ?? {};
  return html`<a href="/${code}">${nameIn(names, language, code)}</a>`;
}

const FIELD_WORDS: Readonly<Record<string, Words>> = {
  names: { zh: "名称", en: "names" },
  geometry: { zh: "位置", en: "place" },
  attributes: { zh: "属性", en: "attributes" },
  stage: { zh: "阶段", en: "stage" },
  links: { zh: "链接", en: "links" },
  aliases: { zh: "其他编号", en: "other numbers" },
  evidence: { zh: "依据", en: "evidence" },
};

function fieldsOf(what: Facts, language: Language): string {
  const fields = Object.keys(what).flatMap((name) => FIELD_WORDS[name]?.[language] ?? []);
  return fields.join(language === "zh" ? "、" : ", ");
}

function wordsOf(words: Readonly<Record<string, Words>>, key: unknown): Words {
  return words[text(key)] ?? { zh: "变更", en: "Changed" };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function count(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}

function codesOf(value: unknown): string {
  const codes = Array.isArray(value)
    ? value.map((each: { readonly code?: unknown }) => text(each.code))
    : [];
  return codes.join(", ");
}
