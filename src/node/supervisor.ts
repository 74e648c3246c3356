import { type ChildProcess, fork } from "node:child_process";
import { setTimeout as wait } from "node:timers/promises";

/** What a supervised node may ask of its supervisor over the channel between them. */
export type SupervisorRequest = { readonly ask: "kill" };

/** Tells a node how often it was started. */
export const STARTS_VARIABLE = "CITYID_STARTS";

const FIRST_PAUSE_MILLISECONDS = 250;
const LONGEST_PAUSE_MILLISECONDS = 10_000;
/** Who ran this long was well; the next pause is short again. */
const STEADY_MILLISECONDS = 30_000;

/**
 * Runs a node as a process of its own and starts it again when it dies, until it ends by itself or a signal asks for the end.
 *
 * @returns its exit status
 */
export async function supervise(options: {
  /** The program and its arguments. */
  readonly entry: string;
  readonly arguments: readonly string[];
  /** Aborted: the node is asked to stop, and is not started again. */
  readonly signal: AbortSignal;
  readonly onRestart?: (facts: { readonly starts: number; readonly because: string }) => void;
}): Promise<number> {
  let pause = FIRST_PAUSE_MILLISECONDS;
  for (let starts = 1; ; starts++) {
    const began = performance.now();
    const { code, because, asked } = await runOnce(options, starts);
    if (options.signal.aborted || (code !== null && !asked)) return code ?? 0;
    if (!asked) {
      pause = performance.now() - began > STEADY_MILLISECONDS ? FIRST_PAUSE_MILLISECONDS : pause;
      await wait(pause);
      pause = Math.min(2 * pause, LONGEST_PAUSE_MILLISECONDS);
    }
    options.onRestart?.({ starts: starts + 1, because });
  }
}

type Ending = { readonly code: number | null; readonly because: string; readonly asked: boolean };

function runOnce(
  { entry, arguments: args, signal }: Parameters<typeof supervise>[0],
  starts: number,
): Promise<Ending> {
  const child = fork(entry, args, {
    env: { ...process.env, [STARTS_VARIABLE]: String(starts) },
    stdio: "inherit",
  });
  const stop = () => child.kill("SIGTERM");
  signal.addEventListener("abort", stop);
  const killed = killWhenAsked(child);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, name) => {
      signal.removeEventListener("abort", stop);
      resolve({ code, because: name ?? `exit ${code}`, asked: killed() });
    });
  });
}

/** SIGKILL, without a word to the node: exactly what a power cut or an operator's `kill -9` does to it. */
function killWhenAsked(child: ChildProcess): () => boolean {
  let asked = false;
  child.on("message", (message) => {
    if ((message as SupervisorRequest | null)?.ask !== "kill") return;
    asked = true;
    child.kill("SIGKILL");
  });
  return () => asked;
}
