import { Resolver } from "node:dns/promises";
import { isIP, type LookupFunction } from "node:net";
import { err, ok, type Result } from "../../core/index.ts";
import type { OtherNodesRefusal } from "../../server/index.ts";
import type { AddressBook } from "./address.ts";

/** All addresses of a name; none where it has none. */
export type ResolveName = (name: string, signal: AbortSignal) => Promise<readonly string[]>;

/**
 * The address to connect to. A name that does not exist looks like one that leads inside, so that nobody learns the names
 * of this network by delegating to them.
 */
export async function addressOf(
  { hostname, protocol }: URL,
  book: AddressBook,
  resolve: ResolveName,
  signal: AbortSignal,
): Promise<Result<string, OtherNodesRefusal>> {
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  const found = isIP(host) === 0 ? await resolve(host, signal) : [host];
  if (signal.aborted) return err({ what: "silent", why: "time" });
  const [first, ...others] = found;
  const isSealed = protocol === "https:" || protocol === "mqtts:";
  const isSafe = isSealed ? book.admits : book.isOwn;
  if (first === undefined || ![first, ...others].every(isSafe)) {
    return err({ what: "address", why: isSealed ? "not-public" : "not-https" });
  }
  return ok(first);
}

/** Tries of each name server, and how long one takes; the signal ends all of it. */
const RESOLVING = { timeout: 1000, tries: 2 };

/**
 * By questions to the name servers. The system's own resolver would hold a thread of the pool that also writes the journal,
 * for as long as somebody's name server likes.
 */
export async function resolveName(name: string, signal: AbortSignal): Promise<readonly string[]> {
  const resolver = new Resolver(RESOLVING);
  const cancel = () => resolver.cancel();
  signal.addEventListener("abort", cancel, { once: true });
  const none = (): readonly string[] => [];
  const found = await Promise.all([
    resolver.resolve4(name).catch(none),
    resolver.resolve6(name).catch(none),
  ]);
  signal.removeEventListener("abort", cancel);
  return found.flat();
}

/** Has a connection go to the address that was looked at, whatever the name says by then. */
export function pinnedTo(address: string): LookupFunction {
  const family = isIP(address);
  return (_name, options, done) => {
    if (options.all) done(null, [{ address, family }]);
    else done(null, address, family);
  };
}
