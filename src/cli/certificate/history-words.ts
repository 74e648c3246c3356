import type { HistoryChange } from "../../verify/index.ts";
import type { Language, Text } from "../text.ts";

/** What a change did, in a few words; who signed it stands beside it. */
export function changeWords({ kind, fields }: HistoryChange, language: Language): string {
  const words = WORDS[kind] ?? OTHER;
  return words(fields)[language];
}

type Fields = { readonly [name: string]: unknown };

const OTHER = (): Text => ({ en: "changed", zh: "变更" });

const WORDS: { readonly [kind: string]: (fields: Fields) => Text } = {
  genesis: () => ({ en: "began with the ledger", zh: "随账本一同设立" }),
  admit: () => ({ en: "issued by decision of the members", zh: "经成员机构决定签发" }),
  register: () => ({ en: "registered", zh: "登记" }),
  update: (fields) => {
    const names = Object.keys(fields).flatMap((name) => FIELDS[name] ?? []);
    const [en, zh] = [names.map((name) => name.en), names.map((name) => name.zh)];
    return { en: `updated: ${en.join(", ")}`, zh: `更新：${zh.join("、")}` };
  },
  keys: ({ add, close }) => ({
    en: `keys: ${count(add)} added, ${count(close)} closed`,
    zh: `密钥：新增 ${count(add)}，停用 ${count(close)}`,
  }),
  recover: ({ do: what }) => RECOVERIES[text(what)] ?? OTHER(),
  status: ({ do: what, reason }) => {
    const words = STATUSES[text(what)] ?? OTHER();
    return { en: `${words.en}: ${text(reason)}`, zh: `${words.zh}：${text(reason)}` };
  },
  succeed: ({ type, date, source }) => {
    const words = SUCCESSIONS[text(type)] ?? OTHER();
    const when = text(date);
    return {
      en: `${words.en} as of ${when}: ${text(source)}`,
      zh: `${words.zh}，${when} 生效：${text(source)}`,
    };
  },
  delegate: ({ do: what, origin }) => {
    const words = DELEGATIONS[text(what)] ?? OTHER();
    const to = text(origin) === "" ? "" : ` ${text(origin)}`;
    return { en: `${words.en}${to}`, zh: `${words.zh}${to}` };
  },
};

const FIELDS: { readonly [name: string]: Text } = {
  names: { en: "names", zh: "名称" },
  geometry: { en: "place", zh: "位置" },
  attributes: { en: "attributes", zh: "属性" },
  stage: { en: "stage", zh: "阶段" },
  links: { en: "links", zh: "链接" },
  aliases: { en: "other numbers", zh: "其他编号" },
  evidence: { en: "evidence", zh: "依据" },
};

const STATUSES: { readonly [what: string]: Text } = {
  suspend: { en: "suspended", zh: "暂停" },
  resume: { en: "resumed", zh: "恢复" },
  retire: { en: "retired", zh: "注销" },
};

const RECOVERIES: { readonly [what: string]: Text } = {
  start: { en: "replacement of all keys begun", zh: "开始更换全部密钥" },
  finish: { en: "replacement of all keys finished", zh: "完成更换全部密钥" },
  cancel: { en: "replacement of all keys cancelled", zh: "取消更换全部密钥" },
};

const SUCCESSIONS: { readonly [type: string]: Text } = {
  merge: { en: "merged", zh: "合并" },
  split: { en: "split", zh: "拆分" },
  rename: { en: "renamed", zh: "更名" },
  transfer: { en: "transferred", zh: "划转" },
};

const DELEGATIONS: { readonly [what: string]: Text } = {
  start: { en: "what is below it delegated to", zh: "下级委托给账本" },
  change: { en: "delegation changed", zh: "更改委托" },
  end: { en: "delegation ended", zh: "终止委托" },
};

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function count(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}
