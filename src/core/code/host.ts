import { err, ok, type Result } from "../result.ts";
import type { Code } from "./code.ts";

declare const brand: unique symbol;

/** Where codes resolve: a DNS name in lower case or an IPv4 address, with a port where it is not the usual one. */
export type ResolverHost = string & { readonly [brand]: "ResolverHost" };

/** Not `name`, `name.name…` or either with `:port`, in lower case. */
export type HostRefusal = { readonly code: "CODE_HOST"; readonly got: string };

const LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const HOST = new RegExp(`^${LABEL}(?:\\.${LABEL})*(?::([1-9]\\d{0,4}))?$`);
const HOST_CHARACTERS_MAX = 253;
const PORT_MAX = 65_535;

/**
 * Reads the host of a resolver.
 *
 * @returns the host, else `CODE_HOST`
 */
export function parseResolverHost(text: string): Result<ResolverHost, HostRefusal> {
  const match = text.length <= HOST_CHARACTERS_MAX ? HOST.exec(text) : null;
  if (match === null || Number(match[1] ?? PORT_MAX) > PORT_MAX) {
    return err({ code: "CODE_HOST", got: text });
  }
  return ok(text as ResolverHost);
}

/** The address of a code at a resolver. */
export function resolverUrl(host: ResolverHost, code: Code): string {
  return `https://${host}/${code}`;
}

/** The same in the style of ISO/IEC 18975: data identifier 25S in front. */
export function resolverUrl25S(host: ResolverHost, code: Code): string {
  return `https://${host}/25S/${code}`;
}
