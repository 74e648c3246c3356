import { BlockList, isIP } from "node:net";

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
  const own = new BlockList();
  for (const network of ownNetworks) addNetwork(own, network);
  const isOwn = (address: string): boolean => {
    const family = familyOf(address);
    return family !== undefined && own.check(address, family);
  };
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

/** Whether a text is an address or a network. */
export function isNetwork(text: string): boolean {
  const [address = "", prefix, ...rest] = text.split("/");
  const family = familyOf(address);
  if (family === undefined || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= BITS[family]);
}

const BITS = { ipv4: 32, ipv6: 128 } as const;

function addNetwork(list: BlockList, network: string): void {
  const [address = "", prefix] = network.split("/");
  const family = isNetwork(network) ? familyOf(address) : undefined;
  if (family === undefined) throw new RangeError(`no address or network: ${network}`);
  list.addSubnet(address, Number(prefix ?? BITS[family]), family);
}

function familyOf(address: string): "ipv4" | "ipv6" | undefined {
  const family = isIP(address);
  return family === 0 ? undefined : family === 6 ? "ipv6" : "ipv4";
}
