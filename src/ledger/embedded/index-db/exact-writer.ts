import { aliasKey, codeKey } from "./layout.ts";
import { NUMBER_BYTES, writeNumber } from "./number48.ts";
import type { RunStore } from "./runs/run-store.ts";
import { TokenSlots } from "./token-slots.ts";

const NONE = -1;

/** Writes what leads to whole codes and whole aliases: the id of a code, the frame of an alias. */
export class ExactWriter {
  readonly #runs: RunStore;
  /** Of each key: the entry that came last. */
  readonly #last = new TokenSlots();
  #keys: number[] = [];
  // Of each entry: what it leads to, and the one before under the same key.
  #numbers: number[] = [];
  #before: number[] = [];
  #value: Buffer = Buffer.alloc(NUMBER_BYTES);

  constructor(runs: RunStore) {
    this.#runs = runs;
  }

  addCode(code: string, id: number): void {
    this.#add(codeKey(code), id);
  }

  /** `offset`: where the frame begins. */
  addAlias(value: string, offset: number): void {
    this.#add(aliasKey(value), offset);
  }

  flush(): void {
    // Sorting numbers is much faster than sorting entries.
    for (const key of Float64Array.from(this.#keys).sort()) {
      const used = this.#gather(this.#last.get(key));
      this.#runs.add(key, this.#value, 0, used);
    }
    this.#last.clear();
    this.#keys = [];
    this.#numbers = [];
    this.#before = [];
  }

  #add(key: number, number: number): void {
    const before = this.#last.replace(key, this.#numbers.length);
    if (before === NONE) this.#keys.push(key);
    this.#numbers.push(number);
    this.#before.push(before);
  }

  /** A run has each key once: what shares one stands behind each other. @returns how many bytes it takes */
  #gather(last: number): number {
    let used = 0;
    for (let at = last; at !== NONE; at = this.#before[at] ?? NONE) {
      if (used === this.#value.length) this.#value = Buffer.concat([this.#value], 2 * used);
      writeNumber(this.#value, used, this.#numbers[at] ?? 0);
      used += NUMBER_BYTES;
    }
    return used;
  }
}
