import { isIP } from "node:net";
import { networkInterfaces } from "node:os";

const LOOPBACK = ["127.0.0.0/8", "::1/128"];

/** What leads to this machine and no further: loopback, and the addresses that it has in its networks. */
export function thisMachine(): readonly string[] {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const own = all.map(({ address }) => address).filter((address) => isIP(address) !== 0);
  return [...LOOPBACK, ...new Set(own)];
}
