import { isIP } from "node:net";
import type { ResolverHost } from "../../core/index.ts";
import { isPublic } from "../../node/index.ts";

/** What names nothing on the public internet. @see RFC 6761, RFC 6762, RFC 7686, RFC 8375; `internal` by ICANN */
const LOCAL = [
  "localhost",
  "local",
  "internal",
  "lan",
  "home.arpa",
  "test",
  "invalid",
  "example",
  "onion",
];

/** Whether everybody who scans a plate can reach this host. Whether somebody answers there is not asked. */
export function isPublicHost(host: ResolverHost): boolean {
  const [name = ""] = host.split(":");
  if (isIP(name) !== 0) return isPublic(name);
  // A number at the end makes browsers take it for an address of IPv4, in one of its many spellings.
  const isName = /\.[a-z][a-z0-9-]*$/.test(name);
  return isName && !LOCAL.some((local) => name.endsWith(`.${local}`));
}
