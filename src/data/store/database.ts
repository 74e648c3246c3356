import { rmSync } from "node:fs";
import { BOOT_ID, Sql } from "../../sql/index.ts";
import { STORE_SCHEMA, STORE_VERSION } from "./schema.ts";

const CACHE_KIB = 8 * 1024;
const CHECKPOINT_PAGES = 2000;
const BUSY_MILLISECONDS = 5000;

/**
 * Opens the store that is there if it belongs to this log and is whole, else an empty one.
 *
 * Nothing is synced while it is written: what a process wrote the system still has after the process died, and what a system
 * lost when it died shows in another boot id than the one that runs.
 *
 * @param isOf whether what the store took in last is what the log has there
 */
export function openDatabase(
  file: string,
  log: string,
  isOf: (position: number, hash: string) => boolean,
): Sql {
  const sql = openKept(file, log, isOf) ?? openEmpty(file, log);
  sql.exec("PRAGMA synchronous = FULL");
  sql.run("INSERT OR REPLACE INTO meta VALUES ('open', ?)", [BOOT_ID]);
  sql.exec("PRAGMA synchronous = OFF");
  return sql;
}

/** Another connection to a store that is open: nothing of what it writes is synced, see above. */
export function openToWrite(file: string): Sql {
  return open(file);
}

/** Everything is on the disk when this returns. */
export function closeDatabase(sql: Sql): void {
  sql.exec("PRAGMA synchronous = FULL");
  sql.all("PRAGMA wal_checkpoint(TRUNCATE)");
  // Only now: it says that all the rest is safe.
  sql.run("DELETE FROM meta WHERE name = 'open'");
  sql.all("PRAGMA wal_checkpoint(TRUNCATE)");
  sql.close();
}

export function readMeta(sql: Sql, name: string): string | undefined {
  const [value] = sql.get("SELECT value FROM meta WHERE name = ?", [name]) ?? [];
  return value === undefined ? undefined : String(value);
}

export function writeMeta(sql: Sql, name: string, value: string): void {
  sql.run("INSERT OR REPLACE INTO meta VALUES (?, ?)", [name, value]);
}

function openKept(
  file: string,
  log: string,
  isOf: (position: number, hash: string) => boolean,
): Sql | undefined {
  let sql: Sql | undefined;
  try {
    sql = open(file);
    const open_ = readMeta(sql, "open");
    const isOurs =
      readMeta(sql, "version") === String(STORE_VERSION) &&
      readMeta(sql, "log") === log &&
      (open_ === undefined || open_ === BOOT_ID);
    if (isOurs && isOf(Number(readMeta(sql, "position")), readMeta(sql, "last") ?? "")) return sql;
  } catch {
    // Whatever is wrong with it, it can be built anew.
  }
  sql?.close();
  return undefined;
}

function openEmpty(file: string, log: string): Sql {
  for (const suffix of ["", "-wal", "-shm"]) rmSync(file + suffix, { force: true });
  const sql = open(file);
  sql.transaction(() => {
    sql.exec(STORE_SCHEMA);
    writeMeta(sql, "version", String(STORE_VERSION));
    writeMeta(sql, "log", log);
    writeMeta(sql, "position", "0");
    writeMeta(sql, "last", "");
  });
  return sql;
}

function open(file: string): Sql {
  const sql = new Sql(file);
  sql.all("PRAGMA journal_mode = WAL");
  // Whoever writes does so by itself; but also to look at a database takes a lock for a moment.
  sql.all(`PRAGMA busy_timeout = ${BUSY_MILLISECONDS}`);
  sql.exec(
    `PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -${CACHE_KIB}`,
  );
  sql.all(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  return sql;
}
