import { turn } from "../log/index.ts";
import type { LedgerClock } from "./stores.ts";

/** So long a block may keep readers waiting before they get a turn. */
const SLICE_MILLISECONDS = 2;

/** Cuts the making of a block into slices, and knows how long all of them took. */
export class Slices {
  readonly #clock: LedgerClock;
  #began: number;
  #before = 0;

  constructor(clock: LedgerClock) {
    this.#clock = clock;
    this.#began = clock.monotonicMilliseconds();
  }

  /** Gives whoever waits a turn, if this slice has lasted long enough. */
  turn(): Promise<void> | undefined {
    const spent = this.#clock.monotonicMilliseconds() - this.#began;
    return spent < SLICE_MILLISECONDS ? undefined : this.#cut(spent);
  }

  /** Without the turns in between. */
  spentMilliseconds(): number {
    return this.#before + this.#clock.monotonicMilliseconds() - this.#began;
  }

  async #cut(spent: number): Promise<void> {
    this.#before += spent;
    await turn();
    this.#began = this.#clock.monotonicMilliseconds();
  }
}
