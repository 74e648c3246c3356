import { join } from "node:path";
import { nodeFiles, turn } from "../../../log/index.ts";
import { VALUES_START } from "../values.ts";
import { ValuesReader } from "../values-reader.ts";

/** What stands where in the values of a replay. */
export type ReadOptions = {
  /** Keys that are of no interest take no memory. */
  readonly isWanted: (key: string) => boolean;
  /** Told of each wanted key when its first value was made, in that order. */
  readonly onFirst?: (key: string) => void;
  /** Between parts of the file. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
  readonly signal?: AbortSignal;
};

const PART_BYTES: number = 32 * 1024 * 1024;

/** The latest values that a `Replayer` left when it was closed: their keys in memory, the values on the disk. */
export class ReplayedValues implements Disposable {
  readonly #reader: ValuesReader;
  readonly #latest = new Map<string, number>();

  private constructor(path: string) {
    this.#reader = new ValuesReader(nodeFiles, path);
  }

  /** @param directory of the replay @throws LedgerFault LEDGER_VALUES_DAMAGED; the signal's reason */
  static async read(directory: string, options: ReadOptions): Promise<ReplayedValues> {
    const path = join(directory, "values");
    const values = new ReplayedValues(path);
    try {
      await values.#scan(sizeOf(path), options);
      return values;
    } catch (cause) {
      values[Symbol.dispose]();
      throw cause;
    }
  }

  keys(): Iterable<string> {
    return this.#latest.keys();
  }

  /** `undefined` where there is none, or nobody wanted it. */
  value(key: string): Uint8Array | undefined {
    const offset = this.#latest.get(key);
    if (offset === undefined) return undefined;
    const { bytes, start, end } = this.#reader.frameAt(offset);
    // What was read stands where the next frame will.
    return new Uint8Array(bytes.subarray(start, end));
  }

  [Symbol.dispose](): void {
    this.#reader.close();
  }

  async #scan(
    total: number,
    { isWanted, onFirst, onProgress, signal }: ReadOptions,
  ): Promise<void> {
    let next = VALUES_START + PART_BYTES;
    for (const { key, offset, first } of this.#reader.frames(VALUES_START, total)) {
      if (isWanted(key)) {
        this.#latest.set(key, offset);
        if (first) onFirst?.(key);
      }
      if (offset < next) continue;
      next = offset + PART_BYTES;
      onProgress?.({ done: offset, total });
      await turn();
      signal?.throwIfAborted();
    }
    onProgress?.({ done: total, total });
  }
}

function sizeOf(path: string): number {
  const file = nodeFiles.open(path, "read");
  try {
    return file.size();
  } finally {
    file.close();
  }
}
