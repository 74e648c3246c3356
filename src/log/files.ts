import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { errnoOf } from "./fault.ts";
import { NodeFile } from "./node-file.ts";

/**
 * The file calls that whatever must survive a crash is made of. Tests put a shim in their place that fails, drops and tears what was not synced; the
 * contract is what POSIX promises and no more: what was written may be lost or torn until `sync` resolves, and a new or
 * renamed file may be gone until its directory was synced.
 */
export interface FileSystem {
  /**
   * Opens for reading, or for both and then creates what is not there.
   *
   * @param permissions of a file that is created; without them everybody may read it
   * @throws the operating system's error
   */
  open(path: string, mode: "read" | "write", permissions?: number): OpenFile;
  /** With all its parents; fine if it is there. */
  makeDirectory(path: string, permissions?: number): void;
  exists(path: string): boolean;
  /** What stands there; a socket or a device is neither. @throws the operating system's error */
  kind(path: string): "file" | "directory" | "other";
  /** What stands directly in a directory, sorted. @throws the operating system's error */
  list(path: string): readonly string[];
  /** A file system that is busy with the writes of others takes milliseconds for it. */
  rename(from: string, to: string): Promise<void>;
  /** Sets who may do what with a file that is there. */
  restrict(path: string, permissions: number): void;
  /** Gives a file a second name. @throws EEXIST where the name is taken */
  link(from: string, to: string): void;
  /** Fine if it is not there. */
  remove(path: string): void;
  /** A file, or a directory with everything in it; fine if it is not there. */
  removeTree(path: string): void;
  syncDirectory(path: string): Promise<void>;
}

export interface OpenFile {
  size(): number;
  /** Reads up to `into.length` bytes; how many there were. */
  read(into: Uint8Array, position: number): number;
  /** The same off the main thread. */
  readLater(into: Uint8Array, position: number): Promise<number>;
  /** May write fewer bytes than given; how many it wrote. */
  write(bytes: Uint8Array, position: number): number;
  /** The same off the main thread. `bytes` must not change before it resolves. */
  writeLater(bytes: Uint8Array, position: number): Promise<number>;
  /** Resolves when everything written so far survives a power cut (fdatasync). */
  sync(): Promise<void>;
  truncate(size: number): void;
  /** What is under way is finished first; nothing is begun any more. Fine if it was closed. */
  close(): void;
}

/** Fills `into` from the file; how many bytes there were. */
export function readFully(file: OpenFile, into: Uint8Array, position: number): number {
  let done = 0;
  while (done < into.length) {
    // The first call, which is nearly always the last one, needs no view.
    const got = file.read(done === 0 ? into : into.subarray(done), position + done);
    if (got === 0) break;
    done += got;
  }
  return done;
}

/** Writes all bytes, however many calls that takes. */
export function writeFully(file: OpenFile, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) {
    done += file.write(bytes.subarray(done), position + done);
  }
}

export async function writeFullyLater(
  file: OpenFile,
  bytes: Uint8Array,
  position: number,
): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += await file.writeLater(bytes.subarray(done), position + done);
  }
}

/** All of a file; `undefined` where there is none. @throws the operating system's error */
export async function readFile(files: FileSystem, path: string): Promise<Uint8Array | undefined> {
  const file = openIfThere(files, path);
  if (file === undefined) return undefined;
  try {
    const bytes = new Uint8Array(file.size());
    let done = 0;
    while (done < bytes.length) {
      const got = await file.readLater(bytes.subarray(done), done);
      if (got === 0) break;
      done += got;
    }
    return bytes.subarray(0, done);
  } finally {
    file.close();
  }
}

/** The same as text. */
export async function readText(files: FileSystem, path: string): Promise<string | undefined> {
  const bytes = await readFile(files, path);
  return bytes && new TextDecoder().decode(bytes);
}

/** Opens for reading; `undefined` where there is no such file. @throws any other error of the operating system */
export function openIfThere(files: FileSystem, path: string): OpenFile | undefined {
  try {
    return files.open(path, "read");
  } catch (cause) {
    if (errnoOf(cause) === "ENOENT") return undefined;
    throw cause;
  }
}

const sync = promisify(fs.fsync);

/** The files of this machine. */
export const nodeFiles: FileSystem = {
  open: (path, mode, permissions = 0o644) =>
    new NodeFile(fs.openSync(path, flags(mode), permissions)),
  makeDirectory: (path, permissions = 0o777) =>
    void fs.mkdirSync(path, { recursive: true, mode: permissions }),
  exists: (path) => fs.existsSync(path),
  kind(path) {
    const found = fs.statSync(path);
    return found.isFile() ? "file" : found.isDirectory() ? "directory" : "other";
  },
  list: (path) => fs.readdirSync(path).sort(),
  rename: (from, to) => fs.promises.rename(from, to),
  restrict: (path, permissions) => fs.chmodSync(path, permissions),
  link: (from, to) => fs.linkSync(from, to),
  remove: (path) => fs.rmSync(path, { force: true }),
  removeTree: (path) => fs.rmSync(path, { force: true, recursive: true }),
  async syncDirectory(path) {
    const descriptor = fs.openSync(path, fs.constants.O_RDONLY);
    try {
      await sync(descriptor);
    } finally {
      fs.closeSync(descriptor);
    }
  },
};

