import { spawn } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { MAIN } from "../node/real-node.ts";
import type { Ran } from "./served-world.ts";

/**
 * Runs a command whose requests go through a door to the node, and sends it a signal when it asks for a certain path the n-th
 * time; that request is not answered.
 */
export async function endedAt(
  url: string,
  { path, times = 1, signal }: { path: RegExp; times?: number; signal: NodeJS.Signals },
  args: readonly string[],
): Promise<Ran & { readonly signal: NodeJS.Signals | null }> {
  let [left, end] = [times, (): void => undefined];
  const door = createServer(async (request, response) => {
    const { method = "GET", url: asked = "/", headers } = request;
    const body = await buffer(request);
    if (path.test(asked) && --left === 0) return end();
    const type = headers["content-type"];
    const answer = await fetch(url + asked, {
      method,
      headers: type === undefined ? {} : { "content-type": type },
      ...(method === "GET" ? {} : { body: new Uint8Array(body) }),
    });
    response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "" });
    response.end(new Uint8Array(await answer.arrayBuffer()));
  });
  await new Promise<void>((resolve) => door.listen(0, "127.0.0.1", resolve));
  const { port } = door.address() as AddressInfo;
  const child = spawn(process.execPath, [MAIN, ...args, "--url", `http://127.0.0.1:${port}`], {
    env: { PATH: process.env.PATH, LANG: "en_US.UTF-8" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  end = () => void child.kill(signal);
  let [out, errors] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  const ended = await new Promise<{ exit: number | null; by: NodeJS.Signals | null }>((resolve) =>
    child.once("close", (exit, by) => resolve({ exit, by })),
  );
  door.closeAllConnections();
  await new Promise((resolve) => door.close(resolve));
  return { exit: ended.exit, signal: ended.by, out, errors };
}
