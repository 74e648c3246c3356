import type { NodeConfig } from "./config.ts";
import { addressBook } from "./follow/address.ts";
import { otherNodes } from "./follow/other-nodes.ts";
import { networksOfThisMachine } from "./this-machine.ts";

const MAX_BYTES = 1024 * 1024;
const PATIENCE_MILLISECONDS = 5000;

/**
 * Fetches contexts of JSON-LD from the hosts that the operator allows, and for a scratch dataset from this machine. A name is looked at as
 * those of other nodes are: none leads into a network that is not allowed.
 */
export function contextLoader({
  contextHosts,
  followNetworks,
  scratch,
}: Pick<NodeConfig, "contextHosts" | "followNetworks" | "scratch">): (
  url: string,
) => Promise<unknown> {
  const here = scratch ? networksOfThisMachine() : [];
  const networks = [...followNetworks, ...here];
  const machine = addressBook(here);
  const fetchFrom = otherNodes({ ownNetworks: networks });
  return async (text) => {
    if (!URL.canParse(text)) return undefined;
    const url = new URL(text);
    // No name server knows it.
    if (scratch && url.hostname === "localhost") url.hostname = "127.0.0.1";
    const isHere = machine.isOwn(url.hostname.replace(/^\[(.*)\]$/, "$1"));
    if (!isHere && !contextHosts.includes(url.host)) return undefined;
    const signal = AbortSignal.timeout(PATIENCE_MILLISECONDS);
    const read = await fetchFrom(url.href, { signal, maxBytes: MAX_BYTES });
    return read.ok ? parse(Buffer.from(read.value).toString()) : undefined;
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
