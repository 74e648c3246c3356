import { workerUrl } from "../../../log/index.ts";
import { type Deferred, defer } from "../../deferred.ts";
import { LedgerFault } from "../../fault.ts";
import type {
  AliasPage,
  AliasQuery,
  KeyPage,
  LedgerCounts,
  SearchPage,
  SearchQuery,
} from "../../port.ts";
import type { IndexStore } from "../../stores.ts";
import type { IndexIdentity } from "./database.ts";
import type { ChildrenOfPage, Question } from "./messages.ts";
import { ReaderHandle } from "./reader-handle.ts";
import { WriterHandle } from "./writer-handle.ts";

export type IndexOptions = IndexIdentity & {
  /** Of the database. Whatever stands there is replaced unless it is this ledger's index. */
  readonly file: string;
  /** Path of the values file. */
  readonly values: string;
  /** What stands in it from there on was written by this process: none of it, unless told. */
  readonly freshFrom?: number;
};

/** So many failures in a row, and whoever waits is told. */
const PATIENCE = 3;

/** Opens the index. Never waits: what it lacks is taken in by a thread of its own, and questions wait for it to be open. */
export function openIndex(
  options: IndexOptions,
  workers: { readonly writer?: URL; readonly reader?: URL } = {},
): IndexStore {
  return new IndexDatabase(
    options,
    workers.writer ?? workerUrl("./writer-worker", import.meta.url),
    workers.reader ?? workerUrl("./reader-worker", import.meta.url),
  );
}

const NO_COUNTS: LedgerCounts = { codes: 0, operations: 0, values: 0, byKind: {} };

/** An SQLite database that one thread writes and another one reads; this thread never waits for either. */
class IndexDatabase implements IndexStore {
  readonly #writer: WriterHandle;
  readonly #reader: ReaderHandle;
  #waiting: { readonly size: number; readonly done: Deferred<void> }[] = [];
  #size = 0;
  #counts = NO_COUNTS;
  #fault: LedgerFault | undefined;
  #isClosed = false;

  constructor(
    { file, values, ledger, start, freshFrom = Number.POSITIVE_INFINITY }: IndexOptions,
    writer: URL,
    reader: URL,
  ) {
    this.#reader = new ReaderHandle(reader, { file, values }, () => this.#rebuild());
    this.#writer = new WriterHandle(
      writer,
      { file, values, identity: { ledger, start }, freshFrom },
      {
        opened: () => this.#opened(),
        progress: (size, counts) => this.#advanced(size, counts),
        failed: ({ why }, inARow) => this.#failed(why, inARow),
      },
    );
  }

  advance(valuesEnd: number, size: number): void {
    this.#writer.advance(valuesEnd, size);
  }

  indexed(size: number): Promise<void> {
    if (this.#size >= size) return Promise.resolve();
    if (this.#fault !== undefined) return Promise.reject(this.#fault);
    const done = defer<void>();
    this.#waiting.push({ size, done });
    return done.promise;
  }

  search(query: SearchQuery): Promise<SearchPage> {
    return this.#ask({ kind: "search", query });
  }

  keys(prefix: string, limit: number, cursor?: string): Promise<KeyPage> {
    return this.#ask({ kind: "keys", prefix, limit, cursor });
  }

  aliases(query: AliasQuery): Promise<AliasPage> {
    return this.#ask({ kind: "aliases", query });
  }

  children(code: string, start: number, limit: number, count: number): Promise<ChildrenOfPage> {
    return this.#ask({ kind: "children", code, start, limit, count });
  }

  counts(): LedgerCounts {
    return this.#counts;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#refuse(new LedgerFault("LEDGER_CLOSED"));
    await this.#reader.close();
    await this.#writer.close();
  }

  async #ask<T>(question: Question): Promise<T> {
    if (this.#fault !== undefined) throw this.#fault;
    // The kind of a question says what its answer is.
    return (await this.#reader.ask(question)) as T;
  }

  #opened(): void {
    if (!this.#isClosed) this.#reader.open();
  }

  #advanced(size: number, counts: LedgerCounts): void {
    if (this.#isClosed) return;
    this.#size = size;
    this.#counts = counts;
    this.#fault = undefined;
    const waiting = this.#waiting;
    this.#waiting = waiting.filter((each) => each.size > size);
    for (const each of waiting) if (each.size <= size) each.done.resolve();
  }

  #failed(why: string, inARow: number): void {
    if (this.#isClosed) return;
    this.#reader.stop();
    if (inARow < PATIENCE) return;
    const fault = new LedgerFault("LEDGER_INDEX", { why });
    this.#refuse(fault);
    this.#reader.refuse(fault);
  }

  #rebuild(): void {
    if (this.#isClosed) return;
    this.#size = 0;
    this.#reader.stop();
    void this.#writer.rebuild();
  }

  #refuse(fault: LedgerFault): void {
    this.#fault = fault;
    for (const { done } of this.#waiting) done.reject(fault);
    this.#waiting = [];
  }
}
