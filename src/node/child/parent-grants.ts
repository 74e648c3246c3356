import type { Code } from "../../core/index.ts";
import { type Client, everyItem } from "../../sdk/index.ts";
import type { GrantSource } from "../../server/index.ts";

/** Of one request to the parent: a reader waits for it. */
const PATIENCE_MILLISECONDS = 3000;

/** Grants that one dataset has in force; beyond it those of the smallest ids count. */
const MAX_GRANTS = 1000;

/** Asks the parent's node what was granted there of datasets that are kept here. */
export function parentGrants(
  given: Client,
  { policy, staleMilliseconds }: Pick<GrantSource, "policy" | "staleMilliseconds">,
): GrantSource {
  const parent = given.within({ timeoutMilliseconds: PATIENCE_MILLISECONDS });
  return {
    ...{ policy, staleMilliseconds },
    prove: ([key = "", ...more]) => parent.proof(key, { more }),
    async list(dataset: Code) {
      const found: { readonly id: string; readonly to: string; readonly at: number }[] = [];
      const pages = everyItem((paging) =>
        parent.grants({ code: dataset, side: "dataset", open: 1 }, paging),
      );
      for await (const { id, to, at } of pages) {
        found.push({ id, to, at: Date.parse(at) });
        if (found.length === MAX_GRANTS) break;
      }
      return found.sort((a, b) => a.at - b.at);
    },
  };
}
