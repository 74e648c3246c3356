import { Worker } from "node:worker_threads";
import type { LedgerCounts } from "../../port.ts";
import { MEDIUM_YOUNG_GENERATION } from "../worker-limits.ts";
import type { Failure, WriterData, WriterOrder, WriterReport } from "./messages.ts";

const FIRST_PAUSE_MILLISECONDS = 50;
const MAX_PAUSE_MILLISECONDS = 30_000;

export type WriterEvents = {
  /** A thread has the database open; any connection from before may look at another file. */
  opened(): void;
  progress(size: number, counts: LedgerCounts): void;
  /** The thread ended; another one begins after a pause. */
  failed(failure: Failure, failuresInARow: number): void;
};

/** Keeps one writing thread alive. Whatever ends it, the next one begins where its last transaction ended. */
export class WriterHandle {
  readonly #url: URL;
  readonly #data: Omit<WriterData, "isAnew">;
  readonly #events: WriterEvents;
  #worker: Worker | undefined;
  #order: Exclude<WriterOrder, "close"> | undefined;
  /** What the thread was told last and has not reached yet. */
  #told: Exclude<WriterOrder, "close"> | undefined;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  #isClosing = false;

  constructor(url: URL, data: Omit<WriterData, "isAnew">, events: WriterEvents) {
    this.#url = url;
    this.#data = data;
    this.#events = events;
    this.#start(false);
  }

  advance(end: number, size: number): void {
    this.#order = { end, size };
    this.#tell();
  }

  /** A message for each block would cost as much as an operation: while the thread is at work, it is told nothing new. */
  #tell(): void {
    if (this.#told !== undefined || this.#order === undefined) return;
    this.#worker?.postMessage(this.#order);
    this.#told = this.#order;
    this.#order = undefined;
  }

  /** Somebody read what cannot be: begins again with an empty database. */
  async rebuild(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
    if (!this.#isClosing) this.#start(true);
  }

  /** Resolves when everything that was written is on the disk. */
  async close(): Promise<void> {
    this.#isClosing = true;
    clearTimeout(this.#timer);
    const worker = this.#worker;
    if (worker === undefined) return;
    const ended = new Promise((resolve) => worker.once("exit", resolve));
    worker.postMessage("close" satisfies WriterOrder);
    await ended;
  }

  #start(isAnew: boolean): void {
    clearTimeout(this.#timer);
    const workerData: WriterData = { ...this.#data, isAnew };
    // The flags of this process are not for the worker: a test runner's loaders, an inspector's port.
    const worker = new Worker(this.#url, {
      execArgv: [],
      resourceLimits: MEDIUM_YOUNG_GENERATION,
      name: "index writer",
      workerData,
    });
    this.#worker = worker;
    let failure: Failure = { kind: "failure", why: "the thread ended", isDamaged: false };
    let isOpen = false;
    worker.on("message", (report: WriterReport) => {
      if (report.kind === "failure") {
        failure = report;
      } else {
        if (!isOpen) this.#events.opened();
        else this.#failures = 0;
        isOpen = true;
        this.#events.progress(report.size, report.counts);
        if (report.size < (this.#told?.size ?? 0)) return;
        this.#told = undefined;
        this.#tell();
      }
    });
    worker.on("error", (cause) => {
      failure = { kind: "failure", why: cause.message, isDamaged: false };
    });
    worker.on("exit", () => {
      if (this.#worker === worker) this.#ended(failure);
    });
    // What the thread before it had been told and not done.
    this.#order ??= this.#told;
    this.#told = undefined;
    this.#tell();
  }

  #ended(failure: Failure): void {
    this.#worker = undefined;
    if (this.#isClosing) return;
    this.#failures += 1;
    this.#events.failed(failure, this.#failures);
    const pause = FIRST_PAUSE_MILLISECONDS * 4 ** (this.#failures - 1);
    this.#timer = setTimeout(
      () => this.#start(failure.isDamaged),
      Math.min(pause, MAX_PAUSE_MILLISECONDS),
    ).unref();
  }
}
