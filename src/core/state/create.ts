import { equalBytes, hex } from "../bytes.ts";
import type { EncodedMap } from "../cbor/index.ts";
import { type Code, type CodeShape, codeShape, parentOf } from "../code/index.ts";
import { present } from "../invariant.ts";
import type { RecordKind } from "../op/operation.ts";
import { err, ok, type Result } from "../result.ts";
import { type AliasRefusal, aliasKeyOf, takeAlias } from "./aliases.ts";
import type { Act, Context } from "./context.ts";
import { referenceTo, referredCode } from "./effective.ts";
import { frontierOf, type ParentWork } from "./item-work.ts";
import { addKeys, type KeyRingRefusal, openKeys, reachable, usesOf } from "./key-ring.ts";
import {
  classKey,
  codeKey,
  endedKey,
  frontierKey,
  type MapKey,
  registrationKey,
} from "./map-keys.ts";
import {
  type Creation,
  type NewRecord,
  NONE,
  newRecord,
  type Placement,
  plainRecord,
} from "./new-record.ts";
import { activeAbove, notInFuture, type RuleRefusal, standsAbove } from "./rules.ts";
import type { Transaction } from "./transaction.ts";
import type { AliasValue, Authority, CodeRecord, Reference } from "./values.ts";
import { type WiderRefusal, withinSigner } from "./wider-keys.ts";

/** The map keys that a new record stands under. Made once: a key is long, and is looked up again and again. */
export type NewKeys = {
  readonly record: MapKey<CodeRecord>;
  readonly aliases: readonly MapKey<AliasValue>[];
};

export function keysOf({ code, aliases = NONE }: Pick<NewRecord, "code" | "aliases">): NewKeys {
  return { record: codeKey(code), aliases: aliases.map((alias) => aliasKeyOf(code, alias)) };
}

export type CreateRefusal =
  | RuleRefusal
  | KeyRingRefusal
  | AliasRefusal
  | { readonly code: "STATE_EXISTS"; readonly subject: string; readonly generation: number }
  | {
      readonly code: "STATE_AFTER";
      readonly subject: string;
      readonly want: string;
      readonly got: string;
    }
  | {
      readonly code: "STATE_KIND";
      readonly subject: string;
      readonly kind: string;
      readonly want: string;
    }
  | { readonly code: "STATE_CLASS_UNKNOWN"; readonly class: string }
  | WiderRefusal;

/**
 * Creates a record below its parent, or a new generation of one that has ended. Authority was judged before.
 *
 * @param source the item in its encoding, where that is at hand: what the record takes over is copied

 * @returns nothing, or the first check that failed: kind, parent, existence, class, statements, keys, aliases
 */
export function createRecord(
  context: Context,
  creation: Creation,
  item: NewRecord,
  keys: NewKeys = keysOf(item),
  source?: EncodedMap,
): Result<void, CreateRefusal> {
  const want = kindsOf(item.code);
  if (!want.includes(item.kind)) {
    return err({ code: "STATE_KIND", subject: item.code, kind: item.kind, want: want.join(" | ") });
  }
  const parent = context.work.parentOf(item.code);
  const above = activeParent(context, parent);
  if (!above.ok) return above;
  const old = endedGeneration(context, item, keys.record);
  if (!old.ok) return old;
  if (item.class !== undefined && !context.tx.has(classKey(item.class))) {
    return err({ code: "STATE_CLASS_UNKNOWN", class: item.class });
  }
  const timely = notInFuture(context, item);
  if (!timely.ok) return timely;
  const place = { parent, source, ...above.value };
  if (old.value === undefined) return put(context, creation, item, keys, place, undefined);
  const ended = withChildren(context.tx, old.value);
  context.tx.put(endedKey(referenceTo(ended)), ended);
  return put(context, creation, item, keys, place, ended);
}

function activeParent(
  context: Context,
  parent: ParentWork,
): Result<Pick<Placement, "record" | "reference">, RuleRefusal> {
  if (parent.active !== undefined) return ok(parent.active);
  const found = activeAbove(context, parent.code);
  if (!found.ok) return found;
  parent.active = { record: found.value, reference: referenceTo(found.value) };
  return ok(parent.active);
}

/** The kinds that a code of this shape can be. */
function kindsOf(code: Code): readonly RecordKind[] {
  return KINDS[codeShape(code)];
}

const KINDS: { readonly [S in CodeShape]: readonly RecordKind[] } = {
  root: [],
  country: [],
  division: ["division"],
  department: ["department"],
  class: ["class"],
  item: ["thing", "place", "device", "document", "dataset"],
};

/** The record whose code is issued anew; `undefined` when the code was never issued. */
function endedGeneration(
  context: Context,
  { code, after }: Pick<NewRecord, "code" | "after">,
  key: MapKey<CodeRecord>,
): Result<
  CodeRecord | undefined,
  Extract<CreateRefusal, { code: "STATE_AFTER" | "STATE_EXISTS" }>
