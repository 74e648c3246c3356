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
  /** Public addresses by http too. */
  readonly overHttp?: boolean;
  /** How many are followed; none where nothing is said. */
  readonly redirects?: number;
};

/** What stands in for the world in a test. */
export type OtherNodesParts = {
  /** All addresses of a name; none where it has none. */
  readonly resolve?: ResolveName;
  /** Certificate that is believed beside those of the platform (an operator names it in `NODE_EXTRA_CA_CERTS`). */
  readonly certificate?: string;
};

type Outcome = Result<Uint8Array, OtherNodesRefusal>;
/** What came, or where it is said to be. */
type Answer = Outcome | { readonly to: string };

/**
 * Fetches from addresses that somebody else wrote down, such as the `url` of a delegation. A name is resolved once, every
 * address of it must be admitted, and the connection goes to the one that was looked at: what the name says a moment later
 * does not matter. Redirects are not followed unless that is said, and then each is looked at in the same way; nothing is sent
 * but the path, and bytes and time are bounded.
 */
export function otherNodes(
  { ownNetworks, overHttp = false, redirects = 0 }: OtherNodesOptions,
  { resolve = resolveName, certificate }: OtherNodesParts = {},
): OtherNodes {
  const admitted = addressBook(ownNetworks);
  const book = overHttp ? { ...admitted, isOwn: admitted.admits } : admitted;
  return async (text, { signal, maxBytes }) => {
    let url = readUrl(text);
    for (let left = redirects; url !== undefined; left -= 1) {
      const address = await addressOf(url, book, resolve, signal);
      if (!address.ok) return address;
      const answer = await ask(url, address.value, { signal, maxBytes, certificate });
      if (!("to" in answer)) return answer;
      if (left === 0) return err({ what: "answer", why: "redirect" });
      url = readUrl(answer.to, url);
    }
    return err({ what: "address", why: "url" });
  };
}

function readUrl(text: string, base?: URL): URL | undefined {
  if (!URL.canParse(text, base?.href)) return undefined;
  const url = new URL(text, base);
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
): Promise<Answer> {
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

async function read(response: IncomingMessage, maxBytes: number): Promise<Answer> {
  const { statusCode = 0, headers } = response;
  if (statusCode >= 300 && statusCode < 400) return { to: headers.location ?? "" };
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
