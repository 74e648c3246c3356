import type { Code } from "../code/index.ts";
import * as limits from "../op/limits.ts";
import type { RecordKind } from "../op/operation.ts";
import {
  bytes,
  fields,
  integer,
  lines,
  list,
  literal,
  oneOf,
  optional,
  type Shape,
  text,
  tuple,
  wrongType,
} from "../op/shape.ts";
import * as shapes from "../op/shapes.ts";
import { PAGE_BYTES } from "./status-bits.ts";
import type {
  AliasValue,
  AnchorValue,
  ClassValue,
  CodeRecord,
  Delegation,
  KeyRecord,
  Recovery,
  Registration,
  SealBatch,
  SealRuns,
} from "./values.ts";

// What a ledger may take over from another one, as docs/spec/cityid.cddl has it. A ledger's own values need no such
// judgement: the rules made them.

const count = integer(0, Number.MAX_SAFE_INTEGER);
const reference = text(80, /^[^#]+#[1-9][0-9]*$/);
const authority = text(80);
const uses = list(oneOf("govern", "issue", "record", "seal", "data"), 5, 0);
const many = limits.MAX_MANIFEST_ITEMS;

const KINDS: readonly RecordKind[] = [
  "division",
  "department",
  "class",
  "thing",
  "place",
  "device",
  "document",
  "dataset",
];

const recovery = fields<Recovery>({
  keys: shapes.keySpecs,
  threshold: shapes.threshold,
  started: count,
});

const delegation = fields<Delegation>({
  op: shapes.hash,
  origin: shapes.origin,
  policy: shapes.policyText,
  url: shapes.nodeUrl,
  genesis: optional(shapes.hash),
});

export const recordShape: Shape<CodeRecord> = fields<CodeRecord>({
  code: shapes.code,
  generation: integer(1, Number.MAX_SAFE_INTEGER),
  born: shapes.hash,
  op: shapes.hash,
  control: shapes.hash,
  kind: oneOf<RecordKind>(...KINDS),
  class: optional(text(limits.MAX_TEXT_BYTES)),
  status: oneOf("active", "suspended", "retired"),
  suspendedBy: list(authority, many, 0),
  names: shapes.names,
  parent: optional(reference),
  threshold: shapes.threshold,
  holds: uses,
  aliases: emptyOr(shapes.aliases),
  links: list(shapes.link, limits.MAX_LINKS, 0),
  geometry: optional(shapes.statement(shapes.geometry)),
  attributes: emptyOr(shapes.attributes),
  stage: optional(shapes.statement(text(64))),
  registration: optional(shapes.hash),
  recovery: optional(recovery),
  delegation: optional(delegation),
  predecessors: list(reference, many, 0),
  successors: list(reference, many, 0),
  heirs: optional(list(reference, many, 0)),
  children: fields<CodeRecord["children"]>({ count, root: shapes.hash }),
});

/** Where an operation would leave a field out, a record holds an empty one. */
function emptyOr<T>(shape: Shape<T>): Shape<T> {
  return (value) => {
    if (typeof value === "object" && value !== null && Object.keys(value).length === 0) return;
    shape(value);
  };
}

export const keyShape: Shape<KeyRecord> = (value) => {
  const { from: _, to: __, why: ___, since: ____, ...spec } = Object(value);
  shapes.keySpec(spec);
  fields<Pick<KeyRecord, "from" | "to" | "why" | "since">>({
    from: count,
    to: optional(count),
    why: optional(oneOf("retired", "compromised")),
    since: optional(count),
  })(ends(Object(value)));
};

function ends(value: { readonly [name: string]: never }) {
  const names = ["from", "to", "why", "since"].filter((name) => value[name] !== undefined);
  return Object.fromEntries(names.map((name) => [name, value[name] as never]));
}

export const aliasShape: Shape<AliasValue> = fields<AliasValue>({ code: optional(reference) });

export const registrationShape: Shape<Registration> = fields<Registration>({
  op: shapes.hash,
  by: authority,
  iss: authority,
  kid: bytes(8),
  threshold: shapes.threshold,
  under: shapes.code,
  at: count,
  changed: count,
  void: oneOfBooleans(),
});

function oneOfBooleans(): Shape<boolean> {
  return (value) => {
    if (value !== true) literal(false)(value);
  };
}

export const classShape: Shape<ClassValue> = fields<ClassValue>({
  op: shapes.hash,
  names: shapes.plainNames,
  cjt553: optional(text(6)),
  model: optional(text(64)),
  stages: list(text(64), 32, 0),
  public: oneOf("all", "cell", "nothing"),
});

export const anchorShape: Shape<AnchorValue> = fields<AnchorValue>({
  op: shapes.hash,
  delegation: shapes.hash,
  checkpoint: lines(limits.MAX_CHECKPOINT_BYTES),
  at: count,
  reset: optional(shapes.reason),
});

const serials = integer(0, limits.MAX_SERIALS - 1);
const batchCount = integer(1, limits.MAX_SERIALS);

export const batchShape: Shape<SealBatch> = fields<SealBatch>({
  op: shapes.hash,
  count: batchCount,
  root: shapes.hash,
  at: count,
});

export const runsShape: Shape<SealRuns> = (value) => {
  list(tuple<SealRuns[number]>(serials, batchCount), limits.MAX_SEAL_RUNS)(value);
  let end = -1;
  for (const [first, length] of value as unknown as SealRuns) {
    if (first <= end || first + length > limits.MAX_SERIALS) wrongType("runs that rise");
    end = first + length;
  }
};

export const pageShape: Shape<Uint8Array> = bytes(PAGE_BYTES);

export const orderShape: Shape<readonly Code[]> = list(shapes.code, limits.MAX_CHUNK_BYTES);
