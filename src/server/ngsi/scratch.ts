import type { DatasetLog } from "../../data/index.ts";
import type { Services } from "../services.ts";

/** What looks like a code is meant as one, misspelt or not. */
const CODE = /^ma\./i;

type Scratch = Pick<Services, "scratch" | "scratchTenants">;

/** Whether a name is of a dataset beside the scratch dataset, and of none of the ledger. */
export function isScratchTenant({ scratchTenants }: Scratch, tenant: string): boolean {
  return scratchTenants !== undefined && tenant !== "" && !CODE.test(tenant);
}

/** All that no ledger knows. */
export function scratchLogs({ scratch, scratchTenants }: Scratch): readonly DatasetLog[] {
  return scratch === undefined ? [] : [scratch, ...(scratchTenants?.all() ?? [])];
}
