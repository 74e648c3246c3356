import type { LedgerReader } from "../../ledger/index.ts";
import { answerJson } from "../http/answer.ts";
import { nextLink, type PageRequest, pageOf } from "../http/page.ts";
import { MAX_SCAN } from "../limits.ts";
import type { AppContext } from "../services.ts";
import { decodeValue } from "../state.ts";

/** How one value of a prefix becomes an item; `undefined` leaves it out. */
export type ItemOf<V, I> = (id: string, value: V) => I | undefined;

/**
 * A page of the values under a prefix. What does not match is left out after it was looked at, and one page looks at no more
 * than `MAX_SCAN` values: it may be short and still have a next one.
 */
export async function listValues<V, I>(
  ledger: LedgerReader,
  prefix: string,
  { limit, cursor }: PageRequest,
  itemOf: ItemOf<V, I>,
): Promise<{ readonly items: readonly I[]; readonly next?: string }> {
  const items: I[] = [];
  let next = cursor;
  for (let looked = 0; looked < MAX_SCAN; ) {
    const page = await ledger.keys(prefix, limit - items.length, next);
    for (const key of page.keys) {
      const value = decodeValue<V>(ledger.value(key));
      const item = value === undefined ? undefined : itemOf(key.slice(prefix.length), value);
      if (item !== undefined) items.push(item);
    }
    next = page.cursor;
    looked += page.keys.length;
    if (next === undefined || items.length >= limit) break;
  }
  return pageOf(items, next);
}

/** A page as an answer, with the link to the next one. */
export function answerPage(
  c: AppContext,
  page: { readonly items: readonly unknown[]; readonly next?: string },
): Response {
  return answerJson(c, page, { headers: nextLink(c, page.next) });
}
