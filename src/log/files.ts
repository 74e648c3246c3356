import * as fs from "node:fs";
import { dirname } from "node:path";
import { promisify } from "node:util";

/**
 * The file calls a log is made of. Tests put a shim in their place that fails, drops and tears what was not synced; the
 * contract is what POSIX promises and no more: what was written may be lost or torn until `sync` resolves, and a new or
 * renamed file may be gone until its directory was synced.
 */
export interface FileSystem {
  /** Opens for reading, or for both and then creates what is not there. @throws the operating system's error */
  open(path: string, mode: "read" | "write"): OpenFile;
  /** With all its parents; fine if it is there. */
  makeDirectory(path: string): void;
  exists(path: string): boolean;
  rename(from: string, to: string): void;
  /** Fine if it is not there. */
  remove(path: string): void;
  syncDirectory(path: string): Promise<void>;
}

export interface OpenFile {
  size(): number;
  /** Reads up to `into.length` bytes; how many there were. */
  read(into: Uint8Array, position: number): number;
  /** May write fewer bytes than given; how many it wrote. */
  write(bytes: Uint8Array, position: number): number;
  /** The same off the main thread. `bytes` must not change before it resolves. */
  writeLater(bytes: Uint8Array, position: number): Promise<number>;
  /** Resolves when everything written so far survives a power cut (fdatasync). */
  sync(): Promise<void>;
  truncate(size: number): void;
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

const writeLater = promisify(fs.write);
const datasync = promisify(fs.fdatasync);
const sync = promisify(fs.fsync);

/** The files of this machine. */
export const nodeFiles: FileSystem = {
  open: (path, mode) => new NodeFile(fs.openSync(path, flags(mode), 0o644)),
  makeDirectory: (path) => void fs.mkdirSync(path, { recursive: true }),
  exists: (path) => fs.existsSync(path),
  rename: (from, to) => fs.renameSync(from, to),
  remove: (path) => fs.rmSync(path, { force: true }),
  async syncDirectory(path) {
    const descriptor = fs.openSync(path, fs.constants.O_RDONLY);
    try {
      await sync(descriptor);
    } finally {
      fs.closeSync(descriptor);
    }
  },
};

/** Writes a small file so that either the old or the new content is there after a crash, never a mixture. */
export async function replaceFile(
  files: FileSystem,
  path: string,
  content: Uint8Array | Iterable<Uint8Array>,
): Promise<void> {
  const draft = `${path}.new`;
  files.remove(draft);
  const file = files.open(draft, "write");
  try {
    let at = 0;
    for (const piece of content instanceof Uint8Array ? [content] : content) {
      await writeFullyLater(file, piece, at);
      at += piece.length;
    }
    await file.sync();
  } finally {
    file.close();
  }
  files.rename(draft, path);
  await files.syncDirectory(dirname(path));
}

function flags(mode: "read" | "write"): number {
  return mode === "read" ? fs.constants.O_RDONLY : fs.constants.O_RDWR | fs.constants.O_CREAT;
}

class NodeFile implements OpenFile {
  readonly #descriptor: number;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  size(): number {
    return fs.fstatSync(this.#descriptor).size;
  }

  read(into: Uint8Array, position: number): number {
    return fs.readSync(this.#descriptor, into, 0, into.length, position);
  }

  write(bytes: Uint8Array, position: number): number {
    return fs.writeSync(this.#descriptor, bytes, 0, bytes.length, position);
  }

  async writeLater(bytes: Uint8Array, position: number): Promise<number> {
    const written = await writeLater(this.#descriptor, bytes, 0, bytes.length, position);
    return written.bytesWritten;
  }

  sync(): Promise<void> {
    return datasync(this.#descriptor);
  }

  truncate(size: number): void {
    fs.ftruncateSync(this.#descriptor, size);
  }

  close(): void {
    fs.closeSync(this.#descriptor);
  }
}
