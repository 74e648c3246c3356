import { type Client, type ClientOptions, createClient } from "cityid/sdk";

type More = Partial<Pick<ClientOptions, "url" | "requester" | "signal" | "attempts">>;

/** A client of the node that served this page, unless `url` is another. The step's own `fetch` shows every call it makes. */
export function nodeClient(send: typeof fetch, more: More = {}): Client {
  return createClient({ url: location.origin, fetch: send, ...more });
}
