import { type Code, codeKey, parseCode } from "../../core/index.ts";
import type { Services } from "../services.ts";
import { AnswerRing, type RenderedAnswer } from "./answer-ring.ts";
import { elsewhere } from "./elsewhere.ts";

/** Rendered `GET /v1/codes/<code>`, for codes that have a record. */
export type RecordAnswers = { get(code: string): RenderedAnswer | undefined };

/** What is kept of them: some 110 000 answers, more than a city's people and plates ask for in a day. */
const KEPT_BYTES = 120 * 1024 * 1024;

export function createRecordAnswers({
  ledger,
  state,
  views,
  node,
}: Pick<Services, "ledger" | "state" | "views" | "node">): RecordAnswers {
  const kept = new AnswerRing(KEPT_BYTES);
  // A change of what stands above many codes is rare; a record's own change touches nothing but its answer.
  state.onStatusChange(() => kept.clear());
  ledger.onBlock((_head, changes) => {
    for (const { key } of changes) kept.drop(key);
  });

  const make = (text: string, key: string): RenderedAnswer | undefined => {
    const begun = state.epoch();
    const code = parseCode(text);
    if (code.ok && elsewhere(state, code.value) !== undefined) return undefined;
    const found = code.ok ? views.text(code.value) : undefined;
    if (found === undefined) return undefined;
    const { index, effective, body } = found;
    // The version of the record, what others say of it, and the program that spells both: they make the bytes.
    const etag = `"${index.toString(36)}.${effective.status}.${effective.because}.${node.software}"`;
    const answer = { body, etag };
    if (begun === state.epoch()) kept.put(key, answer);
    return answer;
  };

  return {
    get(text) {
      ledger.reading();
      const key = codeKey(text as Code);
      return kept.get(key) ?? make(text, key);
    },
  };
}
