import { parseCode, utf8 } from "../../core/index.ts";
import { etagOf } from "../http/etag.ts";
import type { Services } from "../services.ts";
import { AnswerCache, type RenderedAnswer } from "./answer-cache.ts";

/** Rendered `GET /v1/codes/<code>`, for codes that have a record. */
export type RecordAnswers = { get(code: string): RenderedAnswer | undefined };

export function createRecordAnswers({
  ledger,
  state,
  views,
  config,
}: Pick<Services, "ledger" | "state" | "views" | "config">): RecordAnswers {
  const cache = new AnswerCache(config.answerCacheBytes, ledger, state);
  const render = (text: string): RenderedAnswer | undefined => {
    const code = parseCode(text);
    const found = code.ok ? views.find(code.value) : undefined;
    if (found === undefined) return undefined;
    const body = utf8(JSON.stringify(views.answer(found)));
    const answer = { body, etag: etagOf(body) };
    cache.set(text, answer);
    return answer;
  };
  return { get: (code) => cache.get(code) ?? render(code) };
}
