import { parseCode } from "../../core/index.ts";
import type { ByteText } from "../http/json-bytes.ts";
import type { Services } from "../services.ts";

/** A rendered answer: the same bytes until the record, or what others say of it, changes. */
export type RenderedAnswer = { readonly body: ByteText; readonly etag: string };

/** Rendered `GET /v1/codes/<code>`, for codes that have a record. */
export type RecordAnswers = { get(code: string): RenderedAnswer | undefined };

/** Nothing is kept: to make an answer costs a fraction of what node takes to send it, and memory is better spent elsewhere. */
export function createRecordAnswers({
  views,
  node,
}: Pick<Services, "views" | "node">): RecordAnswers {
  return {
    get(text) {
      const code = parseCode(text);
      const found = code.ok ? views.text(code.value) : undefined;
      if (found === undefined) return undefined;
      const { index, effective, body } = found;
      // The version of the record, what others say of it, and the program that spells both: they make the bytes.
      const etag = `"${index.toString(36)}.${effective.status}.${effective.because}.${node.software}"`;
      return { body, etag };
    },
  };
}
