import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PATIENCE_MILLISECONDS = 180_000;

/** A demonstration, started as `npm start` starts it, on a fresh directory. */
export type DemoNode = AsyncDisposable & { readonly url: string; readonly directory: string };

export async function startDemoNode(): Promise<DemoNode> {
  const directory = await mkdtemp(join(tmpdir(), "cityid-tour-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const args = [
    "start",
    "--silent",
    "--",
    "--port",
    String(port),
    "--data",
    join(directory, "data"),
  ];
  const child = spawn("npm", args, {
    cwd: ROOT,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = collect(child);
  await untilReady(url, child, said);
  return {
    url,
    directory,
    async [Symbol.asyncDispose]() {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      // npm, the supervisor and the node are one process group.
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGTERM");
      await gone;
      // npm ends before the nodes that it started have written their last.
      await rm(directory, { recursive: true, force: true, maxRetries: 40, retryDelay: 50 });
    },
  };
}

function collect(child: ChildProcess): () => string {
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (part: Buffer) => {
      text += part.toString();
    });
  }
  return () => text;
}

async function untilReady(url: string, child: ChildProcess, said: () => string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MILLISECONDS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`the node ended: ${said()}`);
    if (await isFilled(url)) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`the node is not ready after ${PATIENCE_MILLISECONDS} ms: ${said()}`);
}

/** The last thing that a new demonstration makes is a dataset. */
async function isFilled(url: string): Promise<boolean> {
  const response = await fetch(`${url}/demo`).catch(() => undefined);
  if (!response?.ok) return false;
  const { seeded } = (await response.json()) as { seeded: readonly { what: string }[] };
  return seeded.some(({ what }) => what === "readings");
}

/** A port that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
