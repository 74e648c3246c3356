import type { Change, PreparedSignature } from "../core/index.ts";
import { Derived } from "./derived.ts";
import type { LedgerFault } from "./fault.ts";
import type { Head, Ledger, Outcome } from "./port.ts";
import type { Publisher } from "./publisher.ts";
import { ReadersFirst } from "./readers-first.ts";
import type { LedgerState } from "./state.ts";
import type {
  IndexStore,
  LedgerClock,
  LogStore,
  MapStore,
  SignaturePool,
  ValueStore,
} from "./stores.ts";
import { LedgerView } from "./view.ts";
import type { BlockWriter, WriterHooks } from "./writer.ts";

/** What a ledger is made of. The driver opened these, and they belong together. */
export type LedgerParts = {
  readonly log: LogStore;
  readonly values: ValueStore;
  readonly state: LedgerState;
  readonly map: MapStore;
  readonly index: IndexStore;
  readonly pool: SignaturePool;
  readonly clock: LedgerClock;
  readonly publisher: Publisher;
  /** Called after the writer has stopped and before the stores close. */
  readonly beforeClose?: (head: Head) => Promise<void>;
  /** Called last: gives the directory back. */
  readonly afterClose?: () => Promise<void>;
};

type Listener = (head: Head, changes: readonly Change[]) => void;

/** A ledger whose bytes this process keeps, whoever decides on the order of its blocks. */
export class LocalLedger extends LedgerView implements Ledger {
  readonly #parts: LedgerParts;
  readonly #writer: BlockWriter;
  readonly #derived: Derived;
  readonly #listeners: Set<Listener>;

  /**
   * @param head where the committed log ends
   * @param write makes the one who writes blocks
   */
  constructor(parts: LedgerParts, head: Head, write: (hooks: WriterHooks) => BlockWriter) {
    const listeners = new Set<Listener>();
    const derived = new Derived(parts);
    const readers = new ReadersFirst(parts.clock);
    const writer = write({
      behind: () => derived.behind(),
      readers,
      committed(newest, { changes, valuesEnd }) {
        derived.take(valuesEnd, newest.size);
        parts.publisher.offer(newest);
        for (const listener of listeners) listener(newest, changes);
      },
    });
    super({ ...parts, writer, readers });
    this.#parts = parts;
    this.#writer = writer;
    this.#derived = derived;
    // What opening made anew may still have to be written.
    derived.take(parts.values.end, head.size);
    this.#listeners = listeners;
  }

  submit(items: readonly Uint8Array[]): Promise<readonly Outcome[]> {
    return this.#writer.submit(items);
  }

  unready(): LedgerFault | undefined {
    return this.#writer.unready() ?? this.#derived.behind();
  }

  checkSignatures(checks: readonly PreparedSignature[]): Promise<readonly boolean[]> {
    return this.#parts.pool.checkBatch(checks);
  }

  /** Takes writes of what was restored: nobody has seen a newer state. */
  confirmRestored(): void {
    this.#writer.confirmRestored();
  }

  onBlock(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close();
    await closeParts(this.#parts, this.head());
  }
}

/** Closes what a ledger is made of; its writer has stopped. */
export async function closeParts(parts: LedgerParts, head: Head): Promise<void> {
  const { publisher, index, pool, map, values, log, beforeClose, afterClose } = parts;
  await publisher.close();
  await beforeClose?.(head);
  await index.close();
  await pool.close();
  await map.close();
  await values.close();
  await log.close();
  await afterClose?.();
}
