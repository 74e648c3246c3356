/**
 * Of a room that all have together, how much each one holds: nobody takes all of it from the others. Programs on the machine
 * itself have no name here, and are not counted apart.
 */
export class Shares {
  readonly #held = new Map<string, number>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  /** Whether so much more would be too much. */
  isFull(who: string | undefined, amount = 1): boolean {
    return who !== undefined && (this.#held.get(who) ?? 0) + amount > this.#max;
  }

  /** `false` when they would hold more than they may; then nothing was taken. */
  take(who: string | undefined, amount = 1): boolean {
    if (this.isFull(who, amount)) return false;
    this.hold(who, amount);
    return true;
  }

  /** What they hold already, from before the process began. */
  hold(who: string | undefined, amount = 1): void {
    if (who !== undefined) this.#held.set(who, (this.#held.get(who) ?? 0) + amount);
  }

  giveBack(who: string | undefined, amount = 1): void {
    if (who === undefined) return;
    const left = (this.#held.get(who) ?? 0) - amount;
    if (left > 0) this.#held.set(who, left);
    else this.#held.delete(who);
  }
}
