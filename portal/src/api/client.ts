import { type Client, type ClientOptions, createClient } from "cityid/sdk";
import type { Language } from "../app/preferences.ts";

type More = Pick<ClientOptions, "requester" | "signal" | "attempts">;

/** A client of the node that served this page. The step's own `fetch` shows every call it makes. */
export function nodeClient(send: typeof fetch, language: Language, more: More = {}): Client {
  return createClient({ url: location.origin, fetch: send, language, ...more });
}
