import type { Words } from "../pages/index.ts";
import type { Tag } from "./openapi/index.ts";

type DocsWord =
  | "api"
  | "errors"
  | "forPrograms"
  | "forErrors"
  | "slashes"
  | "root"
  | "schemas"
  | "signed"
  | "signedUnlessOpen"
  | "body"
  | "answers"
  | "match";

/** What `/docs` and `/docs/errors` say themselves, beside what they list. What stands between backticks is code. */
export const DOCS_WORDS: Readonly<Record<DocsWord, Words>> = {
  api: { zh: "HTTP 接口", en: "HTTP API" },
  errors: { zh: "错误代码", en: "Errors" },
  forPrograms: { zh: "供程序读取（OpenAPI 3.1，英文）：", en: "For programs (OpenAPI 3.1): " },
  forErrors: { zh: "出错时的代码与处理办法：", en: "What goes wrong, and what to do: " },
  slashes: {
    zh: "路径中的编码只占一段：其中的斜线写作 `%2F`。",
    en: "A code in a path is one segment: its slashes are written `%2F`.",
  },
  root: {
    zh: "`GET /<编码>` 依 `Accept` 返回编码的页面、记录、链接、密钥或证明。",
    en: "`GET /<code>` itself leads to the page, record, links, keys or proof of a code, as `Accept` asks.",
  },
  schemas: { zh: "数据结构", en: "Shapes" },
  signed: {
    zh: "须对请求签名，或出示令牌（bearer token）。",
    en: "Needs a signed request or a bearer token.",
  },
  signedUnlessOpen: {
    zh: "须对请求签名，或出示令牌（bearer token）；开放的数据无须。",
    en: "Needs a signed request or a bearer token, but for open data.",
  },
  body: { zh: "请求正文：", en: "Body: " },
  answers: { zh: "应答：", en: "Answers:" },
  match: {
    zh: "程序请只依据代码判断；文字说明可能会改。",
    en: "Programs match on the code; texts may change.",
  },
};

/** The parts of the API, in the order of the list. */
export const TAG_WORDS: Readonly<Record<Tag, Words>> = {
  codes: { zh: "编码", en: "Codes" },
  operations: { zh: "操作", en: "Operations" },
  registry: { zh: "登记册", en: "Registers" },
  inbox: { zh: "收件箱", en: "Inbox" },
  openings: { zh: "承诺的原文", en: "Openings" },
  seals: { zh: "签章", en: "Seals" },
  datasets: { zh: "数据集", en: "Datasets" },
  log: { zh: "日志", en: "Log" },
  node: { zh: "节点", en: "Node" },
  resolver: { zh: "解析", en: "Resolver" },
};
