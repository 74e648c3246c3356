import { networkInterfaces } from "node:os";

const LOOPBACK = ["127.0.0.0/8", "::1/128"];
/** What a program writes that listens on all addresses of this machine. */
const ANY = ["0.0.0.0/32", "::/128"];

/** Networks that hold addresses of this machine alone, as they are now: what answers there runs beside the node. */
export function networksOfThisMachine(): readonly string[] {
  const own = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  // An address of a link says nothing without the name of the link.
  const named = own.filter(({ scopeid = 0 }) => scopeid === 0).map(({ address }) => address);
  return [...LOOPBACK, ...ANY, ...new Set(named)];
}
