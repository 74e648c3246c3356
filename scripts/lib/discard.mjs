import { rmSync } from "node:fs";

/** Removes what a run made; a process that was ended may write its last for a moment after whoever started it is gone. */
export function discard(path) {
  rmSync(path, { recursive: true, force: true, maxRetries: 40, retryDelay: 50 });
}
