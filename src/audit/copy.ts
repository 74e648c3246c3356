import { dirname, join } from "node:path";
import {
  formatTilePath,
  parseCheckpoint,
  type SignedCheckpoint,
  TILE_WIDTH,
  type TilePath,
  tileRow,
} from "../core/index.ts";
import {
  type DirectoryLock,
  type FileSystem,
  lockDirectory,
  makeDurable,
  nodeFiles,
  openIfThere,
  readFile,
  readFully,
  replaceFile,
  writeFullyLater,
} from "../log/index.ts";

/** A checkpoint as it was served, and as it was read. */
export type KeptCheckpoint = { readonly text: string; readonly signed: SignedCheckpoint };

export type CopyDependencies = {
  readonly files?: FileSystem;
  readonly lock?: (directory: string) => Promise<DirectoryLock>;
};

/**
 * A copy of somebody's log in a directory, as the static files of c2sp.org/tlog-tiles:
 *
 * ```
 * log/checkpoint           the last one that was verified: written last
 * log/tile/…               tiles and bundles; each is whole, or not there
 * seen                     the last one that was believed; newer, where an audit was interrupted or refused
 * policy                   the trust policy under which the first checkpoint was verified
 * replay/                  what the replay derived from it
 * ```
 */
export class Copy {
  readonly directory: string;
  /** Whether a tile must survive a power cut before `write` resolves. */
  readonly #durable: boolean;
  readonly #lock: DirectoryLock;
  readonly #files: FileSystem;
  /** Folders whose names may not survive a power cut yet. */
  readonly #made: Set<string>;
  #checkpoint: KeptCheckpoint | undefined;
  #seen: KeptCheckpoint | undefined;
  #drafts = 0;

  private constructor(directory: string, durable: boolean, lock: DirectoryLock, files: FileSystem) {
    this.directory = directory;
    this.#durable = durable;
    this.#lock = lock;
    this.#files = files;
    // What an earlier run wrote it may not have synced.
    this.#made = new Set(durable ? foldersBelow(files, join(directory, "log")) : []);
    this.#checkpoint = this.#note(CHECKPOINT);
    this.#seen = this.#note(SEEN);
  }

  /** @throws LogFault `DATA_DIR_IN_USE`, `DATA_DIR_ACCESS` */
  static async open(
    directory: string,
    durable: boolean,
    { files = nodeFiles, lock = lockDirectory }: CopyDependencies = {},
  ): Promise<Copy> {
    const held = await lock(directory);
    try {
      await makeDurable(files, directory);
      // Drafts that an earlier run was killed over.
      files.removeTree(join(directory, DRAFTS));
      files.makeDirectory(join(directory, DRAFTS));
      return new Copy(directory, durable, held, files);
    } catch (cause) {
      await held.release();
      throw cause;
    }
  }

  get replayDirectory(): string {
    return join(this.directory, "replay");
  }

  /** The last checkpoint that was verified, with all that it covers. */
  get checkpoint(): KeptCheckpoint | undefined {
    return this.#checkpoint;
  }

