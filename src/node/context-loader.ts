import type { NodeConfig } from "./config.ts";
import { otherNodes } from "./follow/other-nodes.ts";

const MAX_BYTES = 1024 * 1024;
const PATIENCE_MILLISECONDS = 5000;
const LOOPBACK_NETWORKS = ["127.0.0.0/8", "::1/128"];
const LOOPBACK_HOSTS = ["127.0.0.1", "[::1]", "localhost"];

/**
 * Fetches contexts of JSON-LD from the hosts that the operator allows, and for tests from loopback. A name is looked at as
 * those of other nodes are: none leads into a network that is not allowed.
 */
export function contextLoader({
  contextHosts,
  followNetworks,
  scratch,
}: Pick<NodeConfig, "contextHosts" | "followNetworks" | "scratch">): (
  url: string,
) => Promise<unknown> {
  const networks = scratch ? [...followNetworks, ...LOOPBACK_NETWORKS] : followNetworks;
  const fetchFrom = otherNodes({ ownNetworks: networks });
  return async (text) => {
    if (!URL.canParse(text)) return undefined;
    const url = new URL(text);
    const isHere = scratch && LOOPBACK_HOSTS.includes(url.hostname);
    if (!isHere && !contextHosts.includes(url.host)) return undefined;
    // No name server knows it.
    if (isHere && url.hostname === "localhost") url.hostname = "127.0.0.1";
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
