import {
  type AccessAction,
  type Code,
  EVERYBODY,
  err,
  factLeaf,
  fromHex,
  type GrantEnd,
  type GrantValue,
  grantEnd,
  grantedDatasets,
  grantees,
  grantKey,
  grantsOf,
  type HeldKey,
  hex,
  isKeyOfSide,
  isShown,
  keyKey,
  type Observation,
  type OpenDataset,
  ok,
  type Result,
  referredCode,
  type ValueReader,
} from "../core/index.ts";
import { type Bounds, boundsOf, isInside, momentOf } from "../table/index.ts";

/** Who asks: anybody, or the holder of a key that is open now; under the grant that it names, if it names one. */
export type Caller = {
  readonly key?: HeldKey;
  /** Id of the grant that it wants to be judged by, or that its token is bound to. */
  readonly grant?: Uint8Array;
};

export type ViewRefusal =
  /** Nothing was granted. */
  | { readonly code: "GRANT_NONE"; readonly subject: string; readonly holder: string }
  /** The grant that was named does not count (any more), or is somebody else's. */
  | { readonly code: "GRANT_ENDED"; readonly grant: string; readonly why: GrantEnd | "other" }
  | { readonly code: "GRANT_ACTION"; readonly action: AccessAction; readonly grant: string };

/** Facts that say what an observation is of, and how it is meant. They are shown with whatever else is. */
export const HEAD_FACTS: ReadonlySet<string> = new Set(["@op", "id", "type", "time"]);

/**
 * What one caller may know of one dataset, at one moment: the one thing that every surface reads through. What is outside does
 * not exist: lists, counts, orders, errors and tags of answers must come out as if it had never been there.
 */
export type View = {
  readonly dataset: OpenDataset;
  /** Under which grant; absent for the owner, who sees everything. */
  readonly grant?: { readonly id: Uint8Array; readonly value: GrantValue };
  /** That the grant stands in the ledger above, and not in this one. */
  readonly ledger?: "above";
  /** Names of facts that are shown, those of `HEAD_FACTS` among them; absent where all are. To be pushed down into queries. */
  readonly columns?: ReadonlySet<string>;
  /** `[west, south, east, north]` in 1e-7 degree, edges included; what has no place, or lies only partly inside, is outside. */
  readonly area?: Bounds;
  /** Unix milliseconds, half-open; what has no time is outside. */
  readonly time?: { readonly since: number; readonly before: number };
  /** Unix seconds: the last one in which this view holds, if nothing ends it before. */
  readonly until?: number;
  /** Whether a fact of this name is shown. */
  shows(name: string): boolean;
  /** Whether something of that time (Unix milliseconds) at that place exists for the caller. */
  reaches(timeMilliseconds: number | undefined, place: Bounds | undefined): boolean;
  /** The observation with leaf hashes in the place of what is not shown; `undefined` where it does not exist for the caller. */
  show(observation: Observation): Observation | undefined;
};

/** The parts of a view that say what of a dataset it shows. */
export type ViewLimits = Pick<View, "columns" | "area" | "time">;

/**
 * What a caller may do with a dataset now. The owner's keys see all of it; anybody else sees what a grant allows: the one that
 * is named, else the newest that was given to the holder of the key, else the newest that was given to everybody.
 *
 * @param dataset in force: `openDataset` has judged it by the same state
 * @returns the view, else `GRANT_ENDED` where a grant was named, `GRANT_NONE`, `GRANT_ACTION`
 */
export function authorise(
  state: ValueReader,
  dataset: OpenDataset,
  caller: Caller,
  action: AccessAction,
  nowSeconds: number,
): Result<View, ViewRefusal> {
  const { code } = dataset.record;
  const { key, grant: named } = caller;
  if (named !== undefined) {
    const grant = state.get(grantKey(named));
    const why = grant ? endFor(state, grant, code, key, nowSeconds) : "other";
    if (grant === undefined || why !== undefined) {
      return err({ code: "GRANT_ENDED", grant: hex(named), why: why ?? "other" });
    }
    return under(dataset, named, grant, action);
  }
  if (key !== undefined && isKeyOfSide(state, key, code, "record")) return ok(wholeView(dataset));
  const lists = partiesOf(key).map((to) => grantsOf(state, dataset.record, to));
  const countsNow = (grant: GrantValue) =>
    endFor(state, grant, code, key, nowSeconds) === undefined;
  return underNewest(state, dataset, caller, action, lists, countsNow);
}

