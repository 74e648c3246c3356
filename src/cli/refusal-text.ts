import { factWords } from "./fact-words.ts";
import { refusalWords } from "./refusal-words.ts";
import { fill, type Text } from "./text.ts";

type Facts = { readonly [name: string]: unknown };

/** What a refusal says, with its facts filled in; of one that has no words here the facts alone. */
export function refusalText(code: string, facts: Facts): Text {
  const words = refusalWords(code);
  if (words === undefined) {
    const plain = JSON.stringify(facts);
    return { en: plain, zh: plain };
  }
  return {
    en: fill(words.what.en, factWords(facts, "en")),
    zh: fill(words.what.zh, factWords(facts, "zh")),
  };
}
