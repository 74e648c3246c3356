import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  formatTilePath,
  parseCheckpoint,
  type SignedCheckpoint,
  TILE_WIDTH,
  type TilePath,
  tileRow,
} from "../core/index.ts";
import { type DirectoryLock, lockDirectory, nodeFiles, replaceFile } from "../log/index.ts";

/** A checkpoint as it was served, and as it was read. */
export type KeptCheckpoint = { readonly text: string; readonly signed: SignedCheckpoint };

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
  readonly #made = new Set<string>();
  #checkpoint: KeptCheckpoint | undefined;
  #seen: KeptCheckpoint | undefined;
  #drafts = 0;

  private constructor(directory: string, durable: boolean, lock: DirectoryLock) {
    this.directory = directory;
    this.#durable = durable;
    this.#lock = lock;
    this.#checkpoint = this.#note(CHECKPOINT);
    this.#seen = this.#note(SEEN);
  }

  /** @throws LogFault `DATA_DIR_IN_USE`, `DATA_DIR_ACCESS` */
  static async open(directory: string, durable: boolean): Promise<Copy> {
    const lock = await lockDirectory(directory);
    // Drafts that an earlier run was killed over.
    rmSync(join(directory, DRAFTS), { recursive: true, force: true });
    mkdirSync(join(directory, DRAFTS));
    return new Copy(directory, durable, lock);
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
    mkdirSync(join(this.directory, "log"), { recursive: true });
    await replaceFile(nodeFiles, join(this.directory, CHECKPOINT), new TextEncoder().encode(text));
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
    return existsSync(this.#path(tile));
  }

  /** Not verified: the disk, or somebody else, may have changed it. */
  async read(tile: TilePath): Promise<Uint8Array | undefined> {
    try {
      return new Uint8Array(await readFile(this.#path(tile)));
    } catch (cause) {
      if (isAbsent(cause)) return undefined;
      throw cause;
    }
  }

  readNow(tile: TilePath): Uint8Array | undefined {
    try {
      return new Uint8Array(readFileSync(this.#path(tile)));
    } catch (cause) {
      if (isAbsent(cause)) return undefined;
      throw cause;
    }
  }

  /** Keeps a verified tile. A process that dies leaves the whole file or none. */
  async write(tile: TilePath, bytes: Uint8Array): Promise<void> {
    const path = this.#path(tile);
    const folder = dirname(path);
    if (!this.#made.has(folder)) await mkdir(folder, { recursive: true });
    this.#made.add(folder);
    const draft = join(this.directory, DRAFTS, String(this.#drafts++));
    await this.#writeDraft(draft, bytes).catch((cause: unknown) => {
      // A full disk does not say where; whoever reads of it wants to know.
      throw cause instanceof Error ? Object.assign(cause, { path }) : cause;
    });
    await rename(draft, path);
  }

  async #writeDraft(draft: string, bytes: Uint8Array): Promise<void> {
    const file = await open(draft, "w", 0o644);
    try {
      await file.writeFile(bytes);
      if (this.#durable) await file.datasync();
    } finally {
      await file.close();
    }
  }

  /** Makes the names of what was written survive a power cut. */
  async sync(): Promise<void> {
    if (!this.#durable) return;
    const folders = new Set<string>();
    for (const made of this.#made) {
      for (let at = made; at.length >= this.directory.length; at = dirname(at)) folders.add(at);
    }
    for (const folder of folders) await nodeFiles.syncDirectory(folder);
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
        rmSync(folder, { recursive: true, force: true });
        this.#made.delete(folder);
        continue;
      }
      for (const name of existsSync(folder) ? readdirSync(folder) : []) {
        if (!wanted.has(join(folder, name))) rmSync(join(folder, name), { force: true });
      }
    }
  }

  /** A file of its own beside the copy. @returns its path */
  async keep(name: string, text: string): Promise<string> {
    const path = join(this.directory, name);
    await replaceFile(nodeFiles, path, new TextEncoder().encode(text));
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
    try {
      return readFileSync(join(this.directory, name), "utf8");
    } catch (cause) {
      if (isAbsent(cause)) return undefined;
      throw cause;
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

function isAbsent(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && cause.code === "ENOENT";
}
