import { isIP } from "node:net";
import { networksOf } from "./networks.ts";

/** Addresses whose `X-Forwarded-For` is believed. */
export type TrustedProxies = { readonly trusts: (address: string) => boolean };

/** @param networks addresses and networks. @throws RangeError for what is neither */
export function trustedProxies(networks: readonly string[]): TrustedProxies {
  return { trusts: networksOf(networks).has };
}

const MAX_HOPS = 32;

/** The address of the client: the last one in the chain that no trusted proxy vouches for. */
export function clientAddress(
  peer: string,
  forwardedFor: string | undefined,
  proxies: TrustedProxies,
): string {
  let client = plainAddress(peer);
  const hops =
    forwardedFor
      ?.split(",")
      // Each proxy adds its peer at the end; what stands far before that, anybody may have written.
      .slice(-MAX_HOPS)
      .map((each) => plainAddress(each.trim())) ?? [];
  while (proxies.trusts(client)) {
    const hop = hops.pop();
    if (hop === undefined || isIP(hop) === 0) break;
    client = hop;
  }
  return client;
}

/** IPv4 without the `::ffff:` that a dual-stack socket puts before it. */
export function plainAddress(address: string): string {
  return address.startsWith("::ffff:") && address.includes(".") ? address.slice(7) : address;
}

/** Whom a bucket belongs to: an IPv4 address, or the /64 that one IPv6 customer has. */
export function bucketName(address: string): string {
  if (isIP(address) !== 6) return address;
  const [left = "", right] = address.split("::");
  const head = left === "" ? [] : left.split(":");
  const tail = right === undefined || right === "" ? [] : right.split(":");
  const zeros = right === undefined ? 0 : 8 - head.length - tail.length;
  const groups = [...head, ...Array.from({ length: zeros }, () => "0"), ...tail];
  return `${groups.slice(0, 4).join(":")}::/64`;
}

export function isLoopback(address: string): boolean {
  return address === "::1" || address.startsWith("127.");
}
