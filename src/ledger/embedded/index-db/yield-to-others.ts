import { readlinkSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { basename } from "node:path";

/**
 * Lets every other thread go first where they want the same core: whoever writes or searches waits for somebody, and the
 * index may lag. Linux counts priorities by thread; elsewhere nothing happens.
 */
export function yieldToOthers(): void {
  try {
    // Read in the calling thread: `<process>/task/<thread>`.
    setPriority(
      Number(basename(readlinkSync("/proc/thread-self"))),
      constants.priority.PRIORITY_LOW,
    );
  } catch {
    // Without it the index is only less polite.
  }
}
