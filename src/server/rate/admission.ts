import type { ServerConfig } from "../options.ts";
import type { Peer } from "../services.ts";
import { bucketName, clientAddress, isLoopback, trustedProxies } from "./address.ts";
import { createBuckets } from "./token-bucket.ts";

/** Lets requests in as fast as their address may make them. */
export type Admission = {
  /** 0: come in; else the seconds to wait. */
  wait(peer: Peer, forwardedFor: string | undefined): number;
};

/** Programs on the machine itself are the operator's own: they are not counted. */
export function createAdmission(
  { trustedProxies: networks, rates }: Pick<ServerConfig, "trustedProxies" | "rates">,
  clock: () => number,
): Admission {
  const proxies = trustedProxies(networks);
  const buckets = createBuckets(rates.address);
  return {
    wait({ remoteAddress }, forwardedFor) {
      if (remoteAddress === undefined) return 0;
      const client = clientAddress(remoteAddress, forwardedFor, proxies);
      return isLoopback(client) ? 0 : buckets.take(bucketName(client), 1, clock());
    },
  };
}
