import { existsSync } from "node:fs";
import { cp, mkdir, open, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type AuditOptions, type AuditReport, auditDirectory } from "../ledger/embedded/index.ts";
import { readLog } from "../log/index.ts";
import { dataDirectory, readDescription, writeDescription } from "./data-directory.ts";
import { directoryFault } from "./directory-fault.ts";

const COPY_BYTES: number = 1024 * 1024;

export type BackupReport = {
  readonly entries: number;
  readonly journalBytes: number;
  readonly withKeys: boolean;
};

/**
 * Copies a node's data while it runs or rests. The journal only grows, so its copy up to the last whole record is a ledger
 * of that moment; everything derived is left out and made again. Keys go along only when asked for.
 *
 * @throws LedgerFault LEDGER_DIRECTORY when the source holds no ledger or the target is not empty; LogFault when damaged
 */
export async function backup(
  from: string,
  to: string,
  options: { readonly withKeys?: boolean } = {},
): Promise<BackupReport> {
  const withKeys = options.withKeys === true;
  const description = await readDescription(from);
  if (description === undefined) {
    throw directoryFault(from, "absent");
  }
  await mustBeEmpty(to);
  const [source, target] = [dataDirectory(from), dataDirectory(to)];
  await mkdir(target.ledger, { recursive: true, mode: 0o700 });
  const { end, size } = readLog({ directory: source.ledger }, () => undefined);
  await copyBytes(join(source.ledger, "journal"), join(target.ledger, "journal"), end);
  for (const name of ["inbox", "openings", "seals"] as const)
    await copyIfThere(source[name], target[name]);
  if (existsSync(source.witnessLogs) && (await readdir(source.witnessLogs)).length > 0) {
    await copyIfThere(source.witnessLogs, target.witnessLogs);
  }
  if (withKeys) {
    // The key of a witness is worth something only with all that it saw: a copy would have forgotten what comes after it.
    const filter = (path: string) => path !== source.witnessKey;
    await copyIfThere(dirname(source.logKey), dirname(target.logKey), filter);
    await copyIfThere(source.demo, target.demo);
  }
  const { format: _, ...rest } = description;
  await writeDescription(to, rest);
  return { entries: size, journalBytes: end, withKeys };
}

/**
 * Brings a backup back into an empty directory, after an audit of all of it. The node that opens it takes no writes until an
 * operator says that nobody has seen a newer state: the same ledger must not go on from an older one.
 */
export async function restore(
  from: string,
  to: string,
  options: AuditOptions = {},
): Promise<AuditReport> {
  await mustBeEmpty(to);
  const report = await auditDirectory(from, options);
  if (!report.intact) return report;
  // A copy of a whole directory may hold a witness's key: the node makes another one.
  const source = dataDirectory(from);
  const forgotten = new Set([source.witnessKey, join(source.witnessSeen, "vkey"), source.cosigned]);
  const filter = (path: string) => !forgotten.has(path);
  await cp(from, to, { recursive: true, preserveTimestamps: true, filter });
  const description = await readDescription(to);
  if (description !== undefined) {
    const { format: _, ...rest } = description;
    await writeDescription(to, { ...rest, restored: true });
  }
  return report;
}

async function mustBeEmpty(path: string): Promise<void> {
  const found = existsSync(path) ? await readdir(path) : [];
  if (found.length > 0) throw directoryFault(path, "not-empty");
}

async function copyIfThere(
  from: string,
  to: string,
  filter: (path: string) => boolean = () => true,
): Promise<void> {
  if (existsSync(from)) await cp(from, to, { recursive: true, preserveTimestamps: true, filter });
}

/** Copies the first `length` bytes and syncs them. */
async function copyBytes(from: string, to: string, length: number): Promise<void> {
  const [source, target] = [await open(from, "r"), await open(to, "wx", 0o600)];
  try {
    const buffer = new Uint8Array(COPY_BYTES);
    for (let at = 0; at < length; ) {
      const { bytesRead } = await source.read(buffer, 0, Math.min(COPY_BYTES, length - at), at);
      if (bytesRead === 0) break;
      await target.write(buffer, 0, bytesRead, at);
      at += bytesRead;
    }
    await target.sync();
  } finally {
    await source.close();
    await target.close();
  }
}
