import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve, sep } from "node:path";
import { type AuditOptions, type AuditReport, auditDirectory } from "../ledger/embedded/index.ts";
import {
  type FileSystem,
  LogFault,
  makeDurable,
  nodeFiles,
  readLog,
  replaceFile,
  syncUp,
  writeFullyLater,
} from "../log/index.ts";
import {
  type DataDirectory,
  dataDirectory,
  readDescription,
  writeDescription,
} from "./data-directory.ts";
import { RESTORED } from "./datasets.ts";
import { directoryFault } from "./directory-fault.ts";

const COPY_BYTES: number = 1024 * 1024;

export type BackupReport = {
  readonly entries: number;
  readonly journalBytes: number;
  readonly withKeys: boolean;
};

export type BackupOptions = { readonly withKeys?: boolean; readonly files?: FileSystem };

/**
 * Copies a node's data while it runs or rests. The journal only grows, so its copy up to the last whole record is a ledger
 * of that moment; everything derived is left out and made again. Keys go along only when asked for. Durable when it
 * resolves; one that was broken off has no description, and is not brought back.
 *
 * @throws LedgerFault LEDGER_DIRECTORY when the source holds no ledger, or the target is not empty or lies in the source; LogFault
 *   when damaged
 */
export async function backup(
  from: string,
  to: string,
  options: BackupOptions = {},
): Promise<BackupReport> {
  const { files = nodeFiles } = options;
  const withKeys = options.withKeys === true;
  const description = await readDescription(from, files);
  if (description === undefined) throw directoryFault(from, "absent");
  mustBeEmpty(to, files);
  mustLieOutside(from, to);
  await makeDurable(files, to, 0o700);
  const [source, target] = [dataDirectory(from), dataDirectory(to)];
  const { end, size } = readLedger(files, source.ledger);
  const copy = copier(files, to);
  await copy.file(join(source.ledger, "journal"), join(target.ledger, "journal"), end);
  for (const name of ["inbox", "openings", "seals", "witnessLogs", "fraud", "contexts"] as const) {
    await copy.tree(source[name], target[name]);
  }
  await copyDatasets(source.datasets, target.datasets, copy, { files, withKeys });
  if (withKeys) {
    // The key of a witness is worth something only with all that it saw: a copy would have forgotten what comes after it.
    const forgotten = new Set([source.witnessKey, ...validatorOf(source)]);
    await copy.tree(dirname(source.logKey), dirname(target.logKey), forgotten);
    await copy.tree(source.demo, target.demo);
  }
  const { format: _, ...rest } = description;
  await writeDescription(to, rest, files);
  return { entries: size, journalBytes: end, withKeys };
}

export type RestoreOptions = AuditOptions & {
  /** The copy is to vote and cosign as the validator that it was made of, which never runs again. */
  readonly asValidator?: boolean;
};

/**
 * Brings a backup back into an empty directory, after an audit of all of it. The node that opens it takes no writes until an
 * operator says that nobody has seen a newer state: the same ledger must not go on from an older one. Durable when it
 * resolves; what was broken off before is no ledger that a node would open.
 *
 * @throws LedgerFault LEDGER_DIRECTORY when the source is no whole backup, or the target is not empty or lies in the source;
 *   LogFault for the damaged log of a dataset
 */
export async function restore(
  from: string,
  to: string,
  options: RestoreOptions = {},
): Promise<AuditReport> {
  const { files = nodeFiles, asValidator = false } = options;
  mustBeEmpty(to, files);
  const description = await readDescription(from, files);
  if (description === undefined) throw directoryFault(from, "absent");
  mustLieOutside(from, to);
  const report = await auditDirectory(from, options);
  if (!report.intact) return report;
  readDatasets(files, dataDirectory(from).datasets);
  // A copy of a whole directory may hold a witness's key: the node makes another one.
  const source = dataDirectory(from);
  const forgotten = new Set([
    ...(asValidator ? [] : validatorOf(source)),
    ...[source.witnessKey, join(source.witnessSeen, "vkey"), source.cosigned],
    // With its description, a directory has been begun: it comes last, and says that it was restored.
    ...["cityid.json", "cityid.json.new"].map((name) => join(from, name)),
    ...["lock", "lock.pid"].map((name) => join(source.ledger, name)),
  ]);
  await makeDurable(files, to, 0o700);
  await copier(files, to).tree(from, to, forgotten);
  await markRestored(files, dataDirectory(to).datasets);
  const { format: _, ...rest } = description;
  await writeDescription(to, { ...rest, restored: true }, files);
  return report;
}

/**
 * The logs of datasets with what lies beside them, while they are written: what was published first, which the journal then
 * holds; what lies beside an entry is there before the entry. Facts that are erased meanwhile may still be in the copy.
 */
