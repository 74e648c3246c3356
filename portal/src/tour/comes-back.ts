import { nodeClient } from "../api/client.ts";
import { type Demonstration, readDemonstration } from "../api/demo.ts";

/** Often, where it is measured how long the node was away. */
const POLL_MILLISECONDS = 50;
const PATIENCE_MILLISECONDS = 120_000;

/** Waits until another process than `pid` serves and takes writes. */
export async function comesBack(
  pid: number,
  signal: AbortSignal,
  pollMilliseconds: number = POLL_MILLISECONDS,
): Promise<Demonstration> {
  const deadline = performance.now() + PATIENCE_MILLISECONDS;
  while (performance.now() < deadline) {
    signal.throwIfAborted();
    const demo = await readDemonstration().catch(() => undefined);
    if (demo && demo.process.pid !== pid && (await isReady(signal))) return demo;
    await new Promise((resolve) => setTimeout(resolve, pollMilliseconds));
  }
  throw new Error("the node did not come back");
}

async function isReady(signal: AbortSignal): Promise<boolean> {
  const client = nodeClient(fetch, { signal, attempts: 1 });
  return client.ready().then(
    ({ ready }) => ready,
    () => false,
  );
}
