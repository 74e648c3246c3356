import { dirname } from "node:path";
import type { FileSystem, OpenFile } from "../../src/log/index.ts";
import { turn } from "../../src/log/index.ts";

// Files in memory that keep apart what is in the page cache and what is on the disk. A kill keeps the first, a power cut
// the second, with any part of what was written and not synced: nothing, all, or some sectors of it.

const SECTOR = 512;

/** How a file call fails. */
export type Break = {
  /** Which call, counted from 0 over all that change something. */
  readonly call: number;
  readonly errno: "EIO" | "ENOSPC";
  /** Whether it took effect all the same: none, half of a write, or all of it. */
  readonly landed: "nothing" | "half" | "all";
  /** Whether all later calls fail too, as they do when the process is gone. */
  readonly lasting?: boolean;
};

/** Draws numbers 0 ≤ n < 1, the same ones for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export class FaultyFiles implements FileSystem {
  /** Calls that changed something, by name and path. */
  readonly calls: string[] = [];
  /** What fails, if anything. */
  break: Break | undefined;
  /** Calls that always fail. */
  refuses: (call: string) => boolean = () => false;
  /** Bytes that all files together may have. */
  capacity: number = Number.POSITIVE_INFINITY;
  /** Whether a write takes only a part of what it is given. */
  shortWrites = false;
  /** How many turns of the event loop a call off the main thread takes. */
  turns: () => number = () => 1;

  #names = new Names();
  #durableNames = new Names();
  /** Changes of names since their directory was synced, oldest first. */
  #nameChanges: { readonly directory: string; apply(names: Names): void }[] = [];
  /** A process that was killed may have calls under way; they change nothing any more. */
  #isDead = false;

  open(path: string, mode: "read" | "write"): OpenFile {
    const known = this.#names.get(path);
    if (known === "directory") throw systemError("EISDIR");
    if (known === undefined && mode === "read") throw systemError("ENOENT");
    const content = known ?? new Content();
    if (known === undefined) {
      if (!this.exists(dirname(path))) throw systemError("ENOENT");
      this.#changing(`create ${path}`, () =>
        this.#rename(path, (names) => names.set(path, content)),
      );
    }
    return new FaultyFile(this, path, content);
  }

  makeDirectory(path: string): void {
    if (this.exists(path)) return;
    this.makeDirectory(dirname(path));
    this.#changing(`make ${path}`, () =>
      this.#rename(path, (names) => names.set(path, "directory")),
    );
  }

  exists(path: string): boolean {
    return path === "/" || this.#names.has(path);
  }

  kind(path: string): "file" | "directory" {
    if (!this.exists(path)) throw systemError("ENOENT");
    const content = this.#names.get(path);
    return content === undefined || content === "directory" ? "directory" : "file";
  }

  list(path: string): readonly string[] {
    if (!this.exists(path)) throw systemError("ENOENT");
    const prefix = path === "/" ? path : `${path}/`;
    const below = [...this.#names.keys()].filter((name) => dirname(name) === path);
    return below.map((name) => name.slice(prefix.length)).sort();
  }

  async rename(from: string, to: string): Promise<void> {
    const content = this.#names.get(from);
    if (content === undefined) throw systemError("ENOENT");
    this.#changing(`rename ${from}`, () =>
      this.#rename(to, (names) => {
        names.delete(from);
        names.set(to, content);
      }),
    );
  }

  restrict(): void {
    // One person owns everything here.
  }

  link(from: string, to: string): void {
    const content = this.#names.get(from);
    if (content === undefined) throw systemError("ENOENT");
    if (this.exists(to)) throw systemError("EEXIST");
    this.#changing(`link ${to}`, () => this.#rename(to, (names) => names.set(to, content)));
  }

  remove(path: string): void {
    if (!this.#names.has(path)) return;
    this.#changing(`remove ${path}`, () => this.#rename(path, (names) => names.delete(path)));
  }

  removeTree(path: string): void {
    for (const name of [...this.#names.keys()].sort().reverse()) {
      if (name === path || name.startsWith(`${path}/`)) this.remove(name);
    }
  }

  async syncDirectory(path: string): Promise<void> {
    if (!this.exists(path)) throw systemError("ENOENT");
    this.#changing(`sync directory ${path}`, () => {
      for (const { directory, apply } of this.#nameChanges) {
        if (directory === path) apply(this.#durableNames);
      }
      this.#nameChanges = this.#nameChanges.filter(({ directory }) => directory !== path);
    });
  }

  /** The machine after the process was killed: what it wrote stays, and may still be lost with the power. */
  afterKill(): FaultyFiles {
    const next = new FaultyFiles();
    next.#names = new Names(this.#names);
    next.#durableNames = new Names(this.#durableNames);
    next.#nameChanges = [...this.#nameChanges];
    this.#isDead = true;
    return next;
  }

  /** The machine after the power went: each change since the last sync stays, goes, or stays in part. */
  afterPowerCut(random: () => number): FaultyFiles {
    const names = new Names(this.#durableNames);
    for (const { apply } of this.#nameChanges) if (random() < 0.5) apply(names);
    const next = new FaultyFiles();
    // What a directory held goes with its name.
    for (const path of [...names.keys()].sort()) {
      const content = names.get(path);
      if (!next.exists(dirname(path)) || content === undefined) continue;
      if (content === "directory") next.#put(path, content);
      else next.#put(path, new Content(content.afterPowerCut(random)));
    }
    this.#isDead = true;
    return next;
  }

  /** What a file holds; for tests that look at it or change it. */
  bytes(path: string): Uint8Array {
    const content = this.#names.get(path);
    if (content === undefined || content === "directory") throw systemError("ENOENT");
    return content.bytes;
  }

  /** Puts a file where it is, as durable as its directories, which are made. */
  put(path: string, bytes: Uint8Array): void {
    for (let at = dirname(path); !this.exists(at); at = dirname(at)) this.#put(at, "directory");
    this.#put(path, new Content(bytes.slice()));
  }

  #put(path: string, content: Content | "directory"): void {
    this.#names.set(path, content);
    this.#durableNames.set(path, content);
  }

  changing(call: string, effect: (part: "half" | "all") => void): void {
    this.#changing(call, effect);
  }

  /** How many of `length` bytes still fit at `position` of a file. */
  room(content: Content, position: number, length: number): number {
    let used = 0;
    for (const each of new Set(this.#names.values())) {
      if (each !== "directory") used += each.bytes.length;
    }
    const growth = Math.max(0, position + length - content.bytes.length);
    return length - Math.min(length, Math.max(0, used + growth - this.capacity));
  }

  #rename(path: string, apply: (names: Names) => void): void {
    apply(this.#names);
    this.#nameChanges.push({ directory: dirname(path), apply });
  }

  #changing(call: string, effect: (part: "half" | "all") => void): void {
    if (this.#isDead) return;
    this.calls.push(call);
    if (this.refuses(call)) throw systemError("EIO");
    const late = this.calls.length - 1 - (this.break?.call ?? Number.POSITIVE_INFINITY);
    if (this.break === undefined || late < 0 || (late > 0 && !this.break.lasting)) {
      effect("all");
      return;
    }
    if (late === 0 && this.break.landed !== "nothing") effect(this.break.landed);
    throw systemError(this.break.errno);
  }
}

class FaultyFile implements OpenFile {
  readonly #files: FaultyFiles;
  readonly #path: string;
  readonly #content: Content;

  constructor(files: FaultyFiles, path: string, content: Content) {
    this.#files = files;
    this.#path = path;
    this.#content = content;
  }

  size(): number {
    return this.#content.bytes.length;
  }

  read(into: Uint8Array, position: number): number {
    const bytes = this.#content.bytes.subarray(position, position + into.length);
    into.set(bytes);
    return bytes.length;
  }

  write(bytes: Uint8Array, position: number): number {
    const room = this.#files.room(this.#content, position, bytes.length);
    if (room === 0 && bytes.length > 0) throw systemError("ENOSPC");
    const taken = this.#files.shortWrites ? Math.ceil(room / 2) : room;
    this.#files.changing(`write ${this.#path}`, (part) => {
      const length = part === "all" ? taken : Math.floor(taken / 2);
      this.#content.write(bytes.slice(0, length), position);
    });
    return taken;
  }

  async readLater(into: Uint8Array, position: number): Promise<number> {
    await this.#turns();
    return this.read(into, position);
  }

  async writeLater(bytes: Uint8Array, position: number): Promise<number> {
    await this.#turns();
    return this.write(bytes, position);
  }

  async sync(): Promise<void> {
    await this.#turns();
    this.#files.changing(`sync ${this.#path}`, () => this.#content.sync());
  }

  truncate(size: number): void {
    this.#files.changing(`truncate ${this.#path}`, () => this.#content.truncate(size));
  }

  close(): void {
    // Closing syncs nothing.
  }

  async #turns(): Promise<void> {
    for (let left = this.#files.turns(); left > 0; left--) await turn();
  }
}

