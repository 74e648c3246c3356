import { join } from "node:path";
import { nodeFiles, turn } from "../../../log/index.ts";
import { VALUES_START } from "../values.ts";
import { ValuesReader } from "../values-reader.ts";

/** Where a version of a value lies, and whether it is the first one of its key. */
export type ReplayedVersion = {
  readonly key: string;
  readonly offset: number;
  readonly first: boolean;
};

export type ScanOptions = {
  /** Between parts of the file. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
  readonly signal?: AbortSignal;
};

const PART_BYTES: number = 32 * 1024 * 1024;

/** The values that a `Replayer` left when it was closed. They stay on the disk. To be closed. */
export class ReplayedValues implements Disposable {
  readonly #reader: ValuesReader;
  readonly #end: number;

  /** @param directory of the replay */
  constructor(directory: string) {
    const path = join(directory, "values");
    this.#end = sizeOf(path);
    this.#reader = new ValuesReader(nodeFiles, path);
  }

  /**
   * Visits every version of every value in the order in which they were made, so the last one of a key is its latest.
   *
   * @throws LedgerFault LEDGER_VALUES_DAMAGED; the signal's reason
   */
  async scan(
    visit: (version: ReplayedVersion) => void,
    { onProgress, signal }: ScanOptions,
  ): Promise<void> {
    const total = this.#end;
    let next = VALUES_START + PART_BYTES;
    for (const frame of this.#reader.frames(VALUES_START, total)) {
      visit(frame);
      const { offset } = frame;
      if (offset < next) continue;
      next = offset + PART_BYTES;
      onProgress?.({ done: offset, total });
      await turn();
      signal?.throwIfAborted();
    }
    onProgress?.({ done: total, total });
  }

  /** The value of the version that lies there. @throws LedgerFault LEDGER_VALUES_DAMAGED */
  valueAt(offset: number): Uint8Array {
    const { bytes, start, end } = this.#reader.frameAt(offset);
    // What was read stands where the next frame will.
    return new Uint8Array(bytes.subarray(start, end));
  }

  [Symbol.dispose](): void {
    this.#reader.close();
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
