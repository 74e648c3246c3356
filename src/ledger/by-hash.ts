import { equalBytes } from "../core/index.ts";
import { randomSpread } from "../log/index.ts";

type Entry<T> = {
  readonly hash: Uint8Array;
  value: T;
  /** Another one whose hash begins alike. */
  next: Entry<T> | undefined;
};

/**
 * What is known of hashes, by the hashes themselves. A text of each as the key of a `Map` would be made again for every
 * question, and take longer than what is asked for.
 */
export class ByHash<T> {
  /** By a number that eight bytes of a hash come to; of those that share it, a chain. */
  readonly #chains = new Map<number, Entry<T>>();
  // Nobody outside knows which hashes share one: what is handed in can be chosen so that its hash begins as that of others.
  readonly #first = randomSpread();
  readonly #second = randomSpread();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(hash: Uint8Array): T | undefined {
    return this.#find(hash)?.value;
  }

  set(hash: Uint8Array, value: T): void {
    const known = this.#find(hash);
    if (known !== undefined) {
      known.value = value;
      return;
    }
    const name = this.#nameOf(hash);
    this.#chains.set(name, { hash, value, next: this.#chains.get(name) });
    this.#size += 1;
  }

  /** Whether there was something to forget. */
  delete(hash: Uint8Array): boolean {
    const name = this.#nameOf(hash);
    let before: Entry<T> | undefined;
    for (let at = this.#chains.get(name); at !== undefined; before = at, at = at.next) {
      if (!equalBytes(at.hash, hash)) continue;
      if (before !== undefined) before.next = at.next;
      else if (at.next !== undefined) this.#chains.set(name, at.next);
      else this.#chains.delete(name);
      this.#size -= 1;
      return true;
    }
    return false;
  }

  *values(): Generator<T> {
    for (const first of this.#chains.values()) {
      for (let at: Entry<T> | undefined = first; at !== undefined; at = at.next) yield at.value;
    }
  }

  clear(): void {
    this.#chains.clear();
    this.#size = 0;
  }

  #find(hash: Uint8Array): Entry<T> | undefined {
    let at = this.#chains.get(this.#nameOf(hash));
    while (at !== undefined && !equalBytes(at.hash, hash)) at = at.next;
    return at;
  }

  /** Thirty bits, so that the engine keeps it as a small integer. */
  #nameOf(hash: Uint8Array): number {
    const mixed =
      Math.imul(wordAt(hash, 0), this.#first) + Math.imul(wordAt(hash, 4), this.#second);
    return mixed >>> 2;
  }
}

function wordAt(hash: Uint8Array, at: number): number {
  return (
    ((hash[at] as number) << 24) |
    ((hash[at + 1] as number) << 16) |
    ((hash[at + 2] as number) << 8) |
    (hash[at + 3] as number)
  );
}
