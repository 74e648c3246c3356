import { lookup } from "node:dns/promises";
import type { NodeConfig } from "./config.ts";
import { otherNodes } from "./follow/other-nodes.ts";
import { networksOfThisMachine } from "./this-machine.ts";

const MAX_BYTES = 1024 * 1024;
const PATIENCE_MILLISECONDS = 5000;
/** From one address of a context to the next, where tests fetch what stands anywhere. */
const MAX_REDIRECTS = 3;

/**
 * Fetches contexts of JSON-LD from the hosts that the operator allows. A name is looked at as those of other nodes are: none
 * leads into a network that is not allowed. For the scratch dataset, which only this machine uses, every public host is allowed
 * and this machine itself, by http too, and names are those that this machine knows. ADR 0082.
 */
export function contextLoader({
  contextHosts,
  followNetworks,
  scratch,
}: Pick<NodeConfig, "contextHosts" | "followNetworks" | "scratch">): (
  url: string,
) => Promise<unknown> {
  const fetchFrom = scratch
    ? otherNodes(
        {
          ownNetworks: [...followNetworks, ...networksOfThisMachine()],
          overHttp: true,
          redirects: MAX_REDIRECTS,
        },
        { resolve: lookedUp },
      )
    : otherNodes({ ownNetworks: followNetworks });
  return async (text) => {
    if (!URL.canParse(text)) return undefined;
    const url = new URL(text);
    if (!scratch && !contextHosts.includes(url.host)) return undefined;
    const signal = AbortSignal.timeout(PATIENCE_MILLISECONDS);
    const read = await fetchFrom(url.href, { signal, maxBytes: MAX_BYTES });
    return read.ok ? parse(Buffer.from(read.value).toString()) : undefined;
  };
}

/** As this machine resolves names for its programs: what stands in its file of hosts counts. */
async function lookedUp(name: string): Promise<readonly string[]> {
  const found = await lookup(name, { all: true }).catch(() => []);
  return found.map(({ address }) => address);
}

/** `null` where something came and was no JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
