import type { ServerConfig } from "../options.ts";
import type { Peer } from "../services.ts";
import { bucketName, clientAddress, isLoopback, plainAddress, trustedProxies } from "./address.ts";
import { createBuckets } from "./token-bucket.ts";

/** Lets requests in as fast as their address may make them. */
export type Admission = {
  /** 0: come in; else the seconds to wait. */
  wait(peer: Peer, forwardedFor: string | undefined): number;
};

/** Programs on the machine itself are the operator's own: they are not counted. What a proxy passes on is, whatever it says of it. */
export function createAdmission(
  { trustedProxies: networks, rates }: Pick<ServerConfig, "trustedProxies" | "rates">,
  clock: () => number,
): Admission {
  const proxies = trustedProxies(networks);
  // Asking the list costs more than the rest of a hot read together.
  const hasProxies = networks.length > 0;
  const buckets = createBuckets(rates.address);
  return {
    wait({ remoteAddress }, forwardedFor) {
      if (remoteAddress === undefined) return 0;
      if (isOwnProgram({ remoteAddress }, forwardedFor, hasProxies)) return 0;
      const peer = plainAddress(remoteAddress);
      const isForwarded = hasProxies && forwardedFor !== undefined;
      const client = isForwarded ? clientAddress(peer, forwardedFor, proxies) : peer;
      return buckets.take(bucketName(client), 1, clock());
    },
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
