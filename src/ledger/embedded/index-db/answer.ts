import { readAliases } from "./aliases.ts";
import { readChildren } from "./children-reader.ts";
import type { IndexView } from "./index-view.ts";
import { readKeys } from "./listings.ts";
import type { Answer, Question } from "./messages.ts";
import { type SearchSteps, search } from "./search.ts";

/** Answers a question, step by step. */
export function* answer(view: IndexView, question: Question): SearchSteps<Answer> {
  switch (question.kind) {
    case "search":
      return yield* search(view, question.query);
    case "keys":
      return readKeys(view.sql, question.prefix, question.limit, question.cursor);
    case "aliases":
      return readAliases(view, question.query);
    case "children":
      return readChildren(view.sql, question.code, question);
  }
}
