import { dirname } from "node:path";
import { concat, equalBytes, sha256 } from "../../core/index.ts";
import { type FileSystem, type OpenFile, readFully, writeFully } from "../../log/index.ts";
import { LedgerFault } from "../fault.ts";

// The log has no trace of blocks of the engine in which nothing was accepted, so which of its heights the log ends with
// stands beside it: two slots that are written in turn, so that a torn one leaves the one before. A slot is written at the
// same time as the block's record in the journal; whichever of the two a crash leaves, the height can be told (`heightAt`).

/** Which block of the engine was committed last, and where the log stood before and after it. */
export type Slot = {
  readonly height: number;
  readonly before: number;
  readonly after: number;
};

/** Apart by more than a disk tears at once. */
const SLOT_BYTES = 4096;
const NUMBERS_BYTES = 3 * 8;
const HASH_BYTES = 32;

/** The heights of the engine, durable. */
export class Heights {
  readonly #file: OpenFile;
  #last: Slot | undefined;
  #next: 0 | 1;

  private constructor(file: OpenFile, slots: readonly (Slot | undefined)[]) {
    this.#file = file;
    const [first, second] = slots;
    const isSecond = (second?.height ?? -1) > (first?.height ?? -1);
    this.#last = isSecond ? second : first;
    this.#next = isSecond ? 0 : 1;
  }

  static async open(files: FileSystem, path: string): Promise<Heights> {
    const file = files.open(path, "write");
    await files.syncDirectory(dirname(path));
    return new Heights(file, [readSlot(file, 0), readSlot(file, 1)]);
  }

  /** The newest slot; `undefined` before the chain began. */
  get last(): Slot | undefined {
    return this.#last;
  }

  /** Durable when it resolves. */
  async write(slot: Slot): Promise<void> {
    const numbers = encodeSlot(slot);
    writeFully(this.#file, concat(numbers, sha256(numbers)), this.#next * SLOT_BYTES);
    await this.#file.sync();
    this.#last = slot;
    this.#next = this.#next === 0 ? 1 : 0;
  }

  close(): void {
    this.#file.close();
  }
}

/**
 * The height that a log of this size ends with. Slot and journal are written together, so after a crash either may be one
 * block ahead of the other.
 *
 * @throws LedgerFault LEDGER_CHAIN when the two are not of one chain
 */
export function heightAt(size: number, lastBlockFirst: number, slot: Slot): number {
  if (size === slot.after) return slot.height;
  if (size === slot.before) return slot.height - 1;
  if (size > slot.after && lastBlockFirst === slot.after) return slot.height + 1;
  throw new LedgerFault("LEDGER_CHAIN", { why: "heights", size, ...slot });
}

function encodeSlot({ height, before, after }: Slot): Uint8Array {
  const bytes = new Uint8Array(NUMBERS_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [i, number] of [height, before, after].entries()) view.setFloat64(8 * i, number);
  return bytes;
}

function readSlot(file: OpenFile, slot: 0 | 1): Slot | undefined {
  const bytes = new Uint8Array(NUMBERS_BYTES + HASH_BYTES);
  if (readFully(file, bytes, slot * SLOT_BYTES) < bytes.length) return undefined;
  const numbers = bytes.subarray(0, NUMBERS_BYTES);
  if (!equalBytes(sha256(numbers), bytes.subarray(NUMBERS_BYTES))) return undefined;
  const view = new DataView(numbers.slice().buffer);
  const [height, before, after] = [view.getFloat64(0), view.getFloat64(8), view.getFloat64(16)];
  return { height, before, after };
}
