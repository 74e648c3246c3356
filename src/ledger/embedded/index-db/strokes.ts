/** What a stroke of work left over. */
export type Left = "more" | "nothing now" | "nothing";

/**
 * Does work in strokes. Each has a cost of its own, so after one that did all there was it rests: what comes meanwhile is
 * done together. Who comes after a rest is served at once.
 */
export class Strokes {
  readonly #work: () => Left;
  readonly #restMilliseconds: number;
  #isBusy = false;
  #rest: NodeJS.Timeout | undefined;

  /** `work` says "nothing" when it had nothing to do, "nothing now" when it did all there was. */
  constructor(work: () => Left, restMilliseconds: number) {
    this.#work = work;
    this.#restMilliseconds = restMilliseconds;
  }

  /** There may be something to do. */
  wake(): void {
    if (!this.#isBusy) this.#stroke();
  }

  /** Does not rest any longer. */
  hurry(): void {
    if (this.#rest !== undefined) clearTimeout(this.#rest);
    else if (this.#isBusy) return;
    this.#stroke();
  }

  #stroke(): void {
    this.#rest = undefined;
    this.#isBusy = true;
    const left = this.#work();
    // Orders come in between.
    if (left === "more") setImmediate(() => this.#stroke());
    else if (left === "nothing") this.#isBusy = false;
    else this.#rest = setTimeout(() => this.#stroke(), this.#restMilliseconds);
  }
}
