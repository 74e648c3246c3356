import { ChunkUnion, type RunsBySlot } from "./chunk-union.ts";
import { TRIPLES } from "./layout.ts";
import { encodeSegment } from "./posting.ts";
import type { TokenGroup, TokenVisitor } from "./token-group.ts";
import { TokenSlots } from "./token-slots.ts";

const FIRST_SLOTS = 1 << 14;
const FIRST_RUNS = 1 << 16;

/**
 * Gathers which records of a chunk have which tokens, and gives them out token by token. Records come in rising order;
 * a token that a record has twice counts once. Neighbours share most of their tokens, so runs of records are gathered.
 */
export class TokenBuilder implements TokenVisitor {
  // ASCII triples find their slot in a table, other tokens by hash: nearly all tokens are triples.
  readonly #triples = new Int32Array(TRIPLES);
  readonly #others = new TokenSlots();
  /** Slots of groups, which are taken apart at the end. */
  readonly #groups = new Map<TokenGroup, number>();
  #offset = 0;
  #slots = 0;
  #tokens = new Float64Array(FIRST_SLOTS);
  /** Of each slot: its run that may still grow. */
  #first = new Int32Array(FIRST_SLOTS);
  #last = new Int32Array(FIRST_SLOTS);
  /** Of each slot: how many runs of it have ended. */
  #counts = new Int32Array(FIRST_SLOTS);
  // The runs that have ended, as they came.
  #runs = 0;
  #runSlots = new Int32Array(FIRST_RUNS);
  #runFirsts = new Uint16Array(FIRST_RUNS);
  #runLasts = new Uint16Array(FIRST_RUNS);

  /** What is told from now on belongs to the record at this offset within the chunk. */
  next(offset: number): void {
    this.#offset = offset;
  }

  token(token: number): void {
    this.#add(this.#slotOf(token));
  }

  group(group: TokenGroup): void {
    const known = this.#groups.get(group);
    if (known !== undefined) {
      this.#add(known);
      return;
    }
    const slot = this.#newSlot(GROUP);
    this.#groups.set(group, slot);
    this.#add(slot);
  }

  /**
   * Hands out each token in order, with `length` bytes of `segmentScratch`: the records of this chunk that have it. Then
   * it begins anew.
   */
  drain(chunk: number, visit: (token: number, length: number) => void): void {
    const shares = this.#shares();
    for (let slot = 0; slot < this.#slots; slot++) {
      if (this.#last[slot] !== NONE) this.#endRun(slot);
    }
    const runs = this.#runsBySlot();
    const union = new ChunkUnion();
    for (const token of this.#tokens.slice(0, this.#slots).sort()) {
      if (token === GROUP) continue;
      const slot = this.#slotOf(token);
      const groups = shares.get(slot);
      const whose = groups === undefined ? undefined : union.of(runs, [slot, ...groups]);
      const { firsts, lasts, starts } = runs;
      const length =
        whose === undefined
          ? encodeSegment(chunk, firsts, lasts, starts[slot] ?? 0, starts[slot + 1] ?? 0)
          : encodeSegment(chunk, whose.firsts, whose.lasts, 0, whose.count);
      visit(token, length);
    }
    this.#clear();
  }

  /** Of each token that groups have: their slots. */
  #shares(): Map<number, number[]> {
    const shares = new Map<number, number[]>();
    for (const [{ tokens }, group] of this.#groups) {
      for (const token of tokens) {
        const slot = this.#slotOf(token);
        const groups = shares.get(slot);
        if (groups === undefined) shares.set(slot, [group]);
        else groups.push(group);
      }
    }
    return shares;
  }

  #add(slot: number): void {
    const offset = this.#offset;
    const last = this.#last[slot] ?? NONE;
    if (last === offset) return;
    if (last !== offset - 1) {
      if (last !== NONE) this.#endRun(slot);
      this.#first[slot] = offset;
    }
    this.#last[slot] = offset;
  }

  #slotOf(token: number): number {
    // Slots in the table count from 1, so that 0 says "none yet".
    const known = token < TRIPLES ? (this.#triples[token] ?? 0) - 1 : this.#others.get(token);
    return known >= 0 ? known : this.#newSlot(token);
  }

  #newSlot(token: number): number {
    const slot = this.#slots++;
    if (slot === this.#tokens.length) this.#growSlots();
    this.#tokens[slot] = token;
    this.#last[slot] = NONE;
    this.#counts[slot] = 0;
    if (token === GROUP) return slot;
    if (token < TRIPLES) this.#triples[token] = slot + 1;
    else this.#others.replace(token, slot);
    return slot;
  }

  #endRun(slot: number): void {
    if (this.#runs === this.#runSlots.length) this.#growRuns();
    this.#counts[slot] = (this.#counts[slot] ?? 0) + 1;
    this.#runSlots[this.#runs] = slot;
    this.#runFirsts[this.#runs] = this.#first[slot] ?? 0;
    this.#runLasts[this.#runs++] = this.#last[slot] ?? 0;
  }

  #runsBySlot(): RunsBySlot {
    const starts = new Int32Array(this.#slots + 1);
    for (let slot = 0; slot < this.#slots; slot++) {
      starts[slot + 1] = (starts[slot] ?? 0) + (this.#counts[slot] ?? 0);
    }
    const firsts = new Uint16Array(this.#runs);
    const lasts = new Uint16Array(this.#runs);
    const ends = starts.slice();
    for (let i = 0; i < this.#runs; i++) {
      const slot = this.#runSlots[i] ?? 0;
      const at = ends[slot] ?? 0;
      ends[slot] = at + 1;
      firsts[at] = this.#runFirsts[i] ?? 0;
      lasts[at] = this.#runLasts[i] ?? 0;
    }
    return { starts, firsts, lasts };
  }

  #clear(): void {
    for (let slot = 0; slot < this.#slots; slot++) {
      const token = this.#tokens[slot] ?? 0;
      if (token >= 0 && token < TRIPLES) this.#triples[token] = 0;
    }
    this.#others.clear();
    this.#groups.clear();
    this.#slots = 0;
    this.#runs = 0;
  }

  #growSlots(): void {
    this.#tokens = longer(this.#tokens, Float64Array);
    this.#first = longer(this.#first, Int32Array);
    this.#last = longer(this.#last, Int32Array);
    this.#counts = longer(this.#counts, Int32Array);
  }

  #growRuns(): void {
    this.#runSlots = longer(this.#runSlots, Int32Array);
    this.#runFirsts = longer(this.#runFirsts, Uint16Array);
    this.#runLasts = longer(this.#runLasts, Uint16Array);
  }
}

/** Before any offset, and next to none. */
const NONE = -2;
/** Stands for the token of a group. */
const GROUP = -1;

type Numbers = Float64Array | Int32Array | Uint16Array;

function longer<T extends Numbers>(numbers: T, type: new (length: number) => T): T {
  const more = new type(2 * numbers.length);
  more.set(numbers);
  return more;
}
