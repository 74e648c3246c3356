import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../../bench/lib/free-port.mjs";
import { discard } from "../discard.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PATIENCE_MILLISECONDS = 240_000;

/**
 * A demonstration on a fresh directory, started by what `npm start` does once it has built: to build again would take the
 * program and its pages away from the tests that run beside.
 */
export type DemoNode = AsyncDisposable & { readonly url: string; readonly directory: string };

export async function startDemoNode(): Promise<DemoNode> {
  const directory = await mkdtemp(join(tmpdir(), "cityid-tour-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const args = ["--port", String(port), "--data", join(directory, "data")];
  const child = spawn("sh", ["-c", `exec ${await startCommand()} "$@"`, "sh", ...args], {
    cwd: ROOT,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const gone = new Promise((resolve) => child.once("close", resolve));
  const said = collect(child);
  await untilReady(url, child, said);
  return {
    url,
    directory,
    async [Symbol.asyncDispose]() {
      // The supervisor and the nodes are one process group.
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGTERM");
      await gone;
      // The supervisor may end before the nodes that it started have written their last.
      discard(directory);
    },
  };
}

async function startCommand(): Promise<string> {
  const { scripts } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"));
  const [build, start] = scripts.start.split(" && ");
  if (build !== "npm run build --silent" || start === undefined) throw new Error(scripts.start);
  return start;
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
