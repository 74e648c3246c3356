import { gzipSync } from "node:zlib";
import { asBody, REVALIDATE } from "./answer.ts";
import { etagOf, isNoneMatch } from "./etag.ts";
import type { Incoming } from "./incoming.ts";

/** Named, and not with a quality of 0 (RFC 9110 §12.5.3). */
const GZIP = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/;

/** Whether who asks takes a compressed body. */
export function takesGzip(c: Incoming): boolean {
  return GZIP.test(c.req.header("Accept-Encoding") ?? "");
}

/** A large text that says the same as long as the node runs: compressed once, when somebody first takes it so. */
export class LastingText {
  readonly #bytes: Uint8Array;
  readonly #etag: string;
  #gzipped: Uint8Array | undefined;

  constructor(text: string) {
    this.#bytes = Buffer.from(text);
    this.#etag = etagOf(this.#bytes);
  }

  /** @param vary what else the answer hangs on */
  answer(c: Incoming, rest: Readonly<Record<string, string>>, vary?: string): Response {
    const headers = {
      ...rest,
      // A weak tag: the same text, compressed or not.
      ETag: `W/${this.#etag}`,
      "Cache-Control": REVALIDATE,
      Vary: [vary, "Accept-Encoding"].filter(Boolean).join(", "),
    };
    if (isNoneMatch(c.req.header("If-None-Match"), this.#etag)) {
      return new Response(null, { status: 304, headers });
    }
    if (!takesGzip(c)) return new Response(asBody(this.#bytes), { headers });
    this.#gzipped ??= gzipSync(this.#bytes);
    return new Response(asBody(this.#gzipped), {
      headers: { ...headers, "Content-Encoding": "gzip" },
    });
  }
}
