import { readlinkSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { basename } from "node:path";

const { PRIORITY_BELOW_NORMAL, PRIORITY_ABOVE_NORMAL } = constants.priority;

/**
 * Lets every other thread go first where they want the same core: whoever writes or searches waits for somebody, and the
 * index may lag; but it gets a share, so that it does not lag further and further behind.
 */
export function yieldToOthers(): void {
  setThreadPriority(PRIORITY_BELOW_NORMAL);
}

/** For short work that somebody waits for. Only a privileged process may. */
export function goBeforeOthers(): void {
  setThreadPriority(PRIORITY_ABOVE_NORMAL);
}

/** Of the calling thread. Linux counts priorities by thread; elsewhere nothing happens. */
function setThreadPriority(priority: number): void {
  try {
    // Read in the calling thread: `<process>/task/<thread>`.
    setPriority(Number(basename(readlinkSync("/proc/thread-self"))), priority);
  } catch {
    // Without it the threads are only less polite.
  }
}
