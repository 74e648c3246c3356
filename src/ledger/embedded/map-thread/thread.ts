import { Worker } from "node:worker_threads";
import type { Hash, MapPath } from "../../../core/index.ts";
import { workerUrl } from "../../../log/index.ts";
import { type Deferred, defer } from "../../deferred.ts";
import { LedgerFault } from "../../fault.ts";
import type { AppliedChanges, Undo } from "../../state.ts";
import type { BlockMoment, MapStore } from "../../stores.ts";
import { SMALL_YOUNG_GENERATION } from "../worker-limits.ts";
import type { FoundSnapshot, MapOrder, MapReport, MapThreadData } from "./messages.ts";

/**
 * The map in a thread of its own: while it takes a block in, this thread applies the next one and answers readers. When the
 * thread ends before `close`, whoever waits for it hears `LEDGER_MAP`.
 */
export class MapThread implements MapStore {
  readonly #worker: Worker;
  readonly #syncValues: () => Promise<void>;
  readonly #opened: Deferred<FoundSnapshot | undefined> = defer();
  readonly #asked = new Map<number, Deferred<unknown>>();
  #ids = 0;
  #cause: unknown;
  #fault: LedgerFault | undefined;

  private constructor(data: MapThreadData, syncValues: () => Promise<void>) {
    this.#syncValues = syncValues;
    const url = workerUrl("./worker", import.meta.url);
    // The flags of this process are not for the worker: a test runner's loaders, an inspector's port.
    this.#worker = new Worker(url, {
      execArgv: [],
      resourceLimits: SMALL_YOUNG_GENERATION,
      name: "map",
      workerData: data,
    });
    this.#worker.on("message", (report: MapReport) => this.#take(report));
    this.#worker.on("error", (cause) => {
      this.#cause = cause;
    });
    this.#worker.on("exit", () =>
      this.#fail(new LedgerFault("LEDGER_MAP", {}, { cause: this.#cause })),
    );
  }

  /**
   * Starts the thread, with what the snapshot holds if it is whole. Whether that is of this log is the caller's to say:
   * `reset` begins anew.
   *
   * @param syncValues makes the values durable that a snapshot vouches for
   */
  static async open(
    data: MapThreadData,
    syncValues: () => Promise<void>,
  ): Promise<{ readonly map: MapThread; readonly found: FoundSnapshot | undefined }> {
    const map = new MapThread(data, syncValues);
    return { map, found: await map.#opened.promise };
  }

  reset(): void {
    this.#order({ kind: "reset" });
  }

  update(changes: AppliedChanges, moment: BlockMoment): Promise<Hash> {
    const { keys, values, refs } = changes.puts;
    return this.#ask(
      (id) => ({ kind: "update", id, changes, moment }),
      [keys.buffer as ArrayBuffer, values.buffer as ArrayBuffer, refs.buffer as ArrayBuffer],
    );
  }

  takeBack(undo: Undo): Promise<Hash> {
    return this.#ask((id) => ({ kind: "takeBack", id, undo }));
  }

  prove(keyHashes: readonly Uint8Array[]): Promise<readonly MapPath[]> {
    return this.#ask((id) => ({ kind: "prove", id, keyHashes }));
  }

  pin(size: number): void {
    this.#order({ kind: "pin", size });
  }

  keepPins(sizes: readonly number[]): void {
    this.#order({ kind: "keepPins", sizes });
  }

  provePinned(
    size: number,
    keyHashes: readonly Uint8Array[],
  ): Promise<readonly MapPath[] | undefined> {
    return this.#ask((id) => ({ kind: "prove", id, keyHashes, pinned: size }));
  }

  /** Writes a snapshot. @returns where the values end that it vouches for */
  snapshot(): Promise<number> {
    return this.#ask((id) => ({ kind: "snapshot", id }));
  }

  async close(): Promise<void> {
    this.#fail(new LedgerFault("LEDGER_CLOSED"));
    await this.#worker.terminate();
  }

  #ask<T>(order: (id: number) => MapOrder, transfer: ArrayBuffer[] = []): Promise<T> {
    if (this.#fault !== undefined) return Promise.reject(this.#fault);
    const id = this.#ids++;
    const asked = defer<T>();
    // The kind of an order says what its answer is.
    this.#asked.set(id, asked as Deferred<unknown>);
    this.#order(order(id), transfer);
    return asked.promise;
  }

  #order(order: MapOrder, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(order, transfer);
  }

  #take(report: MapReport): void {
    if (report.kind === "opened") this.#opened.resolve(report.found);
    else if (report.kind === "updated") this.#answer(report.id, report.root);
    else if (report.kind === "proved") this.#answer(report.id, report.paths);
    else if (report.kind === "snapshotted") this.#answer(report.id, report.valuesEnd);
    else if (report.kind === "notSnapshotted") this.#refuse(report.id, report.why);
    else void this.#syncForSnapshot();
  }

  async #syncForSnapshot(): Promise<void> {
    const why = await this.#syncValues().then(() => undefined, String);
    this.#order({ kind: "valuesSynced", ...(why !== undefined && { why }) });
  }

  #refuse(id: number, why: string): void {
    this.#asked.get(id)?.reject(new Error(why));
    this.#asked.delete(id);
  }

  #answer(id: number, answer: unknown): void {
    this.#asked.get(id)?.resolve(answer);
    this.#asked.delete(id);
  }

  #fail(fault: LedgerFault): void {
    this.#fault ??= fault;
    this.#opened.reject(fault);
    for (const asked of this.#asked.values()) asked.reject(fault);
    this.#asked.clear();
  }
}
