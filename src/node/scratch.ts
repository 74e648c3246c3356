import { hex, InvariantError, sha256, utf8 } from "../core/index.ts";
import type { DatasetLog } from "../data/index.ts";
import { MAX_SCRATCH_TENANTS, type ScratchTenants } from "../server/index.ts";
import type { NodeConfig } from "./config.ts";
import { dataDirectory } from "./data-directory.ts";
import { type NodeDatasets, openDatasets, storeOf } from "./datasets.ts";
import { urlOf } from "./listen.ts";
import { randomly } from "./randomly.ts";

export type Scratch = { readonly log: DatasetLog; readonly tenants: ScratchTenants };

/** Of the scratch dataset: a code that is nobody's. */
const SCRATCH = "MA.156/SCRATCH#1";
const SCRATCH_TENANT = "MA.156/SCRATCH/";

/** A dataset that no ledger knows. Its log has a name that no node gives to another. */
export async function openScratch(
  { dataDirectory: root, publicUrl, host }: NodeConfig,
  port: number,
): Promise<Scratch & AsyncDisposable> {
  const logs = await openDatasets({
    directory: dataDirectory(root).scratch,
    host: new URL(publicUrl ?? urlOf(host, port)).host,
    clock: Date.now,
    random: randomly,
    openStore: storeOf,
  });
  const log = await logs.open(SCRATCH);
  if (log === undefined) throw new InvariantError("no room for one log");
  const tenants = scratchTenants(logs, log);
  return { log, tenants, [Symbol.asyncDispose]: () => logs[Symbol.asyncDispose]() };
}

/** Others like it; names are any text, and lie under a hash of it. */
function scratchTenants(logs: NodeDatasets, scratch: DatasetLog): ScratchTenants {
  const referenceOf = (tenant: string) =>
    `${SCRATCH_TENANT}${hex(sha256(utf8(tenant)))
      .slice(0, 24)
      .toUpperCase()}#1`;
  const all = () => logs.all().filter((log) => log !== scratch);
  return {
    ...{ all, find: (tenant) => logs.find(referenceOf(tenant)) },
    begin: async (tenant) => {
      const reference = referenceOf(tenant);
      const isFull = logs.find(reference) === undefined && all().length >= MAX_SCRATCH_TENANTS;
      return isFull ? undefined : logs.open(reference);
    },
  };
}
