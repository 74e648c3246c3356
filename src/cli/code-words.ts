import type { ReadRefusal } from "../text/index.ts";
import type { Text } from "./text.ts";

/** Why a text is no code, for the person who typed it. */
export const CODE_WORDS: { readonly [cause in ReadRefusal["code"]]: Text } = {
  CODE_LENGTH: { en: "it is longer than 60 characters", zh: "超过 60 个字符" },
  CODE_EMPTY_NODE: { en: "a part between two separators is missing", zh: "两个分隔符之间缺少内容" },
  CODE_CASE: { en: "a letter is in lower case", zh: "含有小写字母" },
  CODE_CHARACTER: {
    en: "only A–Z, 0–9, “-”, “.” and “/” can stand there",
    zh: "只能使用 A–Z、0–9、“-”、“.”和“/”",
  },
  CODE_HYPHEN: { en: "a hyphen stands where none can", zh: "连字符的位置不对" },
  CODE_ROOT: { en: "it does not begin with MA", zh: "没有以 MA 开头" },
  CODE_COUNTRY: {
    en: "the country is three digits, China 156",
    zh: "国家代码应为三位数字，中国为 156",
  },
  CODE_DIVISION: {
    en: "a division of China has 2, 4 or 6 digits",
    zh: "中国行政区划代码应为 2、4 或 6 位数字",
  },
  CODE_DIVISION_SPELLING: {
    en: "a division is written without 00 at its end",
    zh: "行政区划代码末尾的 00 应省略",
  },
  CODE_NODE_LENGTH: { en: "a part is too long", zh: "某一节过长" },
  CODE_NODES: { en: "it has too many parts", zh: "节数过多" },
  CODE_PARTS: { en: "it has more than two slashes", zh: "斜线多于两个" },
  CODE_TYPED_LENGTH: { en: "the text is too long", zh: "文本过长" },
  CODE_CHECK_FORM: {
    en: "one check character stands behind “*”",
    zh: "“*”后应为一个校验字符",
  },
  CODE_CHECK: {
    en: "the check character does not match: something was misread",
    zh: "校验字符不符：可能有抄录错误",
  },
};
