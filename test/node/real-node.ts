import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Genesis } from "../../src/core/index.ts";
import { beginNode } from "../../src/node/index.ts";
import { createClient } from "../../src/sdk/index.ts";
import { actWith, genesisWith, LOG_SEED, type World } from "../sdk/world.ts";

/** A node as its operator runs it: the compiled program, in a process of its own, on real files. */
export type RealNode = AsyncDisposable & {
  readonly url: string;
  readonly pid: number;
  readonly data: string;
  readonly client: World["client"];
  readonly act: World["act"];
  /** What it wrote into its log so far. */
  log(): string;
  /** Asks it to end. @returns its exit code, `null` when a signal ended it */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
};

export type RealNodeOptions = {
  readonly data: string;
  readonly args?: readonly string[];
  /** A program that starts the node: `prlimit --fsize=…`. */
  readonly through?: readonly string[];
  readonly env?: { readonly [name: string]: string };
};

export const MAIN: string = fileURLToPath(new URL("../../bin/cli/main.js", import.meta.url));

/** Nothing is timed; this only ends a test that would wait for ever. */
const PATIENCE_MILLISECONDS = 150_000;

/** Begins a ledger of three members, of whom two must agree; its holders have the keys of the sdk's test world. */
export async function beginLedger(root: string, changes: Partial<Genesis> = {}): Promise<string> {
  const data = join(root, "data");
  const genesis = { ...genesisWith(), ...changes };
  await beginNode({ dataDirectory: data, genesis, logSeed: LOG_SEED, member: "A" });
  return data;
}

/** Resolves when the node answers. */
export async function startRealNode(options: RealNodeOptions): Promise<RealNode> {
  const { data, args = [], through = [], env = {} } = options;
  const command = [...through, process.execPath, MAIN, "start", "--data", data, "--port", "0"];
  const child = spawn(command[0] ?? "", [...command.slice(1), ...args], {
    env: { PATH: process.env.PATH, LANG: "en_US.UTF-8", ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const port = await until(async () => {
    if (child.exitCode !== null) throw new Error(`the node ended with ${child.exitCode}: ${said}`);
    return /"event":"listening".*"port":(\d+)/.exec(said)?.[1];
  });
  const url = `http://127.0.0.1:${port}`;
  const client = createClient({ url });
  const stop = (signal: NodeJS.Signals = "SIGTERM") => {
    child.kill(signal);
    return ended;
  };
  return {
    url,
    pid: child.pid ?? 0,
    data,
    client,
    act: actWith(client),
    log: () => said,
    stop,
    [Symbol.asyncDispose]: async () => void (await stop("SIGKILL")),
  };
}

/** Asks again until there is an answer. */
export async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + PATIENCE_MILLISECONDS;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(`still nothing: ${ask}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
