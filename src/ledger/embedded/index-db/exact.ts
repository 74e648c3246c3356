import { aliasOf } from "./listings.ts";
import type { Sql } from "./sql.ts";

/** More aliases of one value than this are found like everything else. */
const MAX_EXACT = 64;

/** Ids of the records whose code, or an alias that leads to them, is exactly what was typed. */
export function exactIds(sql: Sql, typed: string): number[] {
  const text = typed.trim();
  const spellings = [...new Set([text, text.toUpperCase(), text.toLowerCase()])];
  const codes = spellings.flatMap((each) => aliasOf(sql, each, MAX_EXACT));
  const rows = sql.all(
    "SELECT id FROM record WHERE code IN (SELECT value FROM json_each(?)) ORDER BY id LIMIT ?",
    [JSON.stringify([...spellings, ...codes]), MAX_EXACT],
  );
  return rows.map(([id]) => Number(id));
}
