import { aliasKey, codeKey } from "./layout.ts";
import { NUMBER_BYTES, writeNumber } from "./number48.ts";
import type { RunStore } from "./runs/run-store.ts";

type Entry = { readonly key: number; readonly number: number };

/** Writes what leads to whole codes and whole aliases: the id of a code, the frame of an alias. */
export class ExactWriter {
  readonly #runs: RunStore;
  #value: Buffer = Buffer.alloc(NUMBER_BYTES);
  #entries: Entry[] = [];

  constructor(runs: RunStore) {
    this.#runs = runs;
  }

  addCode(code: string, id: number): void {
    this.#entries.push({ key: codeKey(code), number: id });
  }

  /** `offset`: where the frame begins. */
  addAlias(value: string, offset: number): void {
    this.#entries.push({ key: aliasKey(value), number: offset });
  }

  flush(): void {
    this.#entries.sort((a, b) => a.key - b.key);
    for (let start = 0, end = 0; start < this.#entries.length; start = end) {
      const key = this.#entries[start]?.key ?? 0;
      let used = 0;
      for (; this.#entries[end]?.key === key; end++) used = this.#put(used, this.#entries[end]);
      this.#runs.add(key, this.#value, 0, used);
    }
    this.#entries = [];
  }

  /** A run has each key once: what shares one stands behind each other. */
  #put(used: number, entry: Entry | undefined): number {
    if (used === this.#value.length) {
      this.#value = Buffer.concat([this.#value], 2 * this.#value.length);
    }
    writeNumber(this.#value, used, entry?.number ?? 0);
    return used + NUMBER_BYTES;
  }
}