/** A reader of the ledger above, and what its node says that there is. */
export type ReaderAbove = ValueReader & {
  /** Ids of grants of a dataset to a code or to everybody, oldest first. */
  grants(dataset: Code, to: string): readonly Uint8Array[];
};

/**
 * What a caller may do with a dataset under grants that were given in the ledger above, which knows the dataset by its name and
 * the name of its log alone. Whose a dataset is, this ledger says, so nobody is its owner by the one above.
 *
 * @param caller by its key in the ledger above, if it has one
 * @returns as `authorise`
 */
export function authoriseFromAbove(
  above: ReaderAbove,
  dataset: OpenDataset,
  caller: Caller,
  action: AccessAction,
  nowSeconds: number,
): Result<View, ViewRefusal> {
  const { code } = dataset.record;
  const { key, grant: named } = caller;
  const endOf = (grant: GrantValue) => endFromAbove(above, grant, dataset, key, nowSeconds);
  if (named !== undefined) {
    const grant = above.get(grantKey(named));
    const why = grant ? endOf(grant) : "other";
    if (grant !== undefined && why === undefined)
      return fromAbove(under(dataset, named, grant, action));
    return err({ code: "GRANT_ENDED", grant: hex(named), why: why ?? "other" });
  }
  const lists = partiesOf(key).map((to) => above.grants(code, to));
  const countsNow = (grant: GrantValue) => endOf(grant) === undefined;
  return fromAbove(underNewest(above, dataset, caller, action, lists, countsNow));
}

function fromAbove(view: Result<View, ViewRefusal>): Result<View, ViewRefusal> {
  return view.ok ? ok({ ...view.value, ledger: "above" }) : view;
}

/** Grants that were given while the dataset still stood in the ledger above ended when it went: they are agreed upon anew. */
function endFromAbove(
  above: ValueReader,
  grant: GrantValue,
  { record: { code }, value: { log } }: OpenDataset,
  key: HeldKey | undefined,
  nowSeconds: number,
): GrantEnd | "other" | undefined {
  if (grant.dataset !== code) return "other";
  if (referredCode(grant.datasetRecord) === code) return "dataset";
  if (grant.log !== log.origin) return "log";
  return endForKey(above, grant, key, nowSeconds);
}

/** To whom grants may be that count for a key. */
function partiesOf(key: HeldKey | undefined): readonly (Code | typeof EVERYBODY)[] {
  return key === undefined ? [EVERYBODY] : [codeOf(key), EVERYBODY];
}

/** The view under the newest grant that counts and has the action, of the first list that has one. */
function underNewest(
  state: ValueReader,
  dataset: OpenDataset,
  { key }: Caller,
  action: AccessAction,
  lists: readonly (readonly Uint8Array[])[],
  countsNow: (grant: GrantValue) => boolean,
): Result<View, ViewRefusal> {
  const { code } = dataset.record;
  let refusal: ViewRefusal = { code: "GRANT_NONE", subject: code, holder: key?.holder ?? "" };
  for (const list of lists) {
    for (const id of [...list].reverse()) {
      const grant = state.get(grantKey(id));
      if (!grant || !countsNow(grant)) continue;
      const view = under(dataset, id, grant, action);
      if (view.ok) return view;
      if (refusal.code === "GRANT_NONE") refusal = view.error;
    }
  }
  return err(refusal);
}

/** What a view is bounded by, without what judges by it: so it can go to another thread. */
export function limitsOf({ columns, area, time }: View): ViewLimits {
  return { ...(columns && { columns }), ...(area && { area }), ...(time && { time }) };
}

/**
 * Whether a view holds still, by the state of the ledger that has its grant: whatever runs under it asks with each block, and when `until` has passed.
 */
export function stillHolds(
  state: ValueReader,
  { dataset, grant, ledger }: View,
  key: HeldKey | undefined,
  nowSeconds: number,
): boolean {
  const { code } = dataset.record;
  if (key !== undefined && !isOpen(state, key, nowSeconds)) return false;
  if (grant === undefined) return key !== undefined && isKeyOfSide(state, key, code, "record");
  const now = state.get(grantKey(grant.id));
  if (now === undefined) return false;
  return ledger === "above"
    ? endFromAbove(state, now, dataset, key, nowSeconds) === undefined
    : endFor(state, now, code, key, nowSeconds) === undefined;
}

