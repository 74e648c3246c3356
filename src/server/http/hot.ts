import type { ByteText } from "./json-bytes.ts";

/** A request as far as the hottest routes need it; node's `IncomingMessage` is one. */
export type HotRequest = {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  /** Names and values in turn: node builds `headers` out of them only when it is asked, and we ask for a few at most. */
  readonly rawHeaders: readonly string[];
  readonly socket: { readonly remoteAddress?: string | undefined };
};

export type HotAnswer = {
  readonly status: number;
  /** Names and values in turn, as `writeHead` takes them. */
  readonly headers: string[];
  /** To be written as `latin1`. */
  readonly body: ByteText | undefined;
};

/** A field of a request by its lower-case name; where it came more than once, all of it. */
export function headerOf(rawHeaders: readonly string[], name: string): string | undefined {
  let found: string | undefined;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const each = rawHeaders[i] ?? "";
    if (each.length !== name.length || each.toLowerCase() !== name) continue;
    found = found === undefined ? rawHeaders[i + 1] : `${found}, ${rawHeaders[i + 1]}`;
  }
  return found;
}
