import { setTimeout as wait } from "node:timers/promises";

const FIRST_PAUSE_MILLISECONDS = 250;
const LONGEST_PAUSE_MILLISECONDS = 10_000;
/** Who ran this long was well; the next pause is short again. */
const STEADY_MILLISECONDS = 30_000;

/** How a run ended: for good with a status, or to be started again, after so long where it said so. */
export type RunEnd =
  | { readonly status: number }
  | { readonly because: string; readonly pauseMilliseconds?: number };

export type Restarting = {
  /** Aborted: what runs is asked to end, and is not started again. */
  readonly signal: AbortSignal;
  readonly run: (starts: number) => Promise<RunEnd>;
  readonly onRestart?: (facts: { readonly starts: number; readonly because: string }) => void;
  readonly onPause?: (milliseconds: number) => void;
};

/** Starts something again and again, after a pause that grows while it does not stay up. @returns the last status */
export async function keepRunning(options: Restarting): Promise<number> {
  const { signal, run, onRestart, onPause } = options;
  let pause = FIRST_PAUSE_MILLISECONDS;
  for (let starts = 1; ; starts++) {
    const began = performance.now();
    const end = await run(starts);
    if ("status" in end) return end.status;
    if (signal.aborted) return 0;
    const { because, pauseMilliseconds } = end;
    if (pauseMilliseconds === undefined) {
      pause = performance.now() - began > STEADY_MILLISECONDS ? FIRST_PAUSE_MILLISECONDS : pause;
      await rest(pause, signal);
      pause = Math.min(2 * pause, LONGEST_PAUSE_MILLISECONDS);
    } else if (pauseMilliseconds > 0) {
      onPause?.(pauseMilliseconds);
      await rest(pauseMilliseconds, signal);
    }
    if (signal.aborted) return 0;
    onRestart?.({ starts: starts + 1, because });
  }
}

/** Waits, but not beyond the end. */
async function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
  await wait(milliseconds, undefined, { signal }).catch(() => undefined);
}
