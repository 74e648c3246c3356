import { hex, sha256 } from "../core/index.ts";
import { createOnce, type FileSystem, readFile } from "../log/index.ts";

/** Files that the facts of an entry name, each under its hash in a folder of that entry. */
export class Attachments {
  readonly #files: FileSystem;
  readonly #directory: string;

  constructor(files: FileSystem, directory: string) {
    this.#files = files;
    this.#directory = directory;
  }

  /** Durable when it resolves. What is there already stays: its name says what it is. */
  async keep(entry: Uint8Array, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
    const below = this.#directory.slice(0, this.#directory.lastIndexOf("/"));
    for (const [name, bytes] of files) {
      const path = `${this.#folder(entry)}/${name}`;
      await createOnce(this.#files, path, bytes, { permissions: 0o600, below });
    }
  }

  /** `undefined` where it is not there, or is not what it was: a disk can rot. */
  async read(entry: Uint8Array, name: string): Promise<Uint8Array | undefined> {
    const bytes = await readFile(this.#files, `${this.#folder(entry)}/${name}`);
    return bytes !== undefined && hex(sha256(bytes)) === name ? bytes : undefined;
  }

  /** Forgets all but these; durable when it resolves. */
  async keepOnly(entry: Uint8Array, names: ReadonlySet<string>): Promise<void> {
    const folder = this.#folder(entry);
    if (!this.#files.exists(folder)) return;
    const gone = this.#files.list(folder).filter((name) => !names.has(name));
    for (const name of gone) this.#files.remove(`${folder}/${name}`);
    if (gone.length > 0) await this.#files.syncDirectory(folder);
  }

  #folder(entry: Uint8Array): string {
    return `${this.#directory}/${hex(entry)}`;
  }
}
