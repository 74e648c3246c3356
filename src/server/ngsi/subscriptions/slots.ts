import { turn } from "../../../ledger/index.ts";
import {
  MAX_NOTIFYING,
  MAX_NOTIFYING_HOST,
  MAX_NOTIFYING_SLOW,
  MAX_NOTIFYING_SLOW_HOST,
} from "../../limits.ts";

/** A way of going: those who answered before, and those who did not. */
export type Lane = "fast" | "slow";

const MAX = { fast: MAX_NOTIFYING, slow: MAX_NOTIFYING_SLOW } as const;
const MAX_OF_HOST = { fast: MAX_NOTIFYING_HOST, slow: MAX_NOTIFYING_SLOW_HOST } as const;

const BEGUN_TOGETHER = 16;

type Waiting = { readonly host: string; readonly begin: () => void };

/**
 * How many notifications are under way at once. Whoever did not answer the last time goes in a lane of its own: silent ones never
 * stand in the way of the others for longer than it takes to find out. Of both lanes one host has only a part, however it answers.
 */
export class Slots {
  readonly #count = { fast: 0, slow: 0 };
  #begun = 0;
  readonly #hosts = { fast: new Map<string, number>(), slow: new Map<string, number>() };
  readonly #waiting: { readonly [L in Lane]: Waiting[] } = { fast: [], slow: [] };

  async run<T>(lane: Lane, host: string, work: () => Promise<T>): Promise<T> {
    if (!this.#isFree(lane, host)) {
      await new Promise<void>((begin) => this.#waiting[lane].push({ host, begin }));
    } else {
      this.#take(lane, host);
    }
    this.#begun += 1;
    // Many begin with one entry: those who were first are heard in between.
    if (this.#begun % BEGUN_TOGETHER === 0) await turn();
    try {
      return await work();
    } finally {
      this.#give(lane, host);
    }
  }

  #isFree(lane: Lane, host: string): boolean {
    const own = this.#hosts[lane].get(host) ?? 0;
    return this.#count[lane] < MAX[lane] && own < MAX_OF_HOST[lane];
  }

  #take(lane: Lane, host: string): void {
    this.#count[lane] += 1;
    const hosts = this.#hosts[lane];
    hosts.set(host, (hosts.get(host) ?? 0) + 1);
  }

  #give(lane: Lane, host: string): void {
    this.#count[lane] -= 1;
    const hosts = this.#hosts[lane];
    const left = (hosts.get(host) ?? 1) - 1;
    if (left === 0) hosts.delete(host);
    else hosts.set(host, left);
    const next = this.#waiting[lane].findIndex((each) => this.#isFree(lane, each.host));
    const [found] = next < 0 ? [] : this.#waiting[lane].splice(next, 1);
    if (found === undefined) return;
    // Taken here: between now and when it begins nobody else may come.
    this.#take(lane, found.host);
    found.begin();
  }
}
