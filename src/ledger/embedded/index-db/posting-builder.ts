import { TRIPLES } from "./layout.ts";
import { encodeSegment } from "./posting.ts";

const FIRST_ENTRIES = 1 << 18;

/**
 * Gathers which records of a chunk have which tokens, and gives them out token by token. Records come in rising order;
 * a token that a record has twice counts once.
 */
export class PostingBuilder {
  // ASCII triples find their slot in a table, other tokens in a map: nearly all tokens are triples.
  readonly #triples = new Int32Array(TRIPLES);
  readonly #others = new Map<number, number>();
  readonly #tokens: number[] = [];
  readonly #last: number[] = [];
  readonly #counts: number[] = [];
  #entries = 0;
  #slots = new Int32Array(FIRST_ENTRIES);
  #offsets = new Uint16Array(FIRST_ENTRIES);

  /** How much was gathered, in (record, token) pairs. */
  get size(): number {
    return this.#entries;
  }

  add(token: number, offset: number): void {
    const slot = this.#slotOf(token);
    if (this.#last[slot] === offset) return;
    this.#last[slot] = offset;
    this.#counts[slot] = (this.#counts[slot] ?? 0) + 1;
    if (this.#entries === this.#slots.length) this.#grow();
    this.#slots[this.#entries] = slot;
    this.#offsets[this.#entries++] = offset;
  }

  /** Hands out each token with the records of this chunk that have it, in the order of tokens, and begins anew. */
  drain(chunk: number, visit: (token: number, segment: Buffer) => void): void {
    const starts = this.#starts();
    const sorted = this.#sortBySlot(starts);
    const order = this.#tokens.map((_, slot) => slot);
    order.sort((a, b) => (this.#tokens[a] ?? 0) - (this.#tokens[b] ?? 0));
    for (const slot of order) {
      const segment = encodeSegment(chunk, sorted, starts[slot] ?? 0, this.#counts[slot] ?? 0);
      visit(this.#tokens[slot] ?? 0, segment);
    }
    this.#clear();
  }

  #slotOf(token: number): number {
    // Slots in the table count from 1, so that 0 says "none yet".
    const known = token < TRIPLES ? (this.#triples[token] ?? 0) - 1 : this.#others.get(token);
    if (known !== undefined && known >= 0) return known;
    const slot = this.#tokens.length;
    this.#tokens.push(token);
    this.#last.push(-1);
    this.#counts.push(0);
    if (token < TRIPLES) this.#triples[token] = slot + 1;
    else this.#others.set(token, slot);
    return slot;
  }

  #starts(): Int32Array {
    const starts = new Int32Array(this.#counts.length);
    let at = 0;
    for (const [slot, count] of this.#counts.entries()) {
      starts[slot] = at;
      at += count;
    }
    return starts;
  }

  #sortBySlot(starts: Int32Array): Uint16Array {
    const sorted = new Uint16Array(this.#entries);
    const ends = starts.slice();
    for (let i = 0; i < this.#entries; i++) {
      const slot = this.#slots[i] ?? 0;
      const at = ends[slot] ?? 0;
      sorted[at] = this.#offsets[i] ?? 0;
      ends[slot] = at + 1;
    }
    return sorted;
  }

  #clear(): void {
    for (const token of this.#tokens) if (token < TRIPLES) this.#triples[token] = 0;
    this.#others.clear();
    this.#tokens.length = 0;
    this.#last.length = 0;
    this.#counts.length = 0;
    this.#entries = 0;
  }

  #grow(): void {
    const slots = new Int32Array(2 * this.#slots.length);
    const offsets = new Uint16Array(2 * this.#offsets.length);
    slots.set(this.#slots);
    offsets.set(this.#offsets);
    this.#slots = slots;
    this.#offsets = offsets;
  }
}