> {
  const old = context.tx.get(key);
  if (old === undefined && after === undefined) return NEVER_ISSUED;
  const got = after === undefined ? "none" : hex(after);
  if (old === undefined) return err({ code: "STATE_AFTER", subject: code, want: "none", got });
  const end = endOf(context, old);
  if (end === undefined) {
    return err({ code: "STATE_EXISTS", subject: code, generation: old.generation });
  }
  const named = after !== undefined && equalBytes(after, old.control);
  if (named || (end === "void" && after === undefined)) return ok(old);
  return err({ code: "STATE_AFTER", subject: code, want: hex(old.control), got });
}

const NEVER_ISSUED = ok(undefined);
const NO_KEYS = ok(NONE);

/** How a record itself has ended: taken back, retired, or left behind by its parent's generation. */
function endOf(context: Context, record: CodeRecord): "void" | "retired" | undefined {
  const { registration, status, parent } = record;
  if (registration !== undefined && context.tx.get(registrationKey(registration))?.void) {
    return "void";
  }
  if (status === "retired") return "retired";
  const above = present(context.tx.get(codeKey(parentOf(record.code) as Code)), "a parent");
  return parent === referenceTo(above) ? undefined : "retired";
}

function put(
  context: Context,
  creation: Creation,
  item: NewRecord,
  keys: NewKeys,
  place: Placement,
  old: CodeRecord | undefined,
): Result<void, CreateRefusal> {
  const generation = (old?.generation ?? 0) + 1;
  const reference = `${item.code}#${generation}`;
  const holds = openChildKeys(context, creation.act, item, reference);
  if (!holds.ok) return holds;
  for (const [i, alias] of (item.aliases ?? NONE).entries()) {
    const taken = takeAlias(context, present(keys.aliases[i], "an alias' key"), reference, alias);
    if (!taken.ok) return taken;
  }
  const isPlain = old === undefined && holds.value === NONE;
  if (isPlain) context.tx.putEncoded(keys.record, plainRecord(creation, item, place));
  else {
    const { reference: above } = place;
    const stay = old === undefined ? NONE : suspensionsThatStay(context.tx, old, creation.act.by);
    const record = newRecord(creation, item, generation, above, holds.value, old, stay);
    context.tx.put(keys.record, record);
  }
  // The children of all time, in the order of their first registration.
  if (generation === 1) place.parent.adopted.push(item.code);
  countChild(context, place.record, creation.registration);
  return ok(undefined);
}

/**
 * Those above whoever issues a code anew who have suspended it: that ends neither with a registration that is taken back nor
 * with a parent that is retired. Whose own generation has ended can lift nothing, and holds nothing any more.
 */
function suspensionsThatStay(
  tx: Transaction,
  { suspendedBy }: CodeRecord,
  by: Authority,
): readonly Authority[] {
  if (by === "members") return NONE;
  return suspendedBy.filter(
    (suspender) => standsAbove(suspender, referredCode(by)) && isThere(tx, suspender),
  );
}

function isThere(tx: Transaction, holder: Authority): boolean {
  if (holder === "members") return true;
  return referenceTo(present(tx.get(codeKey(referredCode(holder))), holder)) === holder;
}

function openChildKeys(
  context: Context,
  act: Act,
  item: NewRecord,
  holder: Reference,
): Result<CodeRecord["holds"], CreateRefusal> {
  const specs = item.keys ?? [];
  if (specs.length === 0 && item.threshold === undefined) return NO_KEYS;
  const within = withinSigner(item.code, specs, act, act.gives);
  if (!within.ok) return within;
  const added = addKeys(context, holder, specs);
  if (!added.ok) return added;
  const enough = reachable(context, holder, item.threshold ?? 1);
  return enough.ok ? ok(usesOf(openKeys(context, holder))) : enough;
}

/** A registration whose record was given a child by another one can no longer be taken back. */
function countChild(
  { work }: Context,
  { registration }: CodeRecord,
  own: Uint8Array | undefined,
): void {
  if (registration === undefined) return;
  if (own !== undefined && equalBytes(registration, own)) return;
  work.raiseChanged(registration);
}

/** Brings each parent's `children` up to its tree, once for a whole block. */
export function settleChildren(tx: Transaction): void {
  const prefix = frontierKey("" as Code);
  for (const key of tx.changedKeys(prefix)) {
    const code = key.slice(prefix.length) as Code;
    const record = present(tx.get(codeKey(code)), code);
    tx.put(codeKey(code), withChildren(tx, record));
  }
}

/** The record with `children` as its tree has them now. */
function withChildren(tx: Transaction, record: CodeRecord): CodeRecord {
  const frontier = frontierOf(tx.get(frontierKey(record.code)));
  if (record.children.count === frontier.size) return record;
  return { ...record, children: { count: frontier.size, root: frontier.root() } };
}
