import { type ChildProcess, fork } from "node:child_process";
import { keepRunning, type RunEnd } from "./restarts.ts";

/** What a supervised node may say to its supervisor over the channel between them. */
export type SupervisorMessage =
  /** It wants to be killed, and to be started again after so long. */
  | { readonly ask: "kill"; readonly pauseMilliseconds: number }
  /** It answers at this address. */
  | { readonly tell: "ready"; readonly url: string }
  /** It ends, and nothing but another program would make it go on. */
  | { readonly tell: "halt" };

/** Tells a node how often it was started. */
export const STARTS_VARIABLE = "CITYID_STARTS";

export type Supervision = {
  /** The program and its arguments. */
  readonly entry: string;
  readonly arguments: readonly string[];
  /** Aborted: the node is asked to stop, and is not started again. */
  readonly signal: AbortSignal;
  /** Starts it again also when it ended by itself: whoever depends on it can do without it for a while. */
  readonly always?: boolean;
  readonly onRestart?: (facts: { readonly starts: number; readonly because: string }) => void;
  readonly onReady?: (url: string) => void;
  /** It was killed as it had asked, and stays away for so long. */
  readonly onPause?: (milliseconds: number) => void;
};

/**
 * Runs a node as a process of its own and starts it again when it dies, until it ends by itself or a signal asks for the end.
 *
 * @returns its exit status
 */
export async function supervise(options: Supervision): Promise<number> {
  const { signal, always = false, onRestart, onPause } = options;
  const run = async (starts: number): Promise<RunEnd> => {
    const { code, because, asked } = await runOnce(options, starts);
    if (signal.aborted || (code !== null && asked === undefined && !always)) {
      return { status: code ?? 0 };
    }
    return { because, ...(asked === undefined ? {} : { pauseMilliseconds: asked }) };
  };
  return keepRunning({
    ...{ signal, run },
    ...(onRestart === undefined ? {} : { onRestart }),
    ...(onPause === undefined ? {} : { onPause }),
  });
}

type Ending = {
  readonly code: number | null;
  readonly because: string;
  /** How long it wanted to stay away, if it asked to be killed. */
  readonly asked: number | undefined;
};

function runOnce(options: Supervision, starts: number): Promise<Ending> {
  const { entry, arguments: args, signal } = options;
  const child = fork(entry, args, {
    env: { ...process.env, [STARTS_VARIABLE]: String(starts) },
    stdio: "inherit",
  });
  const stop = () => child.kill("SIGTERM");
  signal.addEventListener("abort", stop);
  const asked = listenTo(child, options);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, name) => {
      signal.removeEventListener("abort", stop);
      resolve({ code, because: name ?? `exit ${code}`, asked: asked() });
    });
  });
}

/** SIGKILL, without a word to the node: exactly what a power cut or an operator's `kill -9` does to it. */
function listenTo(child: ChildProcess, { onReady }: Supervision): () => number | undefined {
  let asked: number | undefined;
  child.on("message", (raw) => {
    const message = raw as SupervisorMessage | null;
    if (message === null) return;
    if ("tell" in message) {
      if (message.tell === "ready") onReady?.(message.url);
    } else if (message.ask === "kill") {
      asked = message.pauseMilliseconds;
      child.kill("SIGKILL");
    }
  });
  return () => asked;
}

/** Whether this process has a supervisor. */
export function isSupervised(): boolean {
  return process.send !== undefined && process.env[STARTS_VARIABLE] !== undefined;
}

/** Says something to the supervisor, where there is one. */
export function tellSupervisor(message: SupervisorMessage): void {
  if (isSupervised()) process.send?.(message);
}

/** Calls when the supervisor is gone: a node that nobody would start again ends in good order, and leaves its port free. */
export function onSupervisorGone(end: () => void): void {
  if (!isSupervised()) return;
  process.once("disconnect", end);
  // Listening alone is no reason to go on.
  process.channel?.unref();
}
