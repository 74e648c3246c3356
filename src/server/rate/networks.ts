import { BlockList, isIP } from "node:net";

/** Addresses of some networks. */
export type Networks = { readonly has: (address: string) => boolean };

/** Reads addresses and networks (`10.0.0.0/8`, `::1`). @throws RangeError for anything else: a mistake in configuration */
export function networksOf(texts: readonly string[]): Networks {
  const list = new BlockList();
  for (const text of texts) addNetwork(list, text);
  return {
    has(address) {
      const family = familyOf(address);
      return family !== undefined && list.check(address, family);
    },
  };
}

/** Whether a text is an address or a network. */
export function isNetwork(text: string): boolean {
  const [address = "", prefix, ...rest] = text.split("/");
  const family = familyOf(address);
  if (family === undefined || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= BITS[family]);
}

/** `undefined` for what is no address. */
export function familyOf(address: string): "ipv4" | "ipv6" | undefined {
  const family = isIP(address);
  return family === 0 ? undefined : family === 6 ? "ipv6" : "ipv4";
}

const BITS = { ipv4: 32, ipv6: 128 } as const;

function addNetwork(list: BlockList, text: string): void {
  const [address = "", prefix] = text.split("/");
  const family = isNetwork(text) ? familyOf(address) : undefined;
  if (family === undefined) throw new RangeError(`no address or network: ${text}`);
  list.addSubnet(address, Number(prefix ?? BITS[family]), family);
}
