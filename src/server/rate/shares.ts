/** Of a room that all have together, how much each one holds: nobody takes all of it from the others. */
export class Shares {
  readonly #held = new Map<string, number>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  isFull(who: string): boolean {
    return (this.#held.get(who) ?? 0) >= this.#max;
  }

  /** `false` when they hold as much as they may. */
  take(who: string): boolean {
    if (this.isFull(who)) return false;
    this.#held.set(who, (this.#held.get(who) ?? 0) + 1);
    return true;
  }

  giveBack(who: string): void {
    const left = (this.#held.get(who) ?? 0) - 1;
    if (left > 0) this.#held.set(who, left);
    else this.#held.delete(who);
  }
}
