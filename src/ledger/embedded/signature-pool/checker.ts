import { Worker } from "node:worker_threads";
import type { PreparedSignature } from "../../../core/index.ts";
import { LedgerFault } from "../../fault.ts";
import { SMALL_YOUNG_GENERATION } from "../worker-limits.ts";
import { packBatch } from "./batch.ts";

type Owed = {
  readonly items: number;
  readonly resolve: (verdicts: Uint8Array) => void;
  readonly reject: (fault: LedgerFault) => void;
};

/** One worker thread, and the batches whose answers it still owes. It answers in the order it was asked. */
export class Checker {
  readonly #worker: Worker;
  readonly #owed: Owed[] = [];
  #owedItems = 0;
  #cause: unknown;
  #hasEnded = false;

  constructor(url: URL) {
    // The flags of this process are not for the worker: a test runner's loaders, an inspector's port.
    this.#worker = new Worker(url, {
      execArgv: [],
      resourceLimits: SMALL_YOUNG_GENERATION,
      name: "signatures",
    });
    this.#worker.on("message", (verdicts: Uint8Array) => this.#settle(verdicts));
    this.#worker.on("error", (cause) => {
      this.#cause = cause;
    });
    this.#worker.on("exit", () => this.#fail("LEDGER_SIGNATURE_WORKER"));
  }

  /** Whether the thread is gone; what it owed was answered by a fault. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Items it still owes an answer for. */
  get owedItems(): number {
    return this.#owedItems;
  }

  /** One byte for each check, 1 for a right signature. */
  check(checks: readonly PreparedSignature[]): Promise<Uint8Array> {
    const items = checks.length;
    const buffer = packBatch(checks);
    return new Promise((resolve, reject) => {
      this.#owed.push({ items, resolve, reject });
      this.#owedItems += items;
      this.#worker.postMessage(buffer, [buffer]);
    });
  }

  /** Ends the thread; what it owes is answered by `LEDGER_CLOSED`. */
  async close(): Promise<void> {
    this.#fail("LEDGER_CLOSED");
    await this.#worker.terminate();
  }

  #settle(verdicts: Uint8Array): void {
    const owed = this.#owed.shift();
    this.#owedItems -= owed?.items ?? 0;
    owed?.resolve(verdicts);
  }

  #fail(code: "LEDGER_SIGNATURE_WORKER" | "LEDGER_CLOSED"): void {
    this.#hasEnded = true;
    this.#owedItems = 0;
    for (const { items, reject } of this.#owed.splice(0)) {
      reject(new LedgerFault(code, { items }, { cause: this.#cause }));
    }
  }
}
