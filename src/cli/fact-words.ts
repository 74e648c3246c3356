import { readableTime } from "../text/index.ts";
import type { Language, Text } from "./text.ts";

type Facts = { readonly [name: string]: unknown };

/** A moment as the API writes it. */
const MOMENT = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** Words of the protocol that stand as facts in a sentence. */
const CHINESE: { readonly [word: string]: string } = {
  retired: "已停用",
  compromised: "已泄露",
  open: "待表决",
  executed: "已通过并执行",
  rejected: "已否决",
  expired: "已过期",
  revoked: "已撤销",
  dataset: "数据集已停用",
  log: "数据集换了日志",
  grantee: "受让方已停用",
  other: "不是给您的，或不是此数据集的",
};

/** The same in English, where the word alone says too little. */
const ENGLISH: { readonly [word: string]: string } = {
  retired: "it was replaced or no longer needed",
  compromised: "others may have it",
  dataset: "the dataset is no longer in use",
  log: "the dataset has another log now",
  grantee: "who was granted it is no longer in use",
  other: "it is not yours, or not of this dataset",
};

/** Whose key a node wants, which it says in English, as a sentence here names them. */
const HOLDERS: { readonly [want: string]: Text } = {
  "a key of a member": { en: "a member", zh: "成员" },
  "a key of the application": { en: "the applicant", zh: "申请方" },
  "the applicant or a member": { en: "the applicant or a member", zh: "申请方或成员" },
  "a govern key of an office": {
    en: "an office, with the use “govern”",
    zh: "部门（用途含“govern”）",
  },
};

const WORDS = { zh: CHINESE, en: ENGLISH } as const;

/** The facts of a refusal as people read them in a sentence: moments in Beijing time, words of the protocol as what they mean. */
export function factWords(facts: Facts, language: Language): Facts {
  return Object.fromEntries(
    Object.entries(facts).map(([name, fact]) => {
      if (typeof fact !== "string") return [name, fact];
      if (MOMENT.test(fact)) return [name, readableTime(Date.parse(fact)).beijing];
      if (name === "want") return [name, holderWords(fact, language)];
      const isWord = name === "why" || name === "state";
      return [name, isWord ? (WORDS[language][fact] ?? fact) : fact];
    }),
  );
}

function holderWords(want: string, language: Language): string {
  const [, code] = /^the holder of (\S+)$/.exec(want) ?? [];
  return code ?? HOLDERS[want]?.[language] ?? want;
}
