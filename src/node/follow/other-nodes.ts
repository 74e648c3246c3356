import { type IncomingMessage, type RequestOptions, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { err, ok, type Result } from "../../core/index.ts";
import type { OtherNodes, OtherNodesRefusal } from "../../server/index.ts";
import { addressBook } from "./address.ts";
import { addressOf, pinnedTo, type ResolveName, resolveName } from "./pinned-address.ts";

const MAX_HEADER_BYTES = 16 * 1024;

export type OtherNodesOptions = {
  /** Networks of the operator's own: reached though they are not public, and by http too. */
  readonly ownNetworks: readonly string[];
};

/** What stands in for the world in a test. */
export type OtherNodesParts = {
  /** All addresses of a name; none where it has none. */
  readonly resolve?: ResolveName;
  /** Certificate that is believed beside those of the platform (an operator names it in `NODE_EXTRA_CA_CERTS`). */
  readonly certificate?: string;
};

type Outcome = Result<Uint8Array, OtherNodesRefusal>;

/**
 * Fetches from addresses that somebody else wrote down, such as the `url` of a delegation. A name is resolved once, every
 * address of it must be admitted, and the connection goes to the one that was looked at: what the name says a moment later
 * does not matter. Redirects are not followed, nothing is sent but the path, and bytes and time are bounded.
 */
export function otherNodes(
  { ownNetworks }: OtherNodesOptions,
  { resolve = resolveName, certificate }: OtherNodesParts = {},
): OtherNodes {
  const book = addressBook(ownNetworks);
  return async (text, { signal, maxBytes }) => {
    const url = readUrl(text);
    if (url === undefined) return err({ what: "address", why: "url" });
    const address = await addressOf(url, book, resolve, signal);
    if (!address.ok) return address;
    return ask(url, address.value, { signal, maxBytes, certificate });
  };
}

function readUrl(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isWeb = url.protocol === "https:" || url.protocol === "http:";
  return isWeb && url.username === "" && url.password === "" ? url : undefined;
}

type Asking = {
  readonly signal: AbortSignal;
  readonly maxBytes: number;
  readonly certificate: string | undefined;
};

function ask(
  url: URL,
  address: string,
  { signal, maxBytes, certificate }: Asking,
): Promise<Outcome> {
  const options: RequestOptions & { readonly ca?: string } = {
    // A connection of its own: one that is kept open was made to an address that was looked at earlier.
    agent: false,
    lookup: pinnedTo(address),
    maxHeaderSize: MAX_HEADER_BYTES,
    headers: { accept: "*/*", "accept-encoding": "identity", "user-agent": "cityid" },
    ...(certificate !== undefined && { ca: certificate }),
  };
  return new Promise((resolve) => {
    const silent = (): void => {
      resolve(err({ what: "silent", why: signal.aborted ? "time" : "connection" }));
    };
    if (signal.aborted) return silent();
    const request = (url.protocol === "https:" ? requestHttps : requestHttp)(url, options);
    const abort = () => request.destroy();
    signal.addEventListener("abort", abort, { once: true });
    let isAnswered = false;
    request.once("response", (response) => {
      isAnswered = true;
      read(response, maxBytes)
        .then(resolve, silent)
        .finally(() => request.destroy());
    });
    request.on("error", silent);
    request.once("close", () => {
      signal.removeEventListener("abort", abort);
      // Also where the other side wants another protocol, or says nothing.
      if (!isAnswered) silent();
    });
    request.end();
  });
}

async function read(response: IncomingMessage, maxBytes: number): Promise<Outcome> {
  const { statusCode = 0, headers } = response;
  if (statusCode >= 300 && statusCode < 400) return err({ what: "answer", why: "redirect" });
  if (statusCode !== 200) return err({ what: "answer", why: `status ${statusCode}` });
  if ((headers["content-encoding"] ?? "identity") !== "identity") {
    return err({ what: "answer", why: "encoding" });
  }
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response as AsyncIterable<Uint8Array>) {
    bytes += part.length;
    if (bytes > maxBytes) return err({ what: "answer", why: "size" });
    parts.push(part);
  }
  if (!response.complete) return err({ what: "silent", why: "connection" });
  return ok(new Uint8Array(Buffer.concat(parts)));
}
