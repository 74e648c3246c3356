import { everyItem, type ValidatorJson } from "../../sdk/index.ts";
import type { Run } from "../run.ts";

/** All validators that the ledger knows, by name, those that have left included. */
export async function validators(run: Run): Promise<readonly ValidatorJson[]> {
  const all: ValidatorJson[] = [];
  for await (const each of everyItem<ValidatorJson>((page) => run.client.validators(page))) {
    all.push(each);
  }
  return all.sort((a, b) => a.id.localeCompare(b.id, "en", { numeric: true }));
}
