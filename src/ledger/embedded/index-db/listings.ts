import type { KeyPage } from "../../port.ts";
import type { Names } from "./names.ts";
import type { Sql } from "./sql.ts";

const MAX_KEYS = 1000;
const AFTER_ALL = "\u{10ffff}";

/** Name of the map keys with which a key, or a prefix, is listed: all that begin as it does up to its last slash. */
export function listingOf(key: string): string {
  return `keys:${key.slice(0, key.lastIndexOf("/") + 1)}`;
}

/** A page of the map keys with a prefix: newest first by the entry that made them, of one entry in their order. */
export function readKeys(
  sql: Sql,
  names: Names,
  prefix: string,
  limit: number,
  cursor?: string,
): KeyPage {
  const listing = names.find(listingOf(prefix));
  const after =
    cursor === undefined ? { first: Number.MAX_SAFE_INTEGER, key: "" } : parseCursor(cursor);
  if (listing === undefined || after === undefined) return { keys: [] };
  const count = Math.min(Math.max(limit, 1), MAX_KEYS);
  const rows = sql.all(
    `SELECT first, key FROM listing
     WHERE prefix = ? AND (first < ? OR (first = ? AND key > ?)) AND key >= ? AND key < ?
     ORDER BY first DESC, key LIMIT ?`,
    [listing, after.first, after.first, after.key, prefix, prefix + AFTER_ALL, count + 1],
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

/** Name of the aliases of one scheme in one division: `<division>/<scheme>/`. */
export function aliasSpace(prefix: string): string {
  return `alias:${prefix}`;
}

/** The codes that an alias leads to, in one division or in all. */
export function readAliases(
  sql: Sql,
  scheme: string,
  value: string,
  division: string | undefined,
): string[] {
  const rows = sql.all(
    `SELECT reference, text FROM alias JOIN name ON name.id = space
     WHERE value = ? AND reference <> '' ORDER BY text`,
    [value],
  );
  return rows
    .filter(([, space]) => isIn(String(space), scheme, division))
    .map(([reference]) => codeOf(String(reference)));
}

/** The codes that some alias of this value leads to, whatever its scheme. */
export function aliasOf(sql: Sql, value: string, limit: number): string[] {
  const rows = sql.all("SELECT reference FROM alias WHERE value = ? AND reference <> '' LIMIT ?", [
    value,
    limit,
  ]);
  return rows.map(([reference]) => codeOf(String(reference)));
}

function isIn(space: string, scheme: string, division: string | undefined): boolean {
  return division === undefined
    ? space.endsWith(`/${scheme}/`)
    : space === aliasSpace(`${division}/${scheme}/`);
}

function codeOf(reference: string): string {
  return reference.slice(0, reference.indexOf("#"));
}
