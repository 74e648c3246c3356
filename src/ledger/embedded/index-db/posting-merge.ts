import { addPosting, encodeBits, noBits } from "./posting.ts";
import { Bulk, type Sql } from "./sql.ts";

/** Ids of one bucket that have a token, to be added to those that are known. */
export type PostingEntry = { readonly key: number; readonly ids: Buffer };

const KEYS_AT_ONCE = 512;

/** Adds ids to postings that may be there already. */
export function mergePostings(sql: Sql, entries: readonly PostingEntry[]): void {
  const bulk = new Bulk(sql, "INSERT OR REPLACE INTO posting", 2);
  for (let at = 0; at < entries.length; at += KEYS_AT_ONCE) {
    const part = entries.slice(at, at + KEYS_AT_ONCE);
    const known = knownPostings(sql, part);
    for (const { key, ids } of part) bulk.add(key, united(known.get(key), ids));
  }
  bulk.flush();
}

function knownPostings(sql: Sql, entries: readonly PostingEntry[]): Map<number, Buffer> {
  const keys = JSON.stringify(entries.map(({ key }) => key));
  const rows = sql.all(
    "SELECT key, ids FROM posting WHERE key IN (SELECT value FROM json_each(?))",
    [keys],
  );
  return new Map(rows.map(([key, ids]) => [Number(key), ids as Buffer]));
}

function united(known: Buffer | undefined, ids: Buffer): Buffer {
  if (known === undefined) return ids;
  const bits = noBits();
  addPosting(bits, known);
  addPosting(bits, ids);
  return encodeBits(bits);
}
