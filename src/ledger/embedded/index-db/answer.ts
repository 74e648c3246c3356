import { readChildren } from "./children-reader.ts";
import { readAliases, readKeys } from "./listings.ts";
import type { Answer, Question } from "./messages.ts";
import type { Names } from "./names.ts";
import { type Steps, search } from "./search.ts";
import type { Sql } from "./sql.ts";

/** Answers a question, step by step. */
export function* answer(sql: Sql, names: Names, question: Question): Steps<Answer> {
  switch (question.kind) {
    case "search":
      return yield* search(sql, names, question.query);
    case "keys":
      return readKeys(sql, names, question.prefix, question.limit, question.cursor);
    case "aliases":
      return readAliases(sql, question.scheme, question.value, question.division);
    case "children":
      return readChildren(sql, names, question.code, question);
  }
}
