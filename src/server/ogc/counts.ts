import type { LedgerReader, SearchQuery } from "../../ledger/index.ts";
import { MAX_PAGE } from "../limits.ts";

type Query = Omit<SearchQuery, "limit">;

/** How many codes match, which the index tells only page by page. */
export type Counts = {
  /** `undefined` where too many counts are under way. */
  count(queries: readonly Query[]): Promise<number | undefined>;
  /** The codes that match; `undefined` where there are more, or too many counts are under way. */
  codes(query: Query, max: number): Promise<readonly string[] | undefined>;
};

/** Each is of one size of the ledger: a client that turns pages asks the same again and again. */
const MAX_KEPT = 256;
/** Counts at a time; so many more may wait. */
const MAX_RUNNING = 2;
const MAX_WAITING = 64;

export function createCounts(ledger: LedgerReader): Counts {
  const kept = new Map<string, { readonly size: number; readonly count: Promise<number> }>();
  const waiting: (() => void)[] = [];
  let running = 0;

  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= MAX_RUNNING) await new Promise<void>((resolve) => waiting.push(resolve));
    running += 1;
    try {
      return await work();
    } finally {
      running -= 1;
      waiting.shift()?.();
    }
  };

  const pages = async function* (query: Query): AsyncGenerator<readonly string[]> {
    let cursor: string | undefined;
    do {
      const more: Pick<SearchQuery, "cursor"> = cursor === undefined ? {} : { cursor };
      const page = await ledger.search({ ...query, limit: MAX_PAGE, ...more });
      yield page.codes;
      cursor = page.cursor;
    } while (cursor !== undefined);
  };

  const isFull = () => waiting.length >= MAX_WAITING;

  return {
    async count(queries) {
      const key = JSON.stringify(queries);
      const { size } = ledger.head();
      const known = kept.get(key);
      if (known?.size === size) return known.count;
      if (isFull()) return undefined;
      if (kept.size >= MAX_KEPT) kept.clear();
      const count = inTurn(async () => {
        let sum = 0;
        for (const query of queries) for await (const { length } of pages(query)) sum += length;
        return sum;
      });
      kept.set(key, { size, count });
      count.catch(() => kept.delete(key));
      return count;
    },
    async codes(query, max) {
      if (isFull()) return undefined;
      return inTurn(async () => {
        const found: string[] = [];
        for await (const codes of pages(query)) {
          found.push(...codes);
          if (found.length > max) return undefined;
        }
        return found;
      });
    },
  };
}
