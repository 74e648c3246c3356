import type { Services } from "../services.ts";
import type { ServedLog } from "./routes.ts";

/** The log of a ledger, its checkpoint with the cosignatures that were gathered. */
export function servedLog({
  ledger,
  cosignatures,
}: Pick<Services, "ledger" | "cosignatures">): ServedLog {
  return {
    published: () =>
      cosignatures === undefined
        ? ledger.published()
        : { checkpoint: cosignatures.checkpoint().note },
    tile: (level, index, width) => ledger.tile(level, index, width),
    bundle: (index, width) => ledger.bundle(index, width),
  };
}
