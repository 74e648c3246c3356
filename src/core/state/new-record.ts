import {
  type CborMap,
  type EncodedMap,
  type EncodedValue,
  fillTemplate,
  templateOf,
} from "../cbor/index.ts";
import { EMPTY_ROOT } from "../merkle/hash.ts";
import type { RecordKind, RegisterItem } from "../op/operation.ts";
import type { Act } from "./context.ts";
import type { ParentWork } from "./item-work.ts";
import type { Authority, CodeRecord, Reference } from "./values.ts";

/** A record to create: a registered child, or the division of an application. */
export type NewRecord = Omit<RegisterItem, "kind"> & { readonly kind: RecordKind };

/** What holds for all that an operation or a chunk creates. */
export type Creation = { readonly act: Act; readonly registration?: Uint8Array };

/** Where a record is created, and from what. */
export type Placement = {
  readonly parent: ParentWork;
  readonly source: EncodedMap | undefined;
  readonly record: CodeRecord;
  readonly reference: Reference;
};

/** A record as it begins its generation. */
export function newRecord(
  { act: { hash: born }, registration }: Creation,
  item: NewRecord,
  generation: number,
  reference: Reference,
  holds: CodeRecord["holds"],
  old: CodeRecord | undefined,
  suspendedBy: readonly Authority[] = NONE,
): CodeRecord {
  const record: Mutable<CodeRecord> = {
    code: item.code,
    generation,
    born,
    op: born,
    control: born,
    kind: item.kind,
    status: suspendedBy.length > 0 ? "suspended" : "active",
    suspendedBy,
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
export function plainRecord(
  creation: Creation,
  item: NewRecord,
  { parent, reference, source }: Placement,
): EncodedValue {
  const kind = kindOfTemplate(item);
  let template = parent.templates.get(kind);
  if (template === undefined) {
    const given = DIFFERING.filter((name) => item[name] !== undefined);
    const whole = newRecord(creation, item, 1, reference, NONE, undefined);
    template = templateOf(whole as unknown as CborMap, given);
    parent.templates.set(kind, template);
  }
  return fillTemplate(template, source ?? (item as unknown as CborMap));
}

/** Records of one kind and class that were given the same fields have one template. */
function kindOfTemplate(item: NewRecord): string {
  let given = 0;
  for (const name of DIFFERING) given = 2 * given + (item[name] === undefined ? 0 : 1);
  return `${given} ${item.kind} ${item.class}`;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** No aliases, links, keys: one empty list for all of them. */
export const NONE: readonly never[] = [];
const NO_CHILDREN: CodeRecord["children"] = { count: 0, root: EMPTY_ROOT };
