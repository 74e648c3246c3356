import { isIP } from "node:net";
import type { Notifier } from "../../server/index.ts";
import type { NodeConfig } from "../config.ts";
import { type AddressBook, addressBook } from "../follow/address.ts";
import { addressOf, type ResolveName, resolveName } from "../follow/pinned-address.ts";
import { thisMachine } from "../this-machine.ts";
import { publish, topicOf } from "./mqtt.ts";
import { createPosting } from "./post.ts";

const SCHEMES = ["https:", "http:", "mqtts:", "mqtt:"];

export type NotifierParts = {
  readonly resolve?: ResolveName;
  /** Certificate that is believed beside those of the platform. */
  readonly certificate?: string;
};

/**
 * Sends notifications to addresses that subscribers wrote down. As what fetches from other nodes: a name is resolved once, all
 * addresses of it must be admitted, the connection goes to the one that was looked at, and redirects are not followed. To the
 * internet by https alone; to the operator's own networks, and in a scratch dataset to this machine, by http too.
 */
export function createNotifier(
  { notifyNetworks, scratch }: Pick<NodeConfig, "notifyNetworks" | "scratch">,
  { resolve = resolveName, certificate }: NotifierParts = {},
): Notifier {
  const own = scratch ? [...notifyNetworks, ...thisMachine()] : notifyNetworks;
  const book = addressBook(own);
  const post = createPosting(certificate);
  const named: ResolveName = async (name, signal) =>
    // No name server knows it.
    name === "localhost" ? ["127.0.0.1"] : resolve(name, signal);
  return {
    refuses: (text) => whyNot(text, book, own.length > 0),
    send: (message, { signal, milliseconds }) =>
      within(signal, milliseconds, async (bounds) => {
        const url = new URL(message.uri);
        const address = await addressOf(url, book, named, bounds);
        if (!address.ok) return "failed";
        if (url.protocol.startsWith("mqtt")) {
          return publish(url, address.value, message, bounds);
        }
        return post(url, address.value, message, bounds);
      }),
  };
}

/** Ends with the signal, or when the time is over. */
async function within<T>(
  signal: AbortSignal,
  milliseconds: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const timer = setTimeout(abort, milliseconds);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
}

/** What an address tells by itself; names are looked up when something is sent. */
function whyNot(text: string, book: AddressBook, hasOwn: boolean): string | undefined {
  if (!URL.canParse(text)) return "url";
  const url = new URL(text);
  const { protocol, hostname, username, password } = url;
  if (!SCHEMES.includes(protocol)) return "scheme";
  const isMqtt = protocol.startsWith("mqtt");
  if (isMqtt ? topicOf(url) === undefined : username !== "" || password !== "") return "url";
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  const address = host === "localhost" ? "127.0.0.1" : host;
  const isSealed = protocol === "https:" || protocol === "mqtts:";
  if (isIP(address) === 0) return isSealed || hasOwn ? undefined : "not-https";
  if (isSealed) return book.admits(address) ? undefined : "not-public";
  return book.isOwn(address) ? undefined : book.admits(address) ? "not-https" : "not-public";
}
