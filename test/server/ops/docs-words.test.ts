import { describe, expect, test } from "vitest";
import { DOCS_WORDS, TAG_WORDS } from "../../../src/server/ops/docs-words.ts";
import { DOCS_ZH, ENDPOINTS } from "../../../src/server/ops/openapi/index.ts";
import { PROBLEM_ROWS, PROBLEM_ZH } from "../../../src/server/problem/index.ts";

const LISTS = [
  {
    page: "/docs",
    chinese: DOCS_ZH,
    english: ENDPOINTS.flatMap(({ summary, parameters = [], answers }) => [
      summary,
      ...parameters.map(({ description }) => description),
      ...Object.values(answers).map(({ description }) => description),
    ]),
  },
  {
    page: "/docs/errors",
    chinese: PROBLEM_ZH,
    english: Object.values(PROBLEM_ROWS).flatMap(({ title, remedy }) => [title, remedy]),
  },
];

/** What a program reads, or a person types: it is the same in every language. */
function codeIn(text: string): readonly string[] {
  return text.split("`").filter((part, i) => i % 2 === 1 && !part.includes("<"));
}

describe.each(LISTS)("the Chinese words of $page", ({ chinese, english }) => {
  const sentences = [...new Set(english)];

  test("are there for every sentence", () => {
    expect(sentences.length).toBeGreaterThan(100);
    expect(sentences.filter((each) => !Object.hasOwn(chinese, each))).toEqual([]);
  });

  test("are all used", () => {
    expect(Object.keys(chinese).filter((each) => !sentences.includes(each))).toEqual([]);
  });

  test("are Chinese, and end as a sentence where the English does", () => {
    for (const [en, zh] of Object.entries(chinese)) {
      expect(zh, en).toMatch(/\p{Script=Han}/u);
      expect(/[。]$/.test(zh), en).toBe(/\.$/.test(en));
      expect(zh, en).not.toMatch(/\p{Script=Han} ?[,;:?!] ?\p{Script=Han}/u);
    }
  });

  test("name the code that the English names", () => {
    for (const [en, zh] of Object.entries(chinese)) {
      const named = codeIn(zh);
      for (const code of codeIn(en)) expect(named, en).toContain(code);
    }
  });
});

test("what the pages say themselves is there in both languages", () => {
  for (const { en, zh } of [...Object.values(DOCS_WORDS), ...Object.values(TAG_WORDS)]) {
    expect(en).not.toMatch(/\p{Script=Han}/u);
    expect(zh).toMatch(/\p{Script=Han}/u);
  }
});
