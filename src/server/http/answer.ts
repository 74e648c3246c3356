import type { Context } from "hono";
import { etagOf, isNoneMatch } from "./etag.ts";
import type { Incoming } from "./incoming.ts";
import { type ByteText, byteTextOf } from "./json-bytes.ts";

/** Must be asked again, and is mostly answered by 304. */
export const REVALIDATE = "no-cache";
/** Its name says its content: it never changes. */
export const IMMUTABLE = "public, max-age=31536000, immutable";
/** Meant for one reader. */
export const PRIVATE = "private, no-store";

type Caching = typeof REVALIDATE | typeof IMMUTABLE | `public, max-age=${number}`;

export type AnswerOptions = {
  readonly type: string;
  readonly caching?: Caching;
  /** Where something cheaper than the bytes tells them apart. */
  readonly etag?: string;
  readonly status?: 200 | 203 | 300;
  readonly headers?: Readonly<Record<string, string>>;
};

/** A cacheable answer with its entity tag, or 304 where the client has it already. */
export function answer(c: Incoming, body: string | Uint8Array, options: AnswerOptions): Response {
  const etag = options.etag ?? etagOf(body);
  const headers = {
    ...options.headers,
    ETag: etag,
    "Cache-Control": options.caching ?? REVALIDATE,
  };
  if (isNoneMatch(c.req.header("If-None-Match"), etag)) {
    return new Response(null, { status: 304, headers });
  }
  return new Response(asBody(body), {
    status: options.status ?? 200,
    headers: { ...headers, "Content-Type": options.type },
  });
}

/** A cacheable answer in JSON. */
export function answerJson(
  c: Context,
  value: unknown,
  options: Partial<AnswerOptions> = {},
): Response {
  return answer(c, JSON.stringify(value), { type: "application/json", ...options });
}

/** The same, of a list whose items are JSON already, an array, and of what else is said of it. */
export function answerItems(
  c: Context,
  items: ByteText,
  rest: object,
  options: Partial<AnswerOptions> = {},
): Response {
  const text = byteTextOf(JSON.stringify({ ...rest, items: [] }));
  const body = Buffer.from(`${text.slice(0, -"[]}".length)}${items}}`, "latin1");
  return answer(c, body, { type: "application/json", ...options });
}

/** An answer that nobody may keep. */
export function answerPrivate(value: unknown, status = 200, headers: object = {}): Response {
  // As bytes: a large text would be looked through once more for lone surrogates.
  return new Response(Buffer.from(JSON.stringify(value)), {
    status,
    headers: { "Content-Type": "application/json", "Cache-Control": PRIVATE, ...headers },
  });
}

/** Bytes as a body. A view of shared memory never comes here, so the copy that its type would ask for is not made. */
export function asBody(body: string | Uint8Array): string | Uint8Array<ArrayBuffer> {
  return body as string | Uint8Array<ArrayBuffer>;
}