export type ReplaceOptions = {
  /** Of the file; of directories that are made, those that let the same people in. */
  readonly permissions?: number;
  /**
   * Directories below this one, down to the file, are made where they are not there, and survive a power cut with it.
   * Without it the directory must be there, and durable.
   */
  readonly below?: string;
};

/**
 * Writes a file so that either the old or the new content is there after a crash, never a mixture. Durable when it
 * resolves. Nobody else may be writing the same file.
 */
export async function replaceFile(
  files: FileSystem,
  path: string,
  content: Uint8Array | string | Iterable<Uint8Array>,
  { permissions = 0o644, below = dirname(path) }: ReplaceOptions = {},
): Promise<void> {
  const directory = dirname(path);
  if (directory !== below) files.makeDirectory(directory, directoryPermissions(permissions));
  const draft = `${path}${DRAFT}`;
  await writeDraft(files, draft, content, permissions);
  await files.rename(draft, path);
  await syncUp(files, directory, below);
}

/**
 * Writes a file that nobody may replace: it is there as a whole, or not at all. Durable when it resolves.
 *
 * @throws EEXIST where the name is taken; who comes second of two at once hears it too
 */
export async function createFile(
  files: FileSystem,
  path: string,
  content: Uint8Array | string,
  { permissions = 0o644, below = dirname(path) }: ReplaceOptions = {},
): Promise<void> {
  const directory = dirname(path);
  if (directory !== below) files.makeDirectory(directory, directoryPermissions(permissions));
  // Of its own for each call: another process may be about the same.
  const draft = `${path}.${randomBytes(4).toString("hex")}${DRAFT}`;
  try {
    await writeDraft(files, draft, content, permissions);
    await publishDraft(files, draft, path);
  } finally {
    files.remove(draft);
  }
  await syncUp(files, directory, below);
}

/**
 * Gives a draft its name, where nothing has it yet; the draft itself may stay. Of two at once one hears EEXIST, but for file
 * systems without links, where both may believe that they were first.
 *
 * @throws EEXIST
 */
export async function publishDraft(files: FileSystem, draft: string, path: string): Promise<void> {
  try {
    files.link(draft, path);
  } catch (cause) {
    if (!NO_LINKS.includes(errnoOf(cause) ?? "")) throw cause;
    if (files.exists(path)) throw Object.assign(new Error(`EEXIST: ${path}`), { code: "EEXIST" });
    await files.rename(draft, path);
  }
}

/** What file systems say that have no links, such as those of memory sticks. */
const NO_LINKS = ["EPERM", "ENOTSUP", "ENOSYS"];

/**
 * The same where it does not matter who comes first: what is there stays.
 *
 * @returns whether it was written now
 */
export async function createOnce(
  files: FileSystem,
  path: string,
  content: Uint8Array | string,
  options: ReplaceOptions = {},
): Promise<boolean> {
  try {
    if (!files.exists(path)) {
      await createFile(files, path, content, options);
      return true;
    }
  } catch (cause) {
    if (errnoOf(cause) !== "EEXIST") throw cause;
  }
  // Whoever wrote it may have been killed before it was durable.
  await syncUp(files, dirname(path), options.below ?? dirname(path));
  return false;
}

async function writeDraft(
  files: FileSystem,
  draft: string,
  content: Uint8Array | string | Iterable<Uint8Array>,
  permissions: number,
): Promise<void> {
  files.remove(draft);
  const file = files.open(draft, "write", permissions);
  try {
    let at = 0;
    for (const piece of piecesOf(content)) {
      await writeFullyLater(file, piece, at);
      at += piece.length;
    }
    await file.sync();
  } finally {
    file.close();
  }
}

/** Ends the name of a file that is being written. */
export const DRAFT = ".new";

/** Whoever may read a file may also enter its directory. */
function directoryPermissions(permissions: number): number {
  return permissions | ((permissions & 0o444) >> 2) | 0o700;
}

/** Makes the names in a directory survive a power cut, and those of the directories down from `top`. */
export async function syncUp(files: FileSystem, directory: string, top: string): Promise<void> {
  for (let at = directory; ; at = dirname(at)) {
    await files.syncDirectory(at);
    if (at === top || at === dirname(at)) return;
  }
}

/**
 * Makes a directory with its parents; it survives a power cut when this resolves. Parents that were there before may be
 * the work of a process that was killed: they are synced too, as far as they are ours to open.
 */
export async function makeDurable(
  files: FileSystem,
  path: string,
  permissions = 0o777,
): Promise<void> {
  const made = new Set<string>();
  for (let at = path; !files.exists(at) && at !== dirname(at); at = dirname(at)) made.add(at);
  files.makeDirectory(path, permissions);
  for (let at = path; at !== dirname(at); at = dirname(at)) {
    await files.syncDirectory(dirname(at)).catch((cause: unknown) => {
      const isOurs = made.has(at) || !NOT_OURS.includes(errnoOf(cause) ?? "");
      if (isOurs) throw cause;
    });
  }
}

/** Directories of others, and file systems that sync no directory. */
const NOT_OURS = ["EACCES", "EPERM", "EROFS", "EINVAL", "ENOTSUP"];

function flags(mode: "read" | "write"): number {
  return mode === "read" ? fs.constants.O_RDONLY : fs.constants.O_RDWR | fs.constants.O_CREAT;
}

function piecesOf(content: Uint8Array | string | Iterable<Uint8Array>): Iterable<Uint8Array> {
  if (typeof content === "string") return [new TextEncoder().encode(content)];
  return content instanceof Uint8Array ? [content] : content;
}
