import { availableParallelism } from "node:os";
import { areSignaturesRight, type PreparedSignature } from "../../../core/index.ts";
import { workerUrl } from "../../../log/index.ts";
import { LedgerFault } from "../../fault.ts";
import type { SignaturePool } from "../../stores.ts";
import { packedBytes } from "./batch.ts";
import { Checker } from "./checker.ts";

/** How signatures are checked off the main thread. */
export type SignaturePoolOptions = {
  /** Worker threads; by default one less than the machine has cores, from one to four. 0 checks on the calling thread. */
  readonly workers?: number;
  /** Bytes that may wait for workers before more is refused with `LEDGER_BUSY`. */
  readonly maxWaitingBytes?: number;
};

/** They check far more than the one thread that applies can take; each more costs some ten megabytes. */
const MOST_WORKERS = 4;

// About 40 000 operations of a usual size: two seconds of one worker.
const MAX_WAITING_BYTES = 16 * 1024 * 1024;

/**
 * Starts the worker threads.
 *
 * `checkBatch` answers as the rules would, whichever thread did the work. It rejects with a `LedgerFault` that reacts as
 * `busy`: `LEDGER_BUSY` where too much waits already, `LEDGER_SIGNATURE_WORKER` where the worker ended (the next batch gets
 * a new one), `LEDGER_CLOSED` after `close`. Then nothing is known of the batch's signatures.
 */
export function openSignaturePool(
  options: SignaturePoolOptions = {},
  dependencies: { readonly worker?: URL } = {},
): SignaturePool {
  const { workers = Math.min(Math.max(1, availableParallelism() - 1), MOST_WORKERS) } = options;
  const { worker = workerUrl("./worker", import.meta.url) } = dependencies;
  if (workers === 0) return onThisThread();
  return new WorkerPool(workers, options.maxWaitingBytes ?? MAX_WAITING_BYTES, worker);
}

function onThisThread(): SignaturePool {
  return {
    checkBatch: async (checks) => areSignaturesRight(checks),
    close: async () => {},
  };
}

// Below this, handing a part to a second worker costs more than it saves.
const MIN_PART_ITEMS = 16;

class WorkerPool implements SignaturePool {
  readonly #checkers: Checker[];
  readonly #maxWaitingBytes: number;
  readonly #worker: URL;
  #waitingBytes = 0;
  #isClosed = false;

  constructor(workers: number, maxWaitingBytes: number, worker: URL) {
    this.#maxWaitingBytes = maxWaitingBytes;
    this.#worker = worker;
    this.#checkers = Array.from({ length: workers }, () => new Checker(worker));
  }

  async checkBatch(checks: readonly PreparedSignature[]): Promise<readonly boolean[]> {
    if (this.#isClosed) throw new LedgerFault("LEDGER_CLOSED");
    const bytes = checks.reduce((sum, check) => sum + packedBytes(check), 0);
    this.#admit(bytes);
    this.#waitingBytes += bytes;
    try {
      const parts = await Promise.all(
        this.#split(checks).map((part) => this.#idlest().check(part)),
      );
      return parts.flatMap((verdicts) => Array.from(verdicts, (verdict) => verdict === 1));
    } finally {
      this.#waitingBytes -= bytes;
    }
  }

  // A batch of any size is taken when nothing waits, so that none can be refused for ever.
  #admit(bytes: number): void {
    const waiting = this.#waitingBytes;
    const max = this.#maxWaitingBytes;
    if (waiting > 0 && waiting + bytes > max) {
      throw new LedgerFault("LEDGER_BUSY", { queue: "signatures", waiting, max });
    }
  }

  #split(checks: readonly PreparedSignature[]): (readonly PreparedSignature[])[] {
    const size = Math.max(MIN_PART_ITEMS, Math.ceil(checks.length / this.#checkers.length));
    const parts: (readonly PreparedSignature[])[] = [];
    for (let at = 0; at < checks.length; at += size) parts.push(checks.slice(at, at + size));
    return parts;
  }

  /** The checker that owes least, in the place of one that ended a new one. */
  #idlest(): Checker {
    for (const [i, checker] of this.#checkers.entries()) {
      if (checker.hasEnded) this.#checkers[i] = new Checker(this.#worker);
    }
    return this.#checkers.reduce((a, b) => (b.owedItems < a.owedItems ? b : a));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#checkers.map((checker) => checker.close()));
  }
}
