import { equalBytes, hex } from "../bytes.ts";
import {
  type CborMap,
  type CborValue,
  type EncodedMap,
  FilledTemplate,
  templateOf,
} from "../cbor/index.ts";
import { type Code, type CodeShape, codeShape, parentOf } from "../code/index.ts";
import { present } from "../invariant.ts";
import { EMPTY_ROOT } from "../merkle/hash.ts";
import type { KeyScope, KeySpec, KeyUse, RecordKind, RegisterItem } from "../op/operation.ts";
import { err, ok, type Result } from "../result.ts";
import { type AliasRefusal, aliasKeyOf, takeAlias } from "./aliases.ts";
import type { Act, Context } from "./context.ts";
import { referenceTo } from "./effective.ts";
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
import { active, notInFuture, type RuleRefusal } from "./rules.ts";
import type { Transaction } from "./transaction.ts";
import type { AliasValue, CodeRecord, Reference } from "./values.ts";

/** A record to create: a registered child, or the division of an application. */
export type NewRecord = Omit<RegisterItem, "kind"> & { readonly kind: RecordKind };

/** The map keys that a new record stands under. Made once: a key is long, and is looked up again and again. */
export type NewKeys = {
  readonly record: MapKey<CodeRecord>;
  readonly aliases: readonly MapKey<AliasValue>[];
};

export function keysOf({ code, aliases = NONE }: Pick<NewRecord, "code" | "aliases">): NewKeys {
  return { record: codeKey(code), aliases: aliases.map((alias) => aliasKeyOf(code, alias)) };
}

/** What holds for all that an operation or a chunk creates. */
export type Creation = { readonly act: Act; readonly registration?: Uint8Array };

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

/** A key that would reach further than the one that gives it. */
export type WiderRefusal = {
  readonly code: "AUTH_KEY_WIDER";
  readonly subject: string;
  readonly label: string;
  readonly facet: "uses" | "classes" | "until";
};

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

/** Where a record is created, and from what. */
type Placement = {
  readonly parent: ParentWork;
  readonly source: EncodedMap | undefined;
  readonly record: CodeRecord;
  readonly reference: Reference;
};

function activeParent(
  context: Context,
  parent: ParentWork,
): Result<Pick<Placement, "record" | "reference">, RuleRefusal> {
  if (parent.active !== undefined) return ok(parent.active);
  const found = active(context, parent.code);
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
  if (isPlain) context.tx.putFilled(keys.record, plainRecord(creation, item, place));
  else {
    const record = newRecord(creation, item, generation, place, holds.value, old);
    context.tx.put(keys.record, record);
  }
  // The children of all time, in the order of their first registration.
  if (generation === 1) place.parent.adopted.push(item.code);
  countChild(context, place.record, creation.registration);
  return ok(undefined);
}

function newRecord(
  { act: { hash: born }, registration }: Creation,
  item: NewRecord,
  generation: number,
  { reference }: Pick<Placement, "reference">,
  holds: CodeRecord["holds"],
  old: CodeRecord | undefined,
): CodeRecord {
  const record: Mutable<CodeRecord> = {
    code: item.code,
    generation,
    born,
    op: born,
    control: born,
    kind: item.kind,
    status: "active",
    suspendedBy: NONE,
    names: item.names,
    parent: reference,
    threshold: item.threshold ?? 1,
    holds,
    aliases: item.aliases ?? NONE,
    links: item.links ?? NONE,
    attributes: item.attributes ?? {},
    predecessors: NONE,
    successors: NONE,
    children: old?.children ?? NO_CHILDREN,
  };
  if (item.class !== undefined) record.class = item.class;
  if (item.geometry !== undefined) record.geometry = item.geometry;
  if (item.stage !== undefined) record.stage = item.stage;
  if (registration !== undefined) record.registration = registration;
  return record;
}

/** In what the records of one creation below one parent differ, those without keys of their own. */
const DIFFERING = ["code", "names", "geometry", "attributes", "aliases", "links", "stage"] as const;

/** The first generation of a record without keys: nearly all that imports create, so what they share is encoded once. */
function plainRecord(
  creation: Creation,
  item: NewRecord,
  { parent, reference, source }: Placement,
): FilledTemplate {
  const whole = () =>
    newRecord(creation, item, 1, { reference }, NONE, undefined) as unknown as CborValue;
  const kind = kindOfTemplate(item);
  let template = parent.templates.get(kind);
  if (template === undefined) {
    const given = DIFFERING.filter((name) => item[name] !== undefined);
    template = templateOf(whole() as CborMap, given);
    parent.templates.set(kind, template);
  }
  return new FilledTemplate(template, source ?? (item as unknown as CborMap), whole);
}

/** Records of one kind and class that were given the same fields have one template. */
function kindOfTemplate(item: NewRecord): string {
  let given = 0;
  for (const name of DIFFERING) given = 2 * given + (item[name] === undefined ? 0 : 1);
  return `${given} ${item.kind} ${item.class}`;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const NONE: readonly never[] = [];
const NO_KEYS = ok(NONE);
const NO_CHILDREN: CodeRecord["children"] = { count: 0, root: EMPTY_ROOT };

function openChildKeys(
  context: Context,
  act: Act,
  item: NewRecord,
  holder: Reference,
): Result<CodeRecord["holds"], CreateRefusal> {
  const specs = item.keys ?? [];
  if (specs.length === 0 && item.threshold === undefined) return NO_KEYS;
  const within = withinSigner(item.code, specs, act, act.signer.uses);
  if (!within.ok) return within;
  const added = addKeys(context, holder, specs);
  if (!added.ok) return added;
  const enough = reachable(context, holder, item.threshold ?? 1);
  return enough.ok ? ok(usesOf(openKeys(context, holder))) : enough;
}

/**
 * Refuses keys that would reach further than the one that gives them: longer, to more classes, or to other uses than
 * `uses`. Where they reach need not be compared: a holder's key acts only at or below the holder, and that lies within the
 * giver's scope. What members decide together has no such bound.
 */
export function withinSigner(
  subject: string,
  specs: readonly KeySpec[],
  { by, signer }: Act,
  uses?: readonly KeyUse[],
): Result<void, WiderRefusal> {
  if (by === "members") return ok(undefined);
  for (const spec of specs) {
    const facet = widerFacet(spec, signer.scope ?? {}, uses);
    if (facet !== undefined) {
      return err({ code: "AUTH_KEY_WIDER", subject, label: spec.label, facet });
    }
  }
  return ok(undefined);
}

function widerFacet(
  spec: KeySpec,
  { classes, until }: KeyScope,
  uses: readonly KeyUse[] | undefined,
): WiderRefusal["facet"] | undefined {
  if (uses !== undefined && !spec.uses.every((use) => uses.includes(use))) return "uses";
  const scope = spec.scope ?? {};
  if (classes !== undefined && !scope.classes?.every((name) => classes.includes(name))) {
    return "classes";
  }
  const ends = scope.until ?? Number.POSITIVE_INFINITY;
  return until !== undefined && ends > until ? "until" : undefined;
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
