import { constants, setPriority } from "node:os";

const { PRIORITY_BELOW_NORMAL, PRIORITY_ABOVE_NORMAL } = constants.priority;

/**
 * Has the calling thread wait for others that want the same core: whoever answers somebody goes first, and what is derived may
 * lag; but it gets a share, so that it does not lag further and further behind.
 */
export function yieldToOthers(nice: number = PRIORITY_BELOW_NORMAL): void {
  setThreadPriority(nice);
}

/** For short work that somebody waits for. Only a privileged process may. */
export function goBeforeOthers(): void {
  setThreadPriority(PRIORITY_ABOVE_NORMAL);
}

/** Linux counts priorities by thread, and takes the calling one; elsewhere it must not be that of the process. */
function setThreadPriority(priority: number): void {
  try {
    if (process.platform === "linux") setPriority(priority);
  } catch {
    // Without it the threads are only less polite.
  }
}
