import { present } from "../../core/index.ts";
import type { LedgerReader } from "../../ledger/index.ts";
import { timeOfMilliseconds } from "../http/json.ts";

/** Some 100 bytes a block. */
const MAX_BLOCKS = 65_536;

/**
 * Block times by log index. The ledger finds the block of an entry by reading on to its end; what was found answers for all
 * entries of that block.
 */
export type BlockTimes = {
  /** RFC 3339, UTC. */
  textOf(index: number): string;
};

export function createBlockTimes(ledger: LedgerReader): BlockTimes {
  // Blocks as [first, last] with their time, sorted by `last`.
  let blocks: { readonly first: number; readonly last: number; readonly time: string }[] = [];
  const place = (index: number): number => {
    let [low, high] = [0, blocks.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (present(blocks[middle], "a block").last < index) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    textOf(index) {
      const at = place(index);
      const known = blocks[at];
      if (known !== undefined && known.first <= index) return known.time;
      const { first, count, timeMilliseconds } = present(ledger.blockOf(index), "a block");
      if (blocks.length >= MAX_BLOCKS) blocks = [];
      const time = timeOfMilliseconds(timeMilliseconds);
      blocks.splice(place(index), 0, { first, last: first + count, time });
      return time;
    },
  };
}
