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

type Waiting = Owed & { readonly checks: readonly PreparedSignature[] };

// A message costs as much as half a signature. What is much longer than that need not wait for others: the thread checks it
// while this one is still reading what else has come.
const MAX_MESSAGE_ITEMS = 16;

/**
 * One worker thread, and the batches whose answers it still owes. It answers in the order it was asked; small batches that
 * come in one turn of the event loop, as from many connections, go to it as one.
 */
export class Checker {
  readonly #worker: Worker;
  readonly #owed: (readonly Owed[])[] = [];
  #waiting: Waiting[] = [];
  #waitingItems = 0;
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
    return new Promise((resolve, reject) => {
      if (this.#waitingItems + items > MAX_MESSAGE_ITEMS) this.#send();
      if (this.#waiting.length === 0) setImmediate(() => this.#send());
      this.#waiting.push({ checks, items, resolve, reject });
      this.#waitingItems += items;
      this.#owedItems += items;
      if (this.#waitingItems >= MAX_MESSAGE_ITEMS) this.#send();
    });
  }

  #send(): void {
    const batches = this.#waiting;
    if (batches.length === 0) return;
    this.#waiting = [];
    this.#waitingItems = 0;
    const buffer = packBatch(batches.flatMap(({ checks }) => checks));
    this.#owed.push(batches);
    this.#worker.postMessage(buffer, [buffer]);
  }

  /** Ends the thread; what it owes is answered by `LEDGER_CLOSED`. */
  async close(): Promise<void> {
    this.#fail("LEDGER_CLOSED");
    await this.#worker.terminate();
  }

  #settle(verdicts: Uint8Array): void {
    let at = 0;
    for (const { items, resolve } of this.#owed.shift() ?? []) {
      this.#owedItems -= items;
      resolve(verdicts.subarray(at, at + items));
      at += items;
    }
  }

  #fail(code: "LEDGER_SIGNATURE_WORKER" | "LEDGER_CLOSED"): void {
    this.#hasEnded = true;
    this.#owedItems = 0;
    const batches = [...this.#owed.splice(0).flat(), ...this.#waiting.splice(0)];
    this.#waitingItems = 0;
    for (const { items, reject } of batches) {
      reject(new LedgerFault(code, { items }, { cause: this.#cause }));
    }
  }
}
