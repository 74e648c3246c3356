import { type Deferred, defer, pause } from "../deferred.ts";
import type { LedgerClock } from "../stores.ts";

/** So long the first item of a transaction waits for others: where blocks follow each other, and where nothing happens. */
const GATHER_MILLISECONDS = 60;
const IDLE_GATHER_MILLISECONDS = 4;

/** Without a block for so long, nothing happens: the next transaction brings one about. */
const IDLE_MILLISECONDS = 1000;

/** A proposal that comes to nothing holds up what waits for so long at most. */
const HELD_MILLISECONDS = 1000;

/**
 * When what waits is handed to the engine. A transaction costs all validators the same whether it holds one item or hundreds, and
 * what is handed in after a proposal was made comes into the next one at the earliest: so items gather while a block is being
 * decided, and go together when it is committed.
 */
export class Rhythm {
  readonly #clock: LedgerClock;
  #proposedAt: number | undefined;
  #committedAt = Number.NEGATIVE_INFINITY;
  #awaited: Deferred<void> | undefined;

  constructor(clock: LedgerClock) {
    this.#clock = clock;
  }

  /** A proposal was shown: it is being decided. */
  proposed(): void {
    this.#proposedAt ??= this.#clock.monotonicMilliseconds();
  }

  /** A block was committed, and the next one is to be proposed. */
  committed(): void {
    this.#proposedAt = undefined;
    this.#committedAt = this.#clock.monotonicMilliseconds();
    this.full();
  }

  /** There is nothing to wait for. */
  full(): void {
    this.#awaited?.resolve();
  }

  /** Resolves when it is time; one waits at a time. */
  async moment(): Promise<void> {
    this.#awaited = defer();
    await Promise.race([this.#awaited.promise, pause(this.#patience())]);
    this.#awaited = undefined;
  }

  #patience(): number {
    const now = this.#clock.monotonicMilliseconds();
    const held = this.#proposedAt === undefined ? undefined : now - this.#proposedAt;
    if (held !== undefined && held < HELD_MILLISECONDS) return HELD_MILLISECONDS - held;
    const isIdle = now - this.#committedAt > IDLE_MILLISECONDS;
    return isIdle ? IDLE_GATHER_MILLISECONDS : GATHER_MILLISECONDS;
  }
}
