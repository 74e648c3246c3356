import type { ServerConfig } from "../options.ts";
import type { Peer } from "../services.ts";
import type { Clients } from "./clients.ts";
import { createBuckets } from "./token-bucket.ts";

/** Lets requests in as fast as their address may make them. */
export type Admission = {
  /** 0: come in; else the seconds to wait. */
  wait(peer: Peer, forwardedFor: string | undefined): number;
};

export function createAdmission(
  { rates }: Pick<ServerConfig, "rates">,
  clients: Clients,
  clock: () => number,
): Admission {
  const buckets = createBuckets(rates.address);
  return {
    wait(peer, forwardedFor) {
      const client = clients(peer, forwardedFor);
      return client === undefined ? 0 : buckets.take(client, 1, clock());
    },
  };
}
