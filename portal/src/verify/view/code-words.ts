import { text } from "../../plain/text.ts";
import type { CodeFinding } from "../check/code.ts";
import type { Report } from "../check/report.ts";
import type { Said } from "./seal-words.ts";

/** What is said where there is a code and no seal: never that a plate is genuine. */
export const CODE_WORDS: Readonly<Record<CodeFinding["is"] | "alias" | "elsewhere", Said>> = {
  active: {
    state: "unknown",
    title: text("编码有效，但没有签章可核验", "The code is in force; there is no seal to check"),
    sentence: text(
      "账本证明 {code} 已签发并且有效。没有签章，无法判断铭牌是不是主管单位做的。",
      "The ledger proves that {code} was issued and is in force. Without a seal nobody can tell whether the owner made the plate.",
    ),
  },
  elsewhere: {
    state: "attention",
    title: text("没有签章，网址也不认识", "No seal, and an unfamiliar address"),
    sentence: text(
      "{code} 确已签发，但铭牌上没有签章，网址指向 {host}，不是本账本的网站。不要打开它，除非您认识这个网站。",
      "{code} was issued, but the plate bears no seal, and its address leads to {host}, not to this ledger. Do not open it unless you know that site.",
    ),
  },
  alias: {
    state: "unknown",
    title: text("旧编号，没有签章可核验", "An old number; there is no seal to check"),
    sentence: text(
      "账本证明旧编号“{alias}”属于 {code}。旧铭牌没有签章，无法判断它是不是主管单位做的。",
      "The ledger proves that the old number “{alias}” belongs to {code}. An old plate bears no seal, so nobody can tell whether the owner made it.",
    ),
  },
  suspended: {
    state: "attention",
    title: text("编码已暂停", "The code is suspended"),
    sentence: text(
      "账本证明 {because} 目前暂停使用。没有核验签章。",
      "The ledger proves that {because} is suspended. No seal was checked.",
    ),
  },
  retired: {
    state: "ended",
    title: text("编码已注销", "The code has retired"),
    sentence: text(
      "账本证明 {because} 已经注销。没有核验签章。",
      "The ledger proves that {because} has retired. No seal was checked.",
    ),
  },
  void: {
    state: "ended",
    title: text("登记已撤回", "The registration was taken back"),
    sentence: text(
      "账本证明 {because} 的登记已经撤回。没有核验签章。",
      "The ledger proves that the registration of {because} was taken back. No seal was checked.",
    ),
  },
  "never-issued": {
    state: "stop",
    title: text("从未签发", "Never issued"),
    sentence: text(
      "账本证明 {code} 从未签发，这样的铭牌不应存在。",
      "The ledger proves that {code} was never issued. There should be no such plate.",
    ),
  },
  old: {
    state: "unknown",
    title: text("无法判断", "Cannot tell"),
    sentence: text(
      "手头关于 {code} 的证明已有{age}之久，此后的变化无法判断。",
      "What is at hand about {code} is {age} old. What changed since cannot be told.",
    ),
  },
  unknown: {
    state: "unknown",
    title: text("无法判断", "Cannot tell"),
    sentence: text(
      "手头没有 {code} 的证明。联网后再核验一次。",
      "No proof of {code} is at hand. Check again when you are on line.",
    ),
  },
};

type Foreign = Extract<Report, { kind: "foreign" }>["what"];

export const FOREIGN_WORDS: Readonly<Record<Foreign, Said>> = {
  script: {
    state: "stop",
    title: text("不要打开", "Do not open it"),
    sentence: text(
      "二维码里不是网址，而是会在手机里执行的内容。它不是铭牌。",
      "The symbol holds no web address but something that a phone would carry out. This is no plate.",
    ),
  },
  check: {
    state: "attention",
    title: text("校验字符不符", "The check character does not match"),
    sentence: text(
      "有一个字符看错或输错了，所以没有核验。请再看一遍编码和 * 后面的字符。",
      "A character was misread or mistyped, so nothing was checked. Look again at the code and at the character after *.",
    ),
  },
  address: {
    state: "stop",
    title: text("不是铭牌的网址", "Not the address of a plate"),
    sentence: text(
      "它指向 {host}，其中没有编码，也没有签章。不要把它当作铭牌打开。",
      "It leads to {host} and holds neither a code nor a seal. Do not open it as if it were a plate.",
    ),
  },
  text: {
    state: "unknown",
    title: text("没有认出编码", "No code was recognised"),
    sentence: text(
      "其中没有编码，也没有签章；作为旧编号也没有找到。编码像这样：MA.156.1301.02/LAMP/000123。",
      "It holds neither a code nor a seal, and is not known as an old number. A code looks like this: MA.156.1301.02/LAMP/000123.",
    ),
  },
};

export const FAILED: Said = {
  state: "unknown",
  title: text("核验没有完成", "The check did not finish"),
  sentence: text(
    "核验所需的一部分没有加载成功，因此没有结论。请联网后再核验一次。",
    "Part of what the check needs could not be loaded, so there is no verdict. Check again when you are on line.",
  ),
};

export const NO_TRUST: Said = {
  state: "unknown",
  title: text("离线无法判断", "Cannot tell off line"),
  sentence: text(
    "这台设备还没有记住任何账本的公钥。联网打开一次本页，以后离线也能核验。",
    "This device has not kept the keys of any ledger yet. Open this page on line once; after that it also checks off line.",
  ),
};
