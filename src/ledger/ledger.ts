import type { Change } from "../core/index.ts";
import type { ClockGuard } from "./clock-guard.ts";
import { Derived } from "./derived.ts";
import type { LedgerFault } from "./fault.ts";
import type { Head, Ledger, Outcome } from "./port.ts";
import type { Publisher } from "./publisher.ts";
import { ReadersFirst } from "./readers-first.ts";
import { Sequencer, type SequencerOptions } from "./sequencer.ts";
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

/** What a ledger is made of. The driver opened these, and they belong together. */
export type LedgerParts = {
  readonly log: LogStore;
  readonly values: ValueStore;
  readonly state: LedgerState;
  readonly map: MapStore;
  readonly index: IndexStore;
  readonly pool: SignaturePool;
  readonly guard: ClockGuard;
  readonly clock: LedgerClock;
  readonly publisher: Publisher;
  /** Called after the writer has stopped and before the stores close. */
  readonly beforeClose?: (head: Head) => Promise<void>;
  /** Called last: gives the directory back. */
  readonly afterClose?: () => Promise<void>;
};

type Listener = (head: Head, changes: readonly Change[]) => void;

/** A ledger that one process writes, whatever keeps its bytes. */
export class LocalLedger extends LedgerView implements Ledger {
  readonly #parts: LedgerParts;
  readonly #sequencer: Sequencer;
  readonly #derived: Derived;
  readonly #listeners: Set<Listener>;

  constructor(
    parts: LedgerParts,
    options: Omit<SequencerOptions, "committed" | "behind" | "readers">,
  ) {
    const listeners = new Set<Listener>();
    const derived = new Derived(parts);
    const readers = new ReadersFirst(parts.clock);
    const sequencer = new Sequencer(parts, {
      ...options,
      behind: () => derived.behind(),
      readers,
      committed(head, { changes, valuesEnd }) {
        derived.take(valuesEnd, head.size);
        parts.publisher.offer(head);
        for (const listener of listeners) listener(head, changes);
      },
    });
    super({ ...parts, sequencer, readers });
    this.#parts = parts;
    this.#sequencer = sequencer;
    this.#derived = derived;
    // What opening made anew may still have to be written.
    derived.take(parts.values.end, options.head.size);
    this.#listeners = listeners;
  }

  submit(items: readonly Uint8Array[]): Promise<readonly Outcome[]> {
    return this.#sequencer.submit(items);
  }

  unready(): LedgerFault | undefined {
    return this.#sequencer.unready() ?? this.#derived.behind();
  }

  /** Takes writes of what was restored: nobody has seen a newer state. */
  confirmRestored(): void {
    this.#sequencer.confirmRestored(this.#parts.guard.judge(this.head().timeMilliseconds));
  }

  onBlock(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sequencer.close();
    const { publisher, index, pool, map, values, log, beforeClose, afterClose } = this.#parts;
    await publisher.close();
    await beforeClose?.(this.head());
    await index.close();
    await pool.close();
    await map.close();
    await values.close();
    await log.close();
    await afterClose?.();
  }
}
