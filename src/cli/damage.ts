import { CliProblem } from "./problem.ts";
import type { Text } from "./text.ts";

/** What an audit found: code and offset, and the facts of the code. */
type Damage = {
  readonly code: string;
  readonly offset: number;
  readonly [fact: string]: string | number;
};

/** Why a record of the journal is not what was written, by the `cause` of JOURNAL_DAMAGED. */
const JOURNAL: { readonly [cause: string]: Text } = {
  digest: {
    en: "the bytes of the record that begins there are not those that were written",
    zh: "从该处开始的记录，其内容与写入时不符",
  },
  link: {
    en: "the record that begins there does not follow the one before it",
    zh: "从该处开始的记录与前一条不衔接",
  },
  head: {
    en: "no record begins there, although others follow",
    zh: "该处应有一条记录的开头，却无法识别，而后面还有记录",
  },
  entries: {
    en: "the entries of the record that begins there cannot be told apart",
    zh: "从该处开始的记录，其条目无法拆分",
  },
};

const OTHERS: { readonly [code: string]: Text } = {
  JOURNAL_TORN: {
    en: "the last record is not whole",
    zh: "最后一条记录不完整",
  },
  LOG_VERSION: {
    en: "it is no journal that this version can read",
    zh: "此版本无法读取该日志文件",
  },
  AUDIT_CHECKPOINT: {
    en: "the log is not the one whose checkpoint was published",
    zh: "日志与已公布的检查点不一致",
  },
};

const RULES: Text = {
  en: "the rules could not have made what stands in the record that begins there",
  zh: "从该处开始的记录，其内容不可能由账本规则产生",
};

/** Says where a data directory is damaged and what does not fit there. */
export function damageProblem(
  path: string,
  { code, offset, ...facts }: Damage,
  entries: number,
): CliProblem {
  const known = code === "JOURNAL_DAMAGED" ? JOURNAL[String(facts.cause)] : OTHERS[code];
  const { cause: detail, ...rest } = facts;
  return new CliProblem("CLI_DAMAGED", {
    ...rest,
    ...(detail === undefined ? {} : { detail }),
    path,
    offset,
    cause: code,
    entries,
    why: known ?? RULES,
  });
}
