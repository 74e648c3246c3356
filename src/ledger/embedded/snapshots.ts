import { decodeBlockEntry, equalBytes } from "../../core/index.ts";
import type { Log } from "../../log/index.ts";
import type { FoundSnapshot } from "./map-thread/messages.ts";

/** A new snapshot is worth its writing when a start would have to replay this much of the values again. */
const EVERY_VALUES_BYTES: number = 256 * 1024 * 1024;

/** Keeps a snapshot that is not too far behind, so that a start is short. */
export class SnapshotKeeper {
  readonly #valuesEnd: () => number;
  readonly #write: () => Promise<number>;
  #lastEnd: number;
  #writing: Promise<void> | undefined;

  /**
   * @param valuesEnd where the values end
   * @param write writes a snapshot and says where the values end that it vouches for
   * @param lastEnd the same of the snapshot that is there
   */
  constructor(valuesEnd: () => number, write: () => Promise<number>, lastEnd: number) {
    this.#valuesEnd = valuesEnd;
    this.#write = write;
    this.#lastEnd = lastEnd;
  }

  /** A block was committed. */
  offer(): void {
    const grown = this.#valuesEnd() - this.#lastEnd;
    if (grown >= EVERY_VALUES_BYTES && this.#writing === undefined) void this.#begin();
  }

  /** Writes what has come since the last one; the writer has stopped. */
  async close(): Promise<void> {
    await this.#writing;
    if (this.#valuesEnd() !== this.#lastEnd) await this.#begin();
  }

  #begin(): Promise<void> {
    const done = () => {
      this.#writing = undefined;
    };
    this.#writing = this.#write()
      .then((valuesEnd) => {
        this.#lastEnd = valuesEnd;
      })
      // It only spares the next start some work, so a disk that will not take it is no reason to fail.
      .then(done, done);
    return this.#writing;
  }
}

/** Whether a snapshot is of this log: its block may never have become durable. */
export function isOfLog({ moment, root }: FoundSnapshot, log: Log): boolean {
  const entry = log.entry(moment.size - 1);
  const block = entry === undefined ? undefined : decodeBlockEntry(entry);
  if (block?.ok !== true) return false;
  return block.value.height === moment.height && equalBytes(block.value.mapRoot, root);
}
