import type { ServerConfig } from "../options.ts";
import type { Peer } from "../services.ts";
import { bucketName, clientAddress, isLoopback, plainAddress, trustedProxies } from "./address.ts";

/**
 * Whose share of what all have together a request takes: an address, of IPv6 the /64 that one customer has. Programs on the
 * machine itself are the operator's own, and have no name. What a proxy passes on has one, whatever it says of it.
 */
export type Clients = (peer: Peer, forwardedFor: string | undefined) => string | undefined;

export function createClients({
  trustedProxies: networks,
}: Pick<ServerConfig, "trustedProxies">): Clients {
  const proxies = trustedProxies(networks);
  // Asking the list costs more than the rest of a hot read together.
  const hasProxies = networks.length > 0;
  return ({ remoteAddress }, forwardedFor) => {
    if (remoteAddress === undefined) return undefined;
    if (isOwnProgram({ remoteAddress }, forwardedFor, hasProxies)) return undefined;
    const peer = plainAddress(remoteAddress);
    const isForwarded = hasProxies && forwardedFor !== undefined;
    return bucketName(isForwarded ? clientAddress(peer, forwardedFor, proxies) : peer);
  };
}

/** Whether a program on the machine itself asks, and passes nothing on for others. */
export function isOwnProgram(
  { remoteAddress }: Peer,
  forwardedFor: string | undefined,
  hasProxies: boolean,
): boolean {
  if (remoteAddress === undefined || (hasProxies && forwardedFor !== undefined)) return false;
  return isLoopback(plainAddress(remoteAddress));
}
