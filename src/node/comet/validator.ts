import { fork } from "node:child_process";
import { keepRunning } from "../restarts.ts";
import { STARTS_VARIABLE, type SupervisorMessage } from "../supervisor.ts";
import { type Engine, startEngine } from "./engine.ts";
import { engineHome } from "./home.ts";
import { roomAgain } from "./room.ts";

/** The application finishes what it took; then it is ended. */
const GRACE_MILLISECONDS = 20_000;

export type ValidatorOptions = {
  readonly dataDirectory: string;
  /** The engine's program. */
  readonly binary: string;
  /** The program of the application, and the arguments that make it one. */
  readonly entry: string;
  readonly arguments: readonly string[];
  /** Aborted: both are asked to stop, and are not started again. */
  readonly signal: AbortSignal;
  /** Both run. */
  readonly onRunning?: (pair: RunningPair) => void;
  readonly onRestart?: (facts: { readonly starts: number; readonly because: string }) => void;
};

export type RunningPair = {
  readonly url: string;
  readonly applicationPid: number;
  readonly enginePid: number;
};

/**
 * Runs application and engine of a validator as a pair: when one of them ends, the other is stopped and both are started
 * again, after a pause that grows. The engine alone would end with status 0 or run on without consensus. Where that has no room
 * on the disk, the application serves reads until there is some.
 *
 * @returns the application's exit status where it could not even begin or another program is needed, else 0
 */
export async function runValidator(options: ValidatorOptions): Promise<number> {
  const { signal, onRestart } = options;
  let hasRun = false;
  return keepRunning({
    signal,
    ...(onRestart === undefined ? {} : { onRestart }),
    async run(starts) {
      const { ran, because, status, halted } = await runPair(options, starts);
      if (signal.aborted) return { status: 0 };
      hasRun ||= ran;
      // What is wrong from the first moment is wrong with the settings: starting again would not help.
      return status !== null && (halted || !hasRun) ? { status } : { because };
    },
  });
}

type Ending = {
  readonly ran: boolean;
  readonly because: string;
  /** Of the application; `null` where a signal ended it, or it goes on. */
  readonly status: number | null;
  /** It said that only another program could go on. */
  readonly halted: boolean;
};

async function runPair(options: ValidatorOptions, starts: number): Promise<Ending> {
  const { signal, binary, dataDirectory } = options;
  const application = startApplication(options, starts);
  const over = new AbortController();
  const stopped = new Promise<"stop">((resolve) => {
    if (signal.aborted) resolve("stop");
    // Not beyond this pair: there may be thousands of them.
    signal.addEventListener("abort", () => resolve("stop"), { once: true, signal: over.signal });
  });
  // The engine looks for the application at once, and then only every few seconds.
  const url = await Promise.race([application.ready, application.ended, stopped]);
  let engine: Engine | undefined;
  let because = "application";
  if (typeof url === "string" && url !== "stop") {
    engine = startEngine(binary, engineHome(dataDirectory));
    options.onRunning?.({ url, applicationPid: application.pid, enginePid: engine.pid });
    because = await Promise.race([
      application.ended.then(({ why }) => `application: ${why}`),
      engine.ended.then((why) => `engine: ${why}`),
      engine.outOfRoom
        .then(() => roomAgain(dataDirectory, over.signal))
        .then(() => "engine: there was no room on the disk"),
      stopped,
    ]);
  }
  // The engine last: what the application took is still to be committed.
  const { status, why } = await application.stop();
  await engine?.stop();
  over.abort();
  const ran = engine !== undefined;
  const halted = application.isHalted();
  return { ran, because: ran ? because : `${because}: ${why}`, status, halted };
}

type Application = {
  readonly pid: number;
  /** Resolves with its address when it answers. */
  readonly ready: Promise<string>;
  readonly ended: Promise<Ended>;
  isHalted(): boolean;
  stop(): Promise<Ended>;
};

type Ended = { readonly status: number | null; readonly why: string };

// Operations live until the block is committed that takes them in, a second or more, and were copied twice and collected with
// what is old (docs/performance.md, Validators). What an operator says stands behind it, and counts.
const LARGE_YOUNG_GENERATION = "--max-semi-space-size=64";

function startApplication(options: ValidatorOptions, starts: number): Application {
  const child = fork(options.entry, options.arguments, {
    execArgv: [LARGE_YOUNG_GENERATION, ...process.execArgv],
    env: { ...process.env, [STARTS_VARIABLE]: String(starts) },
    stdio: "inherit",
  });
  const ended = new Promise<Ended>((resolve) => {
    child.once("error", (cause) => resolve({ status: null, why: String(cause) }));
    child.once("exit", (status, name) => resolve({ status, why: name ?? `exit ${status}` }));
  });
  let halted = false;
  const ready = new Promise<string>((resolve) => {
    child.on("message", (message: SupervisorMessage | null) => {
      if (message === null || !("tell" in message)) return;
      if (message.tell === "ready") resolve(message.url);
      else halted = true;
    });
  });
  return {
    pid: child.pid ?? 0,
    ready,
    ended,
    isHalted: () => halted,
    async stop() {
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), GRACE_MILLISECONDS);
      const end = await ended;
      clearTimeout(timer);
      return end;
    },
  };
}
