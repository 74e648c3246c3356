import { type FileHandle, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileProblem } from "../file-problem.ts";

// open.ndjson       what comes now, a line for each reading; durable before it is acknowledged
// 00000001.ndjson   what is to be sent, whole; the one of the smallest number first
// 00000001.ndjson.ingest.json   how far that came

const OPEN = "open.ndjson";
const WHOLE = /^(\d{8})\.ndjson$/;

/** Readings on their way through a gateway: kept on disk until the dataset has taken them. */
export class Spool {
  readonly #directory: string;
  #file: FileHandle | undefined;
  #lines = 0;
  #next: number;

  private constructor(directory: string, next: number) {
    this.#directory = directory;
    this.#next = next;
  }

  /** What was begun before is closed: it may end in half a line, which is told as a bad row. @throws CliProblem CLI_FILE */
  static async open(directory: string): Promise<Spool> {
    try {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const names = await readdir(directory);
      const numbers = names.flatMap((name) => Number(WHOLE.exec(name)?.[1] ?? []));
      const spool = new Spool(directory, Math.max(0, ...numbers) + 1);
      if (names.includes(OPEN)) await spool.#rename();
      return spool;
    } catch (cause) {
      throw fileProblem(directory, cause as NodeJS.ErrnoException);
    }
  }

  /** Lines of the part that is open. */
  get lines(): number {
    return this.#lines;
  }

  /** Durable when it resolves: all of them, or an error and perhaps some. */
  async append(lines: readonly string[]): Promise<void> {
    const file = await this.#opened();
    await file.appendFile(lines.map((line) => `${line}\n`).join(""));
    await file.datasync();
    this.#lines += lines.length;
  }

  /** Closes the part that is open, so that it is sent; nothing where nothing came. */
  async close(): Promise<void> {
    if (this.#file === undefined) return;
    await this.#file.close();
    this.#file = undefined;
    this.#lines = 0;
    await this.#rename();
  }

  /** The oldest part that is whole. */
  async first(): Promise<string | undefined> {
    const names = (await readdir(this.#directory)).filter((name) => WHOLE.test(name)).sort();
    return names[0] && join(this.#directory, names[0]);
  }

  /** Forgets a part that was taken. */
  async drop(path: string): Promise<void> {
    await rm(path);
  }

  async #opened(): Promise<FileHandle> {
    if (this.#file !== undefined) return this.#file;
    this.#file = await open(join(this.#directory, OPEN), "a", 0o600);
    await this.#sync();
    return this.#file;
  }

  async #rename(): Promise<void> {
    const name = `${String(this.#next).padStart(8, "0")}.ndjson`;
    await rename(join(this.#directory, OPEN), join(this.#directory, name));
    this.#next += 1;
    await this.#sync();
  }

  async #sync(): Promise<void> {
    const directory = await open(this.#directory, "r");
    await directory.sync().finally(() => directory.close());
  }
}
