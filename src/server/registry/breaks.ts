import { turn } from "../../ledger/index.ts";

/** So much is done in one go. */
const STEPS = 64;

/** To be awaited after each step. */
export type Breaks = () => Promise<void> | undefined;

/**
 * For work whose length others decided, a chain of changes say: awaited after each step, it lets whoever else waits for this
 * thread have a turn now and then.
 */
export function createBreaks(): Breaks {
  let steps = 0;
  return () => {
    steps += 1;
    return steps % STEPS === 0 ? turn() : undefined;
  };
}
