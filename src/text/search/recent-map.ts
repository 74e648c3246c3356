/**
 * A map that keeps at least the last `capacity` keys it was asked for, and at most twice as many: two generations,
 * of which the older is dropped as a whole.
 */
export class RecentMap<K, V> {
  readonly #capacity: number;
  #young: Map<K, V> = new Map();
  #old: Map<K, V> = new Map();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  get(key: K): V | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: K, value: V): void {
    if (this.#young.size >= this.#capacity) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }
}
