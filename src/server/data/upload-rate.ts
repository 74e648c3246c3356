import { type DataEntry, err, hex, ok, type Result } from "../../core/index.ts";
import type { ServerConfig } from "../options.ts";
import type { HttpRefusal } from "../problem/refusal.ts";
import { createBuckets } from "../rate/index.ts";

/** Takes entries as fast as their key, and all keys of their source together, may send them. */
export type UploadRate = {
  /** Asked once the signature was checked: nobody uses up what another one may send. */
  admit(
    entry: Pick<DataEntry, "kid" | "source">,
    nowMilliseconds: number,
  ): Result<void, HttpRefusal>;
};

export function createUploadRate({ uploads }: Pick<ServerConfig, "uploads">): UploadRate {
  const keys = createBuckets(uploads.key);
  const sources = createBuckets(uploads.source);
  return {
    admit({ kid, source }, now) {
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