  /** Everything below it has been written before. Durable when it resolves. */
  async setCheckpoint(text: string, signed: SignedCheckpoint): Promise<void> {
    const path = join(this.directory, CHECKPOINT);
    await replaceFile(this.#files, path, text, { below: this.directory });
    this.#checkpoint = { text, signed };
  }

  /** The last checkpoint that was believed, though not all that it covers may have been verified yet. */
  get seen(): KeptCheckpoint | undefined {
    return this.#seen;
  }

  /** Durable when it resolves. */
  async setSeen(text: string, signed: SignedCheckpoint): Promise<void> {
    if (this.#seen?.text === text) return;
    await this.keep(SEEN, text);
    this.#seen = { text, signed };
  }

  policy(): string | undefined {
    return this.#text("policy");
  }

  async setPolicy(text: string): Promise<void> {
    await this.keep("policy", text);
  }

  has(tile: TilePath): boolean {
    return this.#files.exists(this.#path(tile));
  }

  /** Not verified: the disk, or somebody else, may have changed it. */
  async read(tile: TilePath): Promise<Uint8Array | undefined> {
    return readFile(this.#files, this.#path(tile));
  }

  readNow(tile: TilePath): Uint8Array | undefined {
    return this.#readNow(this.#path(tile));
  }

  /** Keeps a verified tile. A process that dies leaves the whole file or none. */
  async write(tile: TilePath, bytes: Uint8Array): Promise<void> {
    const path = this.#path(tile);
    const folder = dirname(path);
    if (!this.#made.has(folder)) this.#files.makeDirectory(folder);
    this.#made.add(folder);
    const draft = join(this.directory, DRAFTS, String(this.#drafts++));
    await this.#writeDraft(draft, bytes).catch((cause: unknown) => {
      // A full disk does not say where; whoever reads of it wants to know.
      throw cause instanceof Error ? Object.assign(cause, { path }) : cause;
    });
    await this.#files.rename(draft, path);
  }

  async #writeDraft(draft: string, bytes: Uint8Array): Promise<void> {
    const file = this.#files.open(draft, "write");
    try {
      await writeFullyLater(file, bytes, 0);
      if (this.#durable) await file.sync();
    } finally {
      file.close();
    }
  }

  /** Makes the names of what was written survive a power cut. */
  async sync(): Promise<void> {
    if (!this.#durable) return;
    const folders = new Set<string>();
    for (const made of this.#made) {
      for (let at = made; at.length >= this.directory.length; at = dirname(at)) folders.add(at);
    }
    for (const folder of folders) await this.#files.syncDirectory(folder);
    this.#made.clear();
  }

  /**
   * Drops partial tiles that nobody needs: all of a tile that is full now, else those of sizes before the last one. Who still
   * reads at the last one finds its own.
   */
  prune(before: number, size: number): void {
    const wanted = new Set([...edgesOf(size), ...edgesOf(before)].map((tile) => this.#path(tile)));
    for (const old of edgesOf(before)) {
      const folder = dirname(this.#path(old));
      if (this.has({ ...old, width: TILE_WIDTH })) {
        this.#files.removeTree(folder);
        this.#made.delete(folder);
        continue;
      }
      for (const name of this.#files.exists(folder) ? this.#files.list(folder) : []) {
        if (!wanted.has(join(folder, name))) this.#files.remove(join(folder, name));
      }
    }
  }

  /** A file of its own beside the copy. @returns its path */
  async keep(name: string, text: string): Promise<string> {
    const path = join(this.directory, name);
    await replaceFile(this.#files, path, text);
    return path;
  }

  close(): Promise<void> {
    return this.#lock.release();
  }

  #path(tile: TilePath): string {
    return join(this.directory, "log", formatTilePath(tile));
  }

  #note(name: string): KeptCheckpoint | undefined {
    const text = this.#text(name);
    const signed = text === undefined ? undefined : parseCheckpoint(text);
    return text !== undefined && signed?.ok ? { text, signed: signed.value } : undefined;
  }

  #text(name: string): string | undefined {
    const bytes = this.#readNow(join(this.directory, name));
    return bytes && new TextDecoder().decode(bytes);
  }

  #readNow(path: string): Uint8Array | undefined {
    const file = openIfThere(this.#files, path);
    if (file === undefined) return undefined;
    try {
      const bytes = new Uint8Array(file.size());
      return bytes.subarray(0, readFully(file, bytes, 0));
    } finally {
      file.close();
    }
  }
}

/** The partial tiles and the partial bundle at the right edge of a tree. */
export function edgesOf(size: number): readonly TilePath[] {
  const edges: TilePath[] = [];
  for (let level = 0; tileRow(level, size) > 0; level++) {
    const row = tileRow(level, size);
    const width = row % TILE_WIDTH;
    if (width === 0) continue;
    const index = (row - width) / TILE_WIDTH;
    edges.push({ kind: "hashes", level, index, width });
    if (level === 0) edges.push({ kind: "entries", index, width });
  }
  return edges;
}

const CHECKPOINT = join("log", "checkpoint");
const SEEN = "seen";
const DRAFTS = "drafts";

/** A folder of tiles with those in it; the names of tiles are digits, those of other folders are not. */
function foldersBelow(files: FileSystem, folder: string, depth = 0): readonly string[] {
  if (!files.exists(folder)) return [];
  const inside = files.list(folder).filter((name) => depth === 1 || /^(x|tile$)|\.p$/.test(name));
  return [folder, ...inside.flatMap((name) => foldersBelow(files, join(folder, name), depth + 1))];
}
