import { spawn } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { getRequestListener } from "@hono/node-server";
import { openWorld, type World } from "../sdk/world.ts";

/** The node of the sdk's tests behind a socket of its own, and the compiled command line to talk to it. */
export type ServedWorld = AsyncDisposable & {
  readonly world: World;
  readonly url: string;
  cli(...args: readonly string[]): Promise<Ran>;
};

/** What a run of the command line ended with. */
export type Ran = { readonly exit: number | null; readonly out: string; readonly errors: string };

const MAIN = fileURLToPath(new URL("../../bin/cli/main.js", import.meta.url));

export async function serveWorld(): Promise<ServedWorld> {
  const world = await openWorld();
  // A signed request covers the address that the client wrote, which is the node's own here as well.
  const listener = getRequestListener((request) => world.fetch(request), {
    overrideGlobalObjects: false,
  });
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    world,
    url,
    cli: (...args) => runCli(args, { CITYID_URL: url }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Runs the compiled program without a terminal, in English. */
export function runCli(
  args: readonly string[],
  env: { readonly [name: string]: string } = {},
): Promise<Ran> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { PATH: process.env.PATH, LANG: "en_US.UTF-8", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out, errors]: [string[], string[]] = [[], []];
  child.stdout.setEncoding("utf8").on("data", (text: string) => out.push(text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => errors.push(text));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exit) => resolve({ exit, out: out.join(""), errors: errors.join("") }));
  });
}