async function copyDatasets(
  from: string,
  to: string,
  copy: ReturnType<typeof copier>,
  { files, withKeys }: { readonly files: FileSystem; readonly withKeys: boolean },
): Promise<void> {
  const names = files.exists(from) ? files.list(from) : [];
  for (const name of names) {
    const [source, target] = [join(from, name), join(to, name)];
    // One that is being made is none yet: its description comes last.
    if (!files.exists(join(source, "dataset.json"))) continue;
    if (files.exists(join(source, "published"))) {
      await copy.file(join(source, "published"), join(target, "published"));
    }
    const directory = join(source, "log");
    const { end, size } = readLog({ directory, files }, () => undefined);
    await copy.file(join(directory, "journal"), join(target, "log", "journal"), end);
    for (const kind of ["facts", "bodies"]) {
      const names = files.exists(join(source, kind)) ? files.list(join(source, kind)) : [];
      for (const first of names) {
        const isOfEntry = /^\d+$/.test(first) && Number(first) < size;
        if (isOfEntry) await copy.file(join(source, kind, first), join(target, kind, first));
      }
    }
    await copy.tree(join(source, "files"), join(target, "files"));
    await copy.tree(join(source, "plates"), join(target, "plates"));
    if (withKeys) await copy.tree(join(source, "keys"), join(target, "keys"));
    await copy.file(join(source, "dataset.json"), join(target, "dataset.json"));
  }
}

/**
 * What makes a directory that of one validator: its keys, and its engine with them and with what they signed last. Two that
 * vote or cosign with one key look like a traitor.
 */
function validatorOf({ cosignerKey, validatorKey, peerKey, comet }: DataDirectory): string[] {
  return [cosignerKey, validatorKey, peerKey, comet];
}

/** Reads every journal of a dataset to its end. @throws LogFault for one that is damaged */
function readDatasets(files: FileSystem, datasets: string): void {
  const names = files.exists(datasets) ? files.list(datasets) : [];
  for (const name of names) {
    const directory = join(datasets, name, "log");
    if (files.exists(directory)) readLog({ directory, files }, () => undefined);
  }
}

/** None of them goes on from here before somebody says that nobody has seen a newer state. */
async function markRestored(files: FileSystem, datasets: string): Promise<void> {
  const names = files.exists(datasets) ? files.list(datasets) : [];
  for (const name of names) await replaceFile(files, join(datasets, name, RESTORED), "restored\n");
}

/** Copies the journal of a ledger, which is all of it; the rest is made anew from it. Durable when it resolves. */
export async function copyLedger(
  from: string,
  to: string,
  files: FileSystem = nodeFiles,
): Promise<void> {
  const { end } = readLedger(files, from);
  await copier(files, dirname(to)).file(join(from, "journal"), join(to, "journal"), end);
}

/** Reads the journal of a ledger to its end; a torn record is left out, but a ledger is there from its first block on. */
function readLedger(files: FileSystem, directory: string): { end: number; size: number } {
  const { end, size } = readLog({ directory, files }, () => undefined);
  if (size === 0) throw new LogFault("JOURNAL_DAMAGED", { offset: end, cause: "digest" });
  return { end, size };
}

function mustBeEmpty(path: string, files: FileSystem): void {
  if (files.exists(path) && files.kind(path) !== "directory") {
    throw directoryFault(path, "no-directory");
  }
  if (files.exists(path) && files.list(path).length > 0) throw directoryFault(path, "not-empty");
}

/** A copy within what it is of is lost together with it, and would be copied itself. */
function mustLieOutside(from: string, to: string): void {
  if (realPath(to).startsWith(realPath(from) + sep)) throw directoryFault(to, "inside");
}

/** Where a path leads behind links, also one of which the end is still to be made. */
function realPath(path: string): string {
  const whole = resolve(path);
  if (existsSync(whole)) return realpathSync(whole);
  return join(realPath(dirname(whole)), basename(whole));
}

/** Copies below `root`, for the owner alone, and durable when it resolves. */
function copier(files: FileSystem, root: string) {
  async function file(from: string, to: string, length?: number): Promise<void> {
    files.makeDirectory(dirname(to), 0o700);
    const [source, target] = [files.open(from, "read"), files.open(to, "write", 0o600)];
    try {
      const buffer = new Uint8Array(COPY_BYTES);
      const end = length ?? source.size();
      for (let at = 0; at < end; ) {
        const got = await source.readLater(buffer.subarray(0, Math.min(COPY_BYTES, end - at)), at);
        if (got === 0) break;
        await writeFullyLater(target, buffer.subarray(0, got), at);
        at += got;
      }
      await target.sync();
    } finally {
      source.close();
      target.close();
    }
    await syncUp(files, dirname(to), root);
  }

  /** A directory with all that is in it, if it is there. */
  async function tree(
    from: string,
    to: string,
    forgotten: ReadonlySet<string> = new Set(),
  ): Promise<void> {
    if (!files.exists(from)) return;
    for (const name of files.list(from)) {
      const [path, copy] = [join(from, name), join(to, name)];
      if (forgotten.has(path)) continue;
      // A file of an entry can be erased while its folder is copied.
      if (!files.exists(path)) continue;
      const kind = files.kind(path);
      if (kind === "directory") await tree(path, copy, forgotten);
      else if (kind === "file") await file(path, copy);
    }
  }

  return { file, tree };
}
