import { type Deferred, defer, pause } from "../deferred.ts";
import type { LedgerClock } from "../stores.ts";

/** So long the first item of a transaction waits for others: where blocks follow each other, and where nothing happens. */
const GATHER_MILLISECONDS = 60;
const IDLE_GATHER_MILLISECONDS = 4;

/** Without a block for so long, nothing happens: the next transaction brings one about. */
const IDLE_MILLISECONDS = 1000;

/** A proposal that comes to nothing holds up what waits for so long at most. */
const HELD_MILLISECONDS = 1000;

/** So long before a proposal shows, a transaction has to be handed in to come into it: whoever proposes must have been told. */
const LEAD_MILLISECONDS = 150;

/**
 * When what waits is handed to the engine. A transaction costs all validators the same whether it holds one item or hundreds, and
 * what is handed in after a proposal was made comes into the next one at the earliest: so items gather while a block is being
 * decided, and go together when it is committed. What comes after that would not reach whoever proposes next, unless validators pause
 * for longer between blocks; it waits for that commit then.
 */
export class Rhythm {
  readonly #clock: LedgerClock;
  readonly #isBlockComing: () => boolean;
  #proposedAt: number | undefined;
  #committedAt = Number.NEGATIVE_INFINITY;
  /** Whether there was something to propose when the last block was committed. */
  #followed = false;
  /** From a commit to the next proposal, where one follows the other. */
  #pause = 0;
  #awaited: Deferred<void> | undefined;

  /** @param isBlockComing whether the engine has something to propose */
  constructor(clock: LedgerClock, isBlockComing: () => boolean) {
    this.#clock = clock;
    this.#isBlockComing = isBlockComing;
  }

  /** A proposal was shown: it is being decided. */
  proposed(): void {
    if (this.#proposedAt !== undefined) return;
    this.#proposedAt = this.#clock.monotonicMilliseconds();
    if (this.#followed) this.#pause = this.#proposedAt - this.#committedAt;
    this.#followed = false;
  }

  /** A block was committed, and the next one is to be proposed. */
  committed(): void {
    this.#proposedAt = undefined;
    this.#committedAt = this.#clock.monotonicMilliseconds();
    this.#followed = this.#awaited !== undefined || this.#isBlockComing();
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
    const since = now - this.#committedAt;
    if (since > IDLE_MILLISECONDS) return IDLE_GATHER_MILLISECONDS;
    if (!this.#isBlockComing()) return GATHER_MILLISECONDS;
    const latest = Math.min(this.#pause - LEAD_MILLISECONDS, IDLE_MILLISECONDS);
    const isWorthIt = latest >= GATHER_MILLISECONDS && since < latest;
    return (isWorthIt ? latest : IDLE_MILLISECONDS) - since;
  }
}
