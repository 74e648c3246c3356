import { type AccessAction, err, ok, type Result, referredCode } from "../../core/index.ts";
import { ALL, type DatasetLog, type EntityView } from "../../data/index.ts";
import type { Judged } from "../access/index.ts";
import { type Reader, readerOf, seenDataset } from "../data/reader.ts";
import type { Incoming } from "../http/incoming.ts";
import { mustBe, speaksFor } from "../identity/index.ts";
import { MAX_SCRATCH_TENANTS } from "../limits.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import type { Services } from "../services.ts";
import type { GatewayLog } from "./gathered.ts";
import { isScratchTenant } from "./scratch.ts";

/** The dataset that a request is about, and what its reader may see of it. */
export type Target = GatewayLog & {
  readonly view: EntityView;
  /** Of a dataset of the ledger. */
  readonly judged?: Judged;
  /** To be told of what was read: under a grant it is noted. */
  readonly note?: (what: string, count: number) => void;
  /** As the request named it. */
  readonly tenant: string | undefined;
  /** Who asks, where somebody said so. */
  readonly reader?: NonNullable<Reader>;
};

const MAX_TENANT_CHARACTERS = 256;

/** What of a route says which dataset it needs. */
type Needing = {
  readonly method: string;
  readonly isWriting: boolean;
  readonly action?: AccessAction;
  /** Asks a tenant of which nobody knows yet what it always has. */
  readonly isOfAnyTenant?: boolean;
};

/** `NGSILD-Tenant` names a dataset by its code; without it the scratch dataset is meant, where there is one. */
export async function targetOf(
  services: Services,
  c: Incoming,
  body: Uint8Array | undefined,
  needing: Needing,
): Promise<Result<Target, AnyRefusal>> {
  const { isWriting, action = "read" } = needing;
  const tenant = c.req.header("NGSILD-Tenant")?.slice(0, MAX_TENANT_CHARACTERS);
  if (services.scratch !== undefined && isFromHere(c)) {
    if (tenant === undefined) return ok(everything(services.scratch, tenant));
    if (isScratchTenant(services, tenant)) return scratchTarget(services, tenant, needing);
  }
  if (isWriting) return targetOfOwner(services, c, tenant ?? "", body);
  const reader = readerOf(services, c, body);
  return reader.ok ? targetOfReader(services, tenant ?? "", reader.value, action) : reader;
}

function everything(log: DatasetLog, tenant: string | undefined): Target {
  return { code: referredCode(log.reference), log, dataset: undefined, view: ALL, tenant };
}

/** What is made for a tenant makes it too (§5.5.10); nothing else does. */
async function scratchTarget(
  { scratchTenants }: Services,
  tenant: string,
  { method, isWriting, isOfAnyTenant }: Needing,
): Promise<Result<Target, AnyRefusal>> {
  const mayBegin = isOfAnyTenant || (isWriting && method === "POST");
  const known = scratchTenants?.find(tenant);
  if (known === undefined && !mayBegin) return err({ code: "NGSI_TENANT", tenant });
  const log = known ?? (await scratchTenants?.begin(tenant));
  if (log !== undefined) return ok(everything(log, tenant));
  return err({ code: "HTTP_FULL", what: "tenants", max: MAX_SCRATCH_TENANTS });
}

/** A page of somebody else in a browser on this machine is not whom the scratch dataset is for. */
function isFromHere(c: Incoming): boolean {
  const origin = c.req.header("Origin");
  if (origin === undefined) return true;
  const { hostname } = URL.canParse(origin) ? new URL(origin) : { hostname: "" };
  return ["127.0.0.1", "[::1]", "localhost"].includes(hostname);
}

async function targetOfReader(
  services: Services,
  tenant: string,
  reader: Reader,
  action: AccessAction,
): Promise<Result<Target, AnyRefusal>> {
  const seen = await seenDataset(services, tenant, reader, action);
  if (seen.ok) return ok({ ...seen.value, tenant, ...(reader && { reader }) });
  return seen.error.code === "HTTP_BUSY" ? seen : err({ code: "NGSI_TENANT", tenant });
}

/** Whoever is nobody hears that it must sign, and not whether there is such a dataset. */
async function targetOfOwner(
  services: Services,
  c: Incoming,
  tenant: string,
  body: Uint8Array | undefined,
): Promise<Result<Target, AnyRefusal>> {
  const signer = services.authentication.signer(c, body ?? new Uint8Array(0));
  if (!signer.ok) return signer;
  const target = await targetOfReader(services, tenant, { signer: signer.value }, "read");
  if (!target.ok) return target;
  const { code } = target.value;
  const isOwner = speaksFor(services.state, signer.value, code);
  const allowed = mustBe(signer.value, isOwner, `the holder of ${code}`);
  return allowed.ok ? target : allowed;
}
