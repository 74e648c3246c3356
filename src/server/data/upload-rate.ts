import { type DataEntry, err, hex, ok, type Result } from "../../core/index.ts";
import type { ServerConfig } from "../options.ts";
import type { HttpRefusal } from "../problem/refusal.ts";
import { createBuckets, isOwnProgram } from "../rate/index.ts";
import type { Peer } from "../services.ts";

/** Takes entries as fast as their key, and all keys of their source together, may send them. */
export type UploadRate = {
  /** Asked once the signature was checked: nobody uses up what another one may send. */
  admit(
    entry: Pick<DataEntry, "kid" | "source">,
    nowMilliseconds: number,
    from?: Sender,
  ): Result<void, HttpRefusal>;
};

/** Who sends: programs on the machine itself are the operator's own, and not counted. */
export type Sender = { readonly peer: Peer; readonly forwardedFor: string | undefined };

export function createUploadRate({
  uploads,
  trustedProxies,
}: Pick<ServerConfig, "uploads" | "trustedProxies">): UploadRate {
  const hasProxies = trustedProxies.length > 0;
  const keys = createBuckets(uploads.key);
  const sources = createBuckets(uploads.source);
  return {
    admit({ kid, source }, now, from) {
      if (from !== undefined && isOwnProgram(from.peer, from.forwardedFor, hasProxies)) {
        return ok(undefined);
      }
      const byKey = keys.take(`${source} ${hex(kid)}`, 1, now);
      if (byKey > 0) return tooFast("key", byKey);
      const bySource = sources.take(source, 1, now);
      return bySource > 0 ? tooFast("source", bySource) : ok(undefined);
    },
  };
}

function tooFast(by: "key" | "source", retryAfter: number): Result<never, HttpRefusal> {
  return err({ code: "HTTP_RATE", retryAfter, by });
}
