import type { SearchSteps } from "./search.ts";

/** One turn; the others wait as long. */
const TURN_MILLISECONDS = 4;

/** Turns together; then a search gives what it has, with a cursor to go on. */
const MAX_MILLISECONDS = 1000;

type Job<T> = {
  readonly steps: SearchSteps<T>;
  readonly done: (value: T) => void;
  readonly failed: (cause: unknown) => void;
  spent: number;
};

/** Carries out several jobs in turns on one thread, so that short ones need not wait for long ones. */
export class Turns<T> {
  readonly #jobs: Job<T>[] = [];
  readonly #now: () => number;
  #isRunning = false;

  constructor(now: () => number) {
    this.#now = now;
  }

  add(steps: SearchSteps<T>, done: (value: T) => void, failed: (cause: unknown) => void): void {
    this.#jobs.push({ steps, done, failed, spent: 0 });
    if (!this.#isRunning) this.#schedule();
  }

  #schedule(): void {
    this.#isRunning = this.#jobs.length > 0;
    if (this.#isRunning) setImmediate(() => this.#turn());
  }

  #turn(): void {
    const job = this.#jobs.shift();
    if (job === undefined) return;
    const began = this.#now();
    try {
      const result = this.#advance(job, began);
      job.spent += this.#now() - began;
      if (result.done === true) job.done(result.value);
      else this.#jobs.push(job);
    } catch (cause) {
      job.failed(cause);
    }
    this.#schedule();
  }

  #advance({ steps, spent }: Job<T>, began: number): IteratorResult<undefined, T> {
    for (;;) {
      const elapsed = this.#now() - began;
      const result = steps.next(spent + elapsed < MAX_MILLISECONDS);
      if (result.done === true || elapsed >= TURN_MILLISECONDS) return result;
    }
  }
}
