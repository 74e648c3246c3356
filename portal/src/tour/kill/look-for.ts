import { type Client, everyItem } from "cityid/sdk";
import type { Ledgered } from "./load.ts";

export type Search = {
  /** Confirmed changes that stand where they were said to stand. */
  readonly found: number;
  /** Confirmed changes that do not. Always none, or the ledger broke its word. */
  readonly missing: readonly string[];
  /** Changes without an answer that are in the log nevertheless. */
  readonly unansweredFound: number;
};

/** Reads the log from the first confirmed change on, and looks for every change that was sent. */
export async function lookFor(
  { confirmed, unanswered }: Ledgered,
  client: Pick<Client, "log">,
): Promise<Search> {
  const from = Math.min(...[...confirmed.values()].map(({ index }) => index));
  const places = new Map<string, number>();
  const filter = { from, order: "oldest", kind: "update" } as const;
  for await (const { hash, index } of everyItem((paging) => client.log(filter, paging))) {
    places.set(hash, index);
  }
  const missing = [...confirmed].filter(([hash, { index }]) => places.get(hash) !== index);
  return {
    found: confirmed.size - missing.length,
    missing: missing.map(([hash]) => hash),
    unansweredFound: [...unanswered].filter((hash) => places.has(hash)).length,
  };
}
