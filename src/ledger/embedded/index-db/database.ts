import { rmSync } from "node:fs";
import { BOOT_ID, Sql } from "../../../sql/index.ts";
import type { FrameSource } from "./frames.ts";
import { loadProgress, noProgress, saveProgress, tailOf } from "./progress.ts";
import { SCHEMA, SCHEMA_VERSION } from "./schema.ts";

/** What an index must belong to in order to be read on. */
export type IndexIdentity = {
  /** Tells one ledger from another: the origin. */
  readonly ledger: string;
  /** Where the first frame begins in the values file. */
  readonly start: number;
};

// Blocks are kept in memory by whoever reads them again: what SQLite keeps are the pages that lead to them.
const WRITER_CACHE_KIB = 16 * 1024;
const READER_CACHE_KIB = 4 * 1024;
/** A block of a run takes one of them. */
const PAGE_BYTES = 8192;
const CHECKPOINT_PAGES = 2000;

/**
 * Opens the index to write it: the one that is there if it belongs to this ledger and this values file, and is whole; else
 * an empty one.
 *
 * Nothing is synced while it is written. A process that dies leaves it whole, because the system still has what was
 * written; a system that dies may not, and then another boot id stands here than the one that runs.
 */
export function openToWrite(file: string, identity: IndexIdentity, source: FrameSource): Sql {
  const sql = openKept(file, identity, source) ?? openEmpty(file, identity, source);
  sql.exec("PRAGMA synchronous = FULL");
  sql.run("INSERT OR REPLACE INTO meta VALUES ('open', ?)", [BOOT_ID]);
  sql.exec("PRAGMA synchronous = OFF");
  return sql;
}

/** Everything is on the disk when this returns. */
export function closeWritten(sql: Sql): void {
  sql.exec("PRAGMA synchronous = FULL");
  sql.all("PRAGMA wal_checkpoint(TRUNCATE)");
  // Only now: it says that all the rest is safe.
  sql.run("DELETE FROM meta WHERE name = 'open'");
  sql.all("PRAGMA wal_checkpoint(TRUNCATE)");
  sql.close();
}

export function openToRead(file: string): Sql {
  const sql = new Sql(file);
  sql.exec(`PRAGMA query_only = 1; PRAGMA cache_size = -${READER_CACHE_KIB}`);
  return sql;
}

function openKept(file: string, identity: IndexIdentity, source: FrameSource): Sql | undefined {
  let sql: Sql | undefined;
  try {
    sql = open(file);
    if (isOurs(sql, identity) && isOf(sql, source)) return sql;
  } catch {
    // Whatever is wrong with it, it can be built anew.
  }
  sql?.close();
  return undefined;
}

function openEmpty(file: string, { ledger, start }: IndexIdentity, source: FrameSource): Sql {
  removeIndex(file);
  const sql = open(file);
  sql.transaction(() => {
    sql.exec(SCHEMA);
    sql.run("INSERT INTO meta VALUES ('version', ?), ('ledger', ?)", [
      String(SCHEMA_VERSION),
      ledger,
    ]);
    saveProgress(sql, { ...noProgress(start), tail: tailOf(source, start) });
  });
  return sql;
}

export function removeIndex(file: string): void {
  for (const suffix of ["", "-wal", "-shm"]) rmSync(file + suffix, { force: true });
}

function open(file: string): Sql {
  const sql = new Sql(file);
  // Of an empty file.
  sql.exec(`PRAGMA page_size = ${PAGE_BYTES}`);
  sql.all("PRAGMA journal_mode = WAL");
  sql.exec(
    `PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -${WRITER_CACHE_KIB}`,
  );
  sql.all(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  return sql;
}

function isOurs(sql: Sql, { ledger }: IndexIdentity): boolean {
  const meta = new Map(
    sql.all("SELECT name, value FROM meta").map(([name, value]) => [name, value]),
  );
  const open = meta.get("open");
  return (
    meta.get("version") === String(SCHEMA_VERSION) &&
    meta.get("ledger") === ledger &&
    (open === undefined || open === BOOT_ID)
  );
}

/** Whether what the index took in is still what the values file has: it may have been cut, or be another one. */
function isOf(sql: Sql, source: FrameSource): boolean {
  const { offset, tail } = loadProgress(sql);
  return tailOf(source, offset) === tail;
}
