const FIRST_CAPACITY = 1 << 12;
const EMPTY = -1;

/** Numbers by numbers too large to be small integers, of which a Map would make an object each. */
export class TokenSlots {
  #capacity = FIRST_CAPACITY;
  #tokens = new Float64Array(FIRST_CAPACITY);
  #slots = new Int32Array(FIRST_CAPACITY).fill(EMPTY);
  #size = 0;

  /** −1 where there is none. */
  get(token: number): number {
    return this.#slots[this.#find(token)] ?? EMPTY;
  }

  /** @returns what was there before; −1 where nothing was */
  replace(token: number, slot: number): number {
    if (2 * this.#size >= this.#capacity) this.#grow();
    const at = this.#find(token);
    const before = this.#slots[at] ?? EMPTY;
    if (before === EMPTY) this.#size += 1;
    this.#tokens[at] = token;
    this.#slots[at] = slot;
    return before;
  }

  clear(): void {
    this.#slots.fill(EMPTY);
    this.#size = 0;
  }

  /** Where a token stands, or would. */
  #find(token: number): number {
    const mask = this.#capacity - 1;
    let at = hashOf(token) & mask;
    while (this.#slots[at] !== EMPTY && this.#tokens[at] !== token) at = (at + 1) & mask;
    return at;
  }

  #grow(): void {
    const [tokens, slots] = [this.#tokens, this.#slots];
    this.#capacity *= 2;
    this.#tokens = new Float64Array(this.#capacity);
    this.#slots = new Int32Array(this.#capacity).fill(EMPTY);
    this.#size = 0;
    for (const [i, slot] of slots.entries()) if (slot !== EMPTY) this.replace(tokens[i] ?? 0, slot);
  }
}

function hashOf(token: number): number {
  const high = Math.floor(token / 2 ** 32);
  const mixed = Math.imul((token >>> 0) ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}
