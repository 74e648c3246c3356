import { MAX_RETRY_SECONDS, MAX_WAITING_BYTES, MAX_WRITES_WAITING } from "../limits.ts";
import type { AnyRefusal } from "../problem/problem.ts";

/** Longer than a block takes: operations are served block by block. */
const WINDOW_MILLISECONDS = 3000;

/**
 * Requests whose operations wait for the ledger. Whoever finds no room is told before anything is read, and when to come back: the
 * more were turned away for each that was served, the later, since refusing takes the time that serving needs.
 */
export class WaitingRoom {
  readonly #clock: () => number;
  #inside = 0;
  #bytes = 0;
  #began: number;
  #served = 0;
  #turnedAway = 0;
  /** Of the last window that is over. */
  #crowd = 0;

  constructor(clock: () => number) {
    this.#clock = clock;
    this.#began = clock();
  }

  /** Why nobody comes in just now; `undefined` while there is room. */
  full(): AnyRefusal | undefined {
    if (this.#inside < MAX_WRITES_WAITING && this.#bytes < MAX_WAITING_BYTES) return undefined;
    this.#turn();
    const retryAfter = this.#seconds();
    this.#turnedAway += 1;
    return { code: "HTTP_BUSY", retryAfter, what: "operations" };
  }

  /** To be called while there is room, and then `leave` with the same. */
  enter(bytes: number): void {
    this.#inside += 1;
    this.#bytes += bytes;
  }

  leave(bytes: number): void {
    this.#inside -= 1;
    this.#bytes -= bytes;
    this.#turn();
    this.#served += 1;
  }

  /** Spread over as long again: those who were turned away together do not come back together. */
  #seconds(): number {
    const spread = this.#crowd === 0 ? 0 : this.#turnedAway % (this.#crowd + 1);
    return Math.min(MAX_RETRY_SECONDS, Math.max(1, this.#crowd + spread));
  }

  #turn(): void {
    const now = this.#clock();
    // Also where the clock was set back.
    if (now >= this.#began && now - this.#began < WINDOW_MILLISECONDS) return;
    this.#crowd = Math.min(
      MAX_RETRY_SECONDS,
      Math.ceil(this.#turnedAway / Math.max(1, this.#served)),
    );
    this.#began = now;
    this.#served = 0;
    this.#turnedAway = 0;
  }
}