/** What stands at a path. */
class Names extends Map<string, Content | "directory"> {}

type Change = { readonly position: number; readonly bytes: Uint8Array } | { readonly size: number };

class Content {
  bytes: Uint8Array;
  #durable: Uint8Array;
  #changes: Change[] = [];

  constructor(bytes: Uint8Array = new Uint8Array(0)) {
    this.bytes = bytes;
    this.#durable = bytes;
  }

  write(bytes: Uint8Array, position: number): void {
    this.#changes.push({ position, bytes });
    this.bytes = written(this.bytes, bytes, position);
  }

  truncate(size: number): void {
    this.#changes.push({ size });
    this.bytes = this.bytes.slice(0, size);
  }

  sync(): void {
    this.#durable = this.bytes.slice();
    this.#changes = [];
  }

  afterPowerCut(random: () => number): Uint8Array {
    let left = this.#durable;
    for (const change of this.#changes) {
      if (!("size" in change)) left = keepSome(left, change, random);
      else if (random() < 0.5) left = left.slice(0, change.size);
    }
    return left;
  }
}

/** Nothing of a write, all of it, or some of its sectors. */
function keepSome(
  old: Uint8Array,
  { position, bytes }: { readonly position: number; readonly bytes: Uint8Array },
  random: () => number,
): Uint8Array {
  const share = [0, 1, random()][Math.floor(random() * 3)] ?? 0;
  let left = old;
  for (let at = 0; at < bytes.length; ) {
    // Sectors are whole, wherever the write began.
    const end = Math.min(bytes.length, at + SECTOR - ((position + at) % SECTOR));
    if (random() < share) left = written(left, bytes.subarray(at, end), position + at);
    at = end;
  }
  return left;
}

/** Never changes `old`, which another state of the file may share. */
function written(old: Uint8Array, bytes: Uint8Array, position: number): Uint8Array {
  const whole = new Uint8Array(Math.max(old.length, position + bytes.length));
  whole.set(old);
  whole.set(bytes, position);
  return whole;
}

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}
