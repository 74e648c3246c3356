import type { Sql } from "../../../sql/index.ts";
import type { KeyPage } from "../../port.ts";

const MAX_KEYS = 1000;
const AFTER_ALL = "\u{10ffff}";

/** With which map keys a key, or a prefix, is listed: all that begin as it does up to its last slash. */
export function listingOf(key: string): string {
  return key.slice(0, key.lastIndexOf("/") + 1);
}

/** A page of the map keys with a prefix: newest first by the entry that made them, of one entry in their order. */
export function readKeys(sql: Sql, prefix: string, limit: number, cursor?: string): KeyPage {
  const after =
    cursor === undefined ? { first: Number.MAX_SAFE_INTEGER, key: "" } : parseCursor(cursor);
  if (after === undefined) return { keys: [] };
  const count = Math.min(Math.max(limit, 1), MAX_KEYS);
  const rows = sql.all(
    `SELECT first, key FROM listing
     WHERE prefix = ? AND (first < ? OR (first = ? AND key > ?)) AND key >= ? AND key < ?
     ORDER BY first DESC, key LIMIT ?`,
    [listingOf(prefix), after.first, after.first, after.key, prefix, prefix + AFTER_ALL, count + 1],
  );
  const keys = rows.slice(0, count).map(([, key]) => String(key));
  const last = rows[count - 1];
  if (rows.length <= count || last === undefined) return { keys };
  return { keys, cursor: `${last[0]} ${last[1]}` };
}

function parseCursor(cursor: string): { first: number; key: string } | undefined {
  const match = /^(\d{1,15}) (.*)$/s.exec(cursor);
  return match === null ? undefined : { first: Number(match[1]), key: match[2] ?? "" };
}
