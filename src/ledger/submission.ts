import { type Deferred, defer } from "./deferred.ts";
import type { LedgerFault } from "./fault.ts";
import type { Outcome } from "./port.ts";

/**
 * What one request handed in and how much of it is answered: one promise for all of it, because one for each of thousands
 * of operations a second would cost as much as judging them.
 */
export class Submission {
  readonly #outcomes: Outcome[];
  readonly #done: Deferred<readonly Outcome[]> = defer();
  #left: number;

  constructor(items: number) {
    this.#outcomes = new Array(items);
    this.#left = items;
    if (items === 0) this.#done.resolve([]);
  }

  /** The outcomes in the order of the items. Rejects with the fault that took the first of them. */
  get outcomes(): Promise<readonly Outcome[]> {
    return this.#done.promise;
  }

  settle(position: number, outcome: Outcome): void {
    this.#outcomes[position] = outcome;
    this.#left -= 1;
    if (this.#left === 0) this.#done.resolve(this.#outcomes);
  }

  fail(fault: LedgerFault): void {
    this.#done.reject(fault);
  }
}
