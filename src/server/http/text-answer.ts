import { COMMON_HEADERS } from "../methods.ts";
import type { HotAnswer } from "./hot.ts";
import { type ByteText, byteTextOf } from "./json-bytes.ts";

/** An answer that is a text, or nothing: it becomes a `Response` on the long way, and is written as it is on the short one. */
export class TextAnswer {
  readonly text: string | undefined;
  /** In the place of a text, where that is bytes already. */
  readonly bytes: ByteText | undefined;
  readonly status: number;
  readonly headers: Record<string, string>;

  constructor(
    text: string | { readonly bytes: ByteText } | undefined,
    { status = 200, headers }: { readonly status?: number; readonly headers: object },
  ) {
    const areBytes = typeof text === "object";
    this.text = areBytes ? undefined : text;
    this.bytes = areBytes ? text.bytes : undefined;
    this.status = status;
    this.headers = { ...headers } as Record<string, string>;
  }

  response(): Response {
    const { status, headers, bytes } = this;
    const body = bytes === undefined ? (this.text ?? null) : Buffer.from(bytes, "latin1");
    return new Response(body, { status, headers });
  }

  /** @throws TypeError for a field that no head can hold, as a `Response` does */
  hot(): HotAnswer {
    const { status, text, bytes } = this;
    const headers = [...COMMON_HEADERS];
    for (const name in this.headers) {
      const value = this.headers[name] as string;
      if (NO_FIELD.test(name) || NO_FIELD.test(value)) {
        throw new TypeError("a field with such signs");
      }
      headers.push(name, value);
    }
    if (bytes !== undefined) {
      return { status, headers: [...headers, "Content-Length", String(bytes.length)], body: bytes };
    }
    if (text === undefined) return { status, headers, body: undefined };
    const body = byteTextOf(text);
    return { status, headers: [...headers, "Content-Length", String(body.length)], body };
  }
}

const NO_FIELD = /[^\t\x20-\x7e\x80-\xff]/;

export type Answered = Response | TextAnswer;

export function responseOf(answer: Answered): Response {
  return answer instanceof Response ? answer : answer.response();
}

/** What was answered the long way is read again. */
export async function hotAnswerOf(answer: Answered): Promise<HotAnswer> {
  if (!(answer instanceof Response)) return answer.hot();
  const body = Buffer.from(await answer.arrayBuffer()).toString("latin1");
  const fields = [...answer.headers].filter(([name]) => name !== "content-length").flat();
  const headers = [...COMMON_HEADERS, ...fields];
  const { status } = answer;
  if (status === 204 || status === 304) return { status, headers, body: undefined };
  return { status, headers: [...headers, "Content-Length", String(body.length)], body };
}
