import { spawn } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { concat, splitCborSequence } from "../../src/core/index.ts";
import { MAIN } from "../node/real-node.ts";

/**
 * Runs an import, and kills its process as a power cut would when the first parts have reached the node: whatever it asks
 * goes through a door in between, which lets so many parts of the first batch pass, and then kills who sent them.
 */
export async function killedImport(
  url: string,
  parts: number,
  args: readonly string[],
): Promise<void> {
  let kill = (): void => undefined;
  const door = createServer(async (request, response) => {
    const { method = "GET", url: path = "/", headers } = request;
    const body = await buffer(request);
    const isBatch = headers["content-type"] === "application/cbor-seq";
    const sent = isBatch ? first(parts, body) : body;
    const answer = await fetch(url + path, {
      method,
      headers: { "content-type": String(headers["content-type"] ?? "") },
      ...(method === "GET" ? {} : { body: new Uint8Array(sent) }),
    });
    const bytes = new Uint8Array(await answer.arrayBuffer());
    if (isBatch) return kill();
    response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "" });
    response.end(bytes);
  });
  await new Promise<void>((resolve) => door.listen(0, "127.0.0.1", resolve));
  const { port } = door.address() as AddressInfo;
  const child = spawn(process.execPath, [MAIN, ...args, "--url", `http://127.0.0.1:${port}`], {
    env: { PATH: process.env.PATH },
    stdio: "ignore",
  });
  kill = () => void child.kill("SIGKILL");
  const signal = await new Promise((resolve) => child.once("exit", (_, name) => resolve(name)));
  door.closeAllConnections();
  await new Promise((resolve) => door.close(resolve));
  if (signal !== "SIGKILL") throw new Error("the import ended before it could be killed");
}

function first(count: number, sequence: Uint8Array): Uint8Array {
  const items: Uint8Array[] = [];
  for (const item of splitCborSequence(sequence)) if (item.ok) items.push(item.value);
  return concat(...items.slice(0, count));
}
