import { hex } from "../../bytes.ts";
import { present } from "../../invariant.ts";
import { MAX_OPEN_GRANTS } from "../../op/limits.ts";
import { type AccessScope, EVERYBODY, type Grant } from "../../op/operation.ts";
import { err, ok, type Result } from "../../result.ts";
import type { Need } from "../authority.ts";
import { type Act, type Context, seconds } from "../context.ts";
import { referenceTo } from "../effective.ts";
import { datasetSide, grantEnd, needForSide, sideOf } from "../grants.ts";
import { grantedKey, grantKey, openGrantsKey, requestKey } from "../map-keys.ts";
import type { Transaction } from "../transaction.ts";
import type { GrantValue, RequestValue } from "../values.ts";
import { notOver, type RequestRefusal } from "./request.ts";

export type GrantRefusal =
  | RequestRefusal
  | { readonly code: "GRANT_REQUEST_UNKNOWN"; readonly request: string }
  | { readonly code: "GRANT_REQUEST_OTHER"; readonly want: string; readonly got: string }
  | { readonly code: "GRANT_ANSWERED"; readonly request: string; readonly grant: string }
  | { readonly code: "GRANT_WIDER"; readonly field: keyof AccessScope }
  | {
      readonly code: "GRANT_LIMIT";
      readonly subject: string;
      readonly to: string;
      readonly max: number;
    };

export function needForGrant(tx: Transaction, { code }: Grant): Need {
  return needForSide(tx, code);
}

/** Allows what a request asked for, or less; or opens the dataset to everybody. */
export function executeGrant(context: Context, op: Grant, act: Act): Result<void, GrantRefusal> {
  const { tx } = context;
  const dataset = datasetSide(context, op.code, op.log);
  if (!dataset.ok) return dataset;
  const lasting = notOver(context, op.until);
  if (!lasting.ok) return lasting;
  const key = grantKey(act.id);
  if (tx.get(key) !== undefined) return err({ code: "GRANT_REPEATED", id: hex(act.id) });
  const side = "request" in op ? answered(context, op, act) : ok({ to: EVERYBODY } as const);
  if (!side.ok) return side;
  const { to } = side.value;
  const datasetRecord = referenceTo(dataset.value);
  const added = addOpen(context, { ...side.value, dataset: op.code, datasetRecord }, act.id);
  if (!added.ok) return added;
  tx.put(key, {
    ...{ op: act.hash, dataset: op.code, datasetRecord, log: op.log },
    ...side.value,
    ...scopeOf(op),
    at: context.timeMilliseconds,
  });
  const named = to === EVERYBODY ? [op.code] : [...new Set([op.code, to])];
  for (const code of named) tx.put(grantedKey(code, act.id), act.hash);
  return ok(undefined);
}

type Side = Pick<GrantValue, "to" | "toRecord" | "request" | "purpose">;

/** Notes in the request that it is answered. @returns to whom, for what */
function answered(
  context: Context,
  op: Extract<Grant, { request: unknown }>,
  act: Act,
): Result<Side, GrantRefusal> {
  const { tx } = context;
  const name = hex(op.request);
  const key = requestKey(op.request);
  const request = tx.get(key);
  if (request === undefined) return err({ code: "GRANT_REQUEST_UNKNOWN", request: name });
  if (request.dataset !== op.code || request.log !== op.log) {
    const [want, got] = [`${request.dataset} ${request.log}`, `${op.code} ${op.log}`];
    return err({ code: "GRANT_REQUEST_OTHER", want, got });
  }
  const asking = stillAsks(context, request, name);
  if (!asking.ok) return asking;
  const field = widerThan(request, op);
  if (field !== undefined) return err({ code: "GRANT_WIDER", field });
  tx.put(key, { ...request, grant: act.id });
  const { code: to, codeRecord: toRecord, purpose } = request;
  return ok({ to, toRecord, request: op.request, purpose });
}

/** One grant at a time answers a request; and only whoever asked can be answered, not who has its code since. */
function stillAsks(
  context: Context,
  { code, codeRecord, grant }: RequestValue,
  request: string,
): Result<void, GrantRefusal> {
  const asking = sideOf(context, code);
  if (!asking.ok) return asking;
  if (referenceTo(asking.value) !== codeRecord) {
    return err({ code: "GRANT_REQUEST_OTHER", want: codeRecord, got: referenceTo(asking.value) });
  }
  return grant !== undefined && isOpen(context, grant)
    ? err({ code: "GRANT_ANSWERED", request, grant: hex(grant) })
    : ok(undefined);
}

function isOpen(context: Context, id: Uint8Array): boolean {
  return grantEnd(context.tx, given(context, id), seconds(context)) === undefined;
}

function given(context: Context, id: Uint8Array): GrantValue {
  return present(context.tx.get(grantKey(id)), "a grant that was given");
}

/** The first field in which a scope reaches beyond another one. */
function widerThan(asked: AccessScope, given: AccessScope): keyof AccessScope | undefined {
  const { actions, attributes, area, time, until } = asked;
  if (!given.actions.every((each) => actions.includes(each))) return "actions";
  const names = given.attributes;
  if (attributes && !names?.every((each) => attributes.includes(each))) return "attributes";
  if (area && !(given.area && isWithin(given.area, area))) return "area";
  if (time && !isDuring(given.time, time)) return "time";
  if (until !== undefined && !(given.until !== undefined && given.until <= until)) return "until";
  return undefined;
}

type Area = NonNullable<AccessScope["area"]>;

function isWithin([west, south, east, north]: Area, [w, s, e, n]: Area): boolean {
  return west >= w && south >= s && east <= e && north <= n;
}

type TimeSpan = NonNullable<AccessScope["time"]>;

function isDuring(given: TimeSpan = {}, { since, before }: TimeSpan): boolean {
  if (since !== undefined && !(given.since !== undefined && given.since >= since)) return false;
  return before === undefined || (given.before !== undefined && given.before <= before);
}

/** The bounds alone, each only where there is one. */
function scopeOf({ actions, attributes, area, time, until }: AccessScope): AccessScope {
  return {
    actions,
    ...(attributes && { attributes }),
    ...(area && { area }),
    ...(time && { time }),
    ...(until !== undefined && { until }),
  };
}

type Sides = Pick<GrantValue, "dataset" | "datasetRecord" | "to" | "toRecord">;

/** Those that ended give their place up; those that went on with heirs of records that had these codes before take none. */
function addOpen(context: Context, sides: Sides, id: Uint8Array): Result<void, GrantRefusal> {
  const { tx } = context;
  const { dataset, to } = sides;
  const key = openGrantsKey(dataset, to);
  const open = (tx.get(key)?.ids ?? []).filter((each) => isOpen(context, each));
  const same = open.filter((each) => isBetween(sides, given(context, each)));
  if (same.length >= MAX_OPEN_GRANTS) {
    return err({ code: "GRANT_LIMIT", subject: dataset, to, max: MAX_OPEN_GRANTS });
  }
  tx.put(key, { ids: [...open, id] });
  return ok(undefined);
}

function isBetween({ datasetRecord, toRecord }: Sides, grant: Sides): boolean {
  return grant.datasetRecord === datasetRecord && grant.toRecord === toRecord;
}
