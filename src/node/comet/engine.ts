import { type ChildProcess, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import type { EngineHome } from "./home.ts";
import { outOfRoom } from "./room.ts";

/** Asked to end, the engine gets so long before it is ended. */
const GRACE_MILLISECONDS = 10_000;

export type Engine = {
  readonly pid: number;
  /** Resolves when the process has ended, with the reason. */
  readonly ended: Promise<string>;
  /** Resolves when its consensus has ended because there is no room on the disk; the process goes on. */
  readonly outOfRoom: Promise<void>;
  /** Asks it to end, and makes it end. */
  stop(): Promise<void>;
};

/** Starts the engine of a validator as a process of its own; it finds the application by its socket. */
export function startEngine(
  binary: string,
  { root, abciSocket, rpcSocket }: EngineHome,
  env: NodeJS.ProcessEnv = {},
): Engine {
  // It would not listen where one that was killed has listened.
  rmSync(rpcSocket, { force: true });
  const sockets = ["--proxy_app", `unix://${abciSocket}`, "--rpc.laddr", `unix://${rpcSocket}`];
  const child = spawn(binary, ["start", "--home", root, ...sockets], {
    env: { PATH: process.env.PATH, HOME: root, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  // Not piped: each of a testnet's engines would have listeners of its own at this one stream, which warns of so many.
  child.stdout.on("data", (piece: Buffer) => process.stdout.write(piece));
  const ended = endOf(child);
  return {
    pid: child.pid ?? 0,
    ended,
    outOfRoom: outOfRoom(child.stdout),
    async stop() {
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), GRACE_MILLISECONDS);
      await ended;
      clearTimeout(timer);
    },
  };
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once("error", (cause) => resolve(String(cause)));
    child.once("exit", (code, signal) => resolve(signal ?? `exit ${code}`));
  });
}
