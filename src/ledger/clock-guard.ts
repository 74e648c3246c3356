import { LedgerFault } from "./fault.ts";
import type { LedgerClock } from "./stores.ts";

/** Further than this the wall clock may not move against the monotonic one. */
export const MAX_DRIFT_MILLISECONDS: number = 10 * 60 * 1000;

/** A block stamped later than this after the last one asks for confirmation. */
export const MAX_GAP_MILLISECONDS: number = 30 * 24 * 3600 * 1000;

/**
 * Stamps blocks. A time in the log cannot be taken back, so a clock that jumps stops the writing until an operator
 * confirms it.
 */
export class ClockGuard {
  readonly #clock: LedgerClock;
  readonly #confirmed: boolean;
  #wall: number;
  #monotonic: number;

  /** `confirmed`: an operator says that the clock is right now, however far it is from the last block. */
  constructor(clock: LedgerClock, confirmed: boolean) {
    this.#clock = clock;
    this.#confirmed = confirmed;
    this.#wall = clock.wallMilliseconds();
    this.#monotonic = clock.monotonicMilliseconds();
  }

  /**
   * The time of the next block: never before that of the last one.
   *
   * @throws LedgerFault LEDGER_CLOCK
   */
  stamp(lastMilliseconds: number): number {
    const fault = this.judge(lastMilliseconds);
    if (fault !== undefined) throw fault;
    // Small corrections, as NTP makes them, are taken in; only a jump stops us.
    this.#wall = this.#clock.wallMilliseconds();
    this.#monotonic = this.#clock.monotonicMilliseconds();
    return Math.max(this.#wall, lastMilliseconds);
  }

  /** LEDGER_CLOCK, where the clock shows a time that no block after the last one may bear unconfirmed. */
  judge(lastMilliseconds: number): LedgerFault | undefined {
    const wall = this.#clock.wallMilliseconds();
    const drift = wall - this.#wall - (this.#clock.monotonicMilliseconds() - this.#monotonic);
    if (Math.abs(drift) > MAX_DRIFT_MILLISECONDS) {
      return new LedgerFault("LEDGER_CLOCK", { driftMilliseconds: Math.round(drift) });
    }
    const gap = wall - lastMilliseconds;
    const isFar = gap > MAX_GAP_MILLISECONDS || gap < -MAX_DRIFT_MILLISECONDS;
    if (!isFar || this.#confirmed) return undefined;
    return new LedgerFault("LEDGER_CLOCK", { sinceLastBlockMilliseconds: gap });
  }
}
