import { parseCode } from "../../core/index.ts";
import type { Services } from "../services.ts";
import { AnswerCache, type RenderedAnswer } from "./answer-cache.ts";

/** Rendered `GET /v1/codes/<code>`, for codes that have a record. */
export type RecordAnswers = { get(code: string): RenderedAnswer | undefined };

export function createRecordAnswers({
  ledger,
  state,
  views,
  config,
  node,
}: Pick<Services, "ledger" | "state" | "views" | "config" | "node">): RecordAnswers {
  const cache = new AnswerCache(config.answerCacheBytes, ledger, state);
  const render = (text: string): RenderedAnswer | undefined => {
    const code = parseCode(text);
    const found = code.ok ? views.text(code.value) : undefined;
    if (found === undefined) return undefined;
    const { index, effective } = found;
    // The version of the record, what others say of it, and the program that spells both: they make the bytes.
    const etag = `"${index.toString(36)}.${effective.status}.${effective.because}.${node.software}"`;
    const answer = { body: Buffer.from(found.text), etag };
    cache.set(text, answer);
    return answer;
  };
  return { get: (code) => cache.get(code) ?? render(code) };
}
