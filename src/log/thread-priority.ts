import { setPriority } from "node:os";

/** Has the calling thread wait for others that want the same core. It still gets a share. */
export function yieldToOthers(nice: number): void {
  try {
    // Of this thread alone where the system knows priorities of threads; elsewhere it must not be that of the process.
    if (process.platform === "linux") setPriority(nice);
  } catch {
    // A system that forbids it is one where the thread takes its share as everything does.
  }
}