/** Whether a key that opened a view is still open. */
function isOpen(state: ValueReader, { holder, kid, scope }: HeldKey, nowSeconds: number): boolean {
  const known = state.get(keyKey(holder, fromHex(kid) ?? new Uint8Array()));
  const until = scope?.until;
  return (
    known !== undefined && known.to === undefined && !(until !== undefined && nowSeconds > until)
  );
}

/** Why a grant does not count for this caller; `undefined` while it does. */
export function endFor(
  state: ValueReader,
  grant: GrantValue,
  dataset: Code,
  key: HeldKey | undefined,
  nowSeconds: number,
): GrantEnd | "other" | undefined {
  // By records, not by its name: the code may be another record's since, to which nothing was promised.
  const isOf = grantedDatasets(state, grant).includes(dataset);
  return isOf ? endForKey(state, grant, key, nowSeconds) : "other";
}

/** The same, of whichever dataset. */
export function endForKey(
  state: ValueReader,
  grant: GrantValue,
  key: HeldKey | undefined,
  nowSeconds: number,
): GrantEnd | "other" | undefined {
  const isFor = grant.to === EVERYBODY || (key !== undefined && isKeyOfGrantee(state, grant, key));
  return isFor ? grantEnd(state, grant, nowSeconds) : "other";
}

/** Whether a key is of somebody who holds a grant now: the record that it was given to, or its heirs, whoever has the code. */
export function isKeyOfGrantee(state: ValueReader, grant: GrantValue, key: HeldKey): boolean {
  return grantees(state, grant).some((each) => isKeyOfReader(state, each, key));
}

/** A grantee reads with the keys that speak for it, or with those of its devices and programs. */
function isKeyOfReader(state: ValueReader, code: Code, key: HeldKey): boolean {
  return isKeyOfSide(state, key, code, "record") || isKeyOfSide(state, key, code, "data");
}

function codeOf({ holder }: HeldKey): Code {
  return referredCode(holder);
}

function under(
  dataset: OpenDataset,
  id: Uint8Array,
  value: GrantValue,
  action: AccessAction,
): Result<View, ViewRefusal> {
  return value.actions.includes(action)
    ? ok(viewOf(dataset, id, value))
    : err({ code: "GRANT_ACTION", action, grant: hex(id) });
}

function wholeView(dataset: OpenDataset): View {
  return { dataset, shows: () => true, reaches: () => true, show: (observation) => observation };
}

function viewOf(dataset: OpenDataset, id: Uint8Array, value: GrantValue): View {
  const { attributes, area, time, until } = value;
  const limits: ViewLimits = {
    ...(attributes && { columns: new Set([...HEAD_FACTS, ...attributes]) }),
    ...(area && { area }),
    ...(time && {
      time: {
        since: time.since === undefined ? Number.NEGATIVE_INFINITY : time.since * 1000,
        before: time.before === undefined ? Number.POSITIVE_INFINITY : time.before * 1000,
      },
    }),
  };
  return {
    ...{ dataset, grant: { id, value }, ...limits, ...limitedBy(limits) },
    ...(until !== undefined && { until }),
  };
}

/** How a view with these limits shows observations. */
export function limitedBy({
  columns,
  area,
  time: span,
}: ViewLimits): Pick<View, "shows" | "reaches" | "show"> {
  const shows: View["shows"] = (name) => columns === undefined || columns.has(name);
  const reaches: View["reaches"] = (moment, place) => {
    if (span && !(moment !== undefined && moment >= span.since && moment < span.before))
      return false;
    return area === undefined || (place !== undefined && isInside(place, area));
  };
  const show: View["show"] = (observation) => {
    // Both are judged by what the observation says, shown or not; what was erased says nothing.
    const moment = span && momentOf(valueIn(observation, "time"));
    const place = area && boundsOf(valueIn(observation, "place"));
    if (!reaches(moment, place)) return undefined;
    return observation.map((fact) => (isShown(fact) && !shows(fact.name) ? factLeaf(fact) : fact));
  };
  return { shows, reaches, show };
}

function valueIn(observation: Observation, name: string) {
  for (const fact of observation) if (isShown(fact) && fact.name === name) return fact.value;
  return undefined;
}
