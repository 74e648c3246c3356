import type { AnyRefusalCode } from "../problem/problem.ts";
import type { Words } from "./language.ts";

type ProblemWords = { readonly title: Words; readonly remedy: Words };

function words(zh: string, en: string, zhRemedy: string, enRemedy: string): ProblemWords {
  return { title: { zh, en }, remedy: { zh: zhRemedy, en: enRemedy } };
}

const SPELLING = words(
  "这不是一个完整的编码",
  "This is no code",
  "请对照铭牌检查：编码以 MA 开头，由点和斜线分隔，例如 MA.156.1301.02/LAMP/000123。",
  "Compare it with the plate: a code begins with MA, with dots and slashes between its parts, as MA.156.1301.02/LAMP/000123.",
);

/** Words for the refusals that people without a keyboard full of curl meet. Others show what `/docs/errors` says. */
export const PROBLEM_WORDS: { readonly [code: string]: ProblemWords | undefined } = {
  CODE_LENGTH: SPELLING,
  CODE_EMPTY_NODE: SPELLING,
  CODE_CASE: SPELLING,
  CODE_CHARACTER: SPELLING,
  CODE_HYPHEN: SPELLING,
  CODE_ROOT: SPELLING,
  CODE_COUNTRY: SPELLING,
  CODE_DIVISION: SPELLING,
  CODE_DIVISION_SPELLING: SPELLING,
  CODE_NODE_LENGTH: SPELLING,
  CODE_NODES: SPELLING,
  CODE_PARTS: SPELLING,
  CODE_CHECK: words(
    "校验字符不符",
    "The check character does not match",
    "铭牌上有一个字符看错或输错了：请再看一遍编码和 * 后面的字符。",
    "A character was misread or mistyped: look again at the code and at the character after *.",
  ),
  RESOLVE_UNKNOWN: words(
    "此编码从未签发",
    "This code was never issued",
    "请检查是否输错。如果它印在铭牌上，该铭牌不是本账本登记的。",
    "Check the spelling. If it stands on a plate, the plate is not one of this ledger.",
  ),
  RESOLVE_GAZETTE: words(
    "该行政区划尚未领取编码",
    "This division holds no code yet",
    "行政区划名录中有它的记载，但还没有签发编码。",
    "The gazette lists it, but no code was issued to it.",
  ),
  RESOLVE_ALIAS: words(
    "没有查到这个编号",
    "Nothing here has this number",
    "请检查编号；不同城市的编号可能相同。",
    "Check the number; different cities may use the same one.",
  ),
  RESOLVE_SUSPENDED: words(
    "此编码已被暂停",
    "This code is suspended",
    "在恢复之前，本网站不会把您带到它的链接。请打开它的页面了解情况。",
    "Until it is resumed nobody is led to its links from here. Its page tells more.",
  ),
  RESOLVE_LINK: words(
    "没有这种链接",
    "There is no such link",
    "请打开编码页面查看可用的链接。",
    "Open the page of the code to see its links.",
  ),
  HTTP_NOT_FOUND: words(
    "没有这个页面",
    "There is no such page",
    "请检查地址，或从首页开始。",
    "Check the address, or begin at the first page.",
  ),
  HTTP_RATE: words(
    "访问过于频繁",
    "Too many requests",
    "请稍等片刻再试。",
    "Wait a moment and try again.",
  ),
  HTTP_INTERNAL: words(
    "节点出错了",
    "The node failed",
    "请稍后再试；如果仍然如此，请把详情中的编号告诉管理员。",
    "Try again later; if it stays, tell the operator the incident in the details.",
  ),
} satisfies { readonly [C in AnyRefusalCode]?: ProblemWords };
