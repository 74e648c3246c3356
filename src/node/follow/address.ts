import { BlockList } from "node:net";
import { familyOf, networksOf } from "../../server/index.ts";

/** Which addresses a node may connect to because somebody else named them. */
export type AddressBook = {
  /** Of the whole internet, or one of the networks that the operator configured. */
  readonly admits: (address: string) => boolean;
  /** Of a network that the operator configured. */
  readonly isOwn: (address: string) => boolean;
};

/**
 * What is no address of a machine on the internet, of IPv4. IANA's registry of special-purpose addresses (RFC 6890), and
 * all that is multicast or reserved.
 */
const SPECIAL_IPV4: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
];

/** What of IPv6 was given out for machines (RFC 4291): mapped, translated, local and multicast addresses lie outside. */
const GLOBAL_IPV6 = ["2000::", 3] as const;

/** Inside of it: what wraps an address of IPv4 (Teredo, 6to4), and what stands in books. */
const SPECIAL_IPV6: readonly (readonly [string, number])[] = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
];

/** @param ownNetworks `10.0.0.0/8`, `::1`. @throws RangeError for anything else */
export function addressBook(ownNetworks: readonly string[]): AddressBook {
  const { has: isOwn } = networksOf(ownNetworks);
  return { isOwn, admits: (address) => isOwn(address) || isPublic(address) };
}

const specialIpv4 = listOf(SPECIAL_IPV4, "ipv4");
const globalIpv6 = listOf([GLOBAL_IPV6], "ipv6");
const specialIpv6 = listOf(SPECIAL_IPV6, "ipv6");

/** Whether an address is one of the public internet. What is no address is not. */
export function isPublic(address: string): boolean {
  switch (familyOf(address)) {
    case "ipv4":
      return !specialIpv4.check(address, "ipv4");
    case "ipv6":
      return globalIpv6.check(address, "ipv6") && !specialIpv6.check(address, "ipv6");
    case undefined:
      return false;
  }
}

function listOf(networks: readonly (readonly [string, number])[], family: "ipv4" | "ipv6") {
  const list = new BlockList();
  for (const [network, prefix] of networks) list.addSubnet(network, prefix, family);
  return list;
}
