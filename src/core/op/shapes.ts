import { encodeCbor } from "../cbor/index.ts";
import { type Code, parseCode } from "../code/index.ts";
import { coseKey as coseKeyOf, parseCoseKey } from "../cose/index.ts";
import { FACT_NAME } from "../data/fact-name.ts";
import { MAX_FACT_NAME_BYTES } from "../data/limits.ts";
import type { ChildGenesis, FoundingMember, FoundingValidator, Genesis } from "../state/genesis.ts";
import type { DatasetLog, DatasetValue } from "../state/values.ts";
import * as limits from "./limits.ts";
import {
  type AccessAction,
  type AccessRequest,
  type AccessScope,
  type Admit,
  type Anchor,
  type AnchorItem,
  type Apply,
  type Chunk,
  type ChunkItem,
  type Classes,
  type ClassItem,
  type Dataset,
  type DatasetLogTerms,
  type Delegate,
  type DictionaryField,
  type Endorse,
  EVERYBODY,
  type Gazette,
  type GazetteFact,
  type GazetteItem,
  type Grant,
  type InnerOperation,
  type Issuer,
  type KeyScope,
  type KeySpec,
  type Keys,
  type KeyUse,
  type Manifest,
  MEMBER,
  MEMBER_ID,
  type Member,
  type Operation,
  type Param,
  type ParamValues,
  type Propose,
  type Recover,
  type Register,
  type RegisterItem,
  type Revoke,
  type Seals,
  type Status,
  type StatusItem,
  type Succeed,
  type Unseal,
  type Update,
  type UpdateItem,
  VALIDATOR_ID,
  type Validator,
  type Void,
} from "./operation.ts";
import {
  byField,
  bytes,
  byWord,
  dictionary,
  distinct,
  fields,
  integer,
  lines,
  list,
  literal,
  oneOf,
  optional,
  overLimit,
  type Shape,
  text,
  tuple,
  wrongType,
} from "./shape.ts";
import type {
  Alias,
  Attributes,
  Box,
  Evidence,
  Geometry,
  Link,
  Names,
  Position,
  Statement,
} from "./statement.ts";

// The shape of every kind, as docs/spec/cityid.cddl has it.

const LANGUAGE = /^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$/;
const ATTRIBUTE_NAME = /^[A-Za-z][A-Za-z0-9_:.-]{0,63}$/;
const SCHEME = /^[a-z0-9-]{1,32}$/;
const CLASS = /^[A-Z0-9][A-Z0-9-]{0,29}(?:\.[A-Z0-9][A-Z0-9-]{0,29}){0,2}$/;
const DATE = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/;
const PARTIAL_DATE = /^\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?$/;
const HTTPS = /^https:\/\/[^\s]+$/;
const TOKEN = /^[a-z0-9][a-z0-9._:/+-]*$/i;

export const hash: Shape<Uint8Array> = bytes(32);
const kid = bytes(8);
export const reason: Shape<string> = text(limits.MAX_REASON_BYTES);
const className: Shape<string> = text(limits.MAX_TEXT_BYTES, CLASS);
const memberId = text(32, MEMBER_ID);

export const code: Shape<Code> = (value) => {
  if (typeof value !== "string" || !parseCode(value).ok)
    wrongType("a code in its canonical spelling");
};

const issuer: Shape<Issuer> = (value) => {
  if (typeof value === "string" && value.startsWith(MEMBER)) memberId(value.slice(MEMBER.length));
  else code(value);
};

// February 30 has the form of a date too.
const isoDate: Shape<string> = (value) => {
  if (knownDates.has(value as string)) return;
  text(10, DATE)(value);
  if (!isCalendarDate(value as string)) wrongType("a date of the calendar");
  if (knownDates.size >= MAX_KNOWN_DATES) knownDates.clear();
  knownDates.add(value as string);
};

// The statements of an import mostly begin on the same few days.
const knownDates = new Set<string>();
const MAX_KNOWN_DATES = 1000;

const partialDate: Shape<string> = (value) => {
  text(10, PARTIAL_DATE)(value);
  if ((value as string).length === 10) isoDate(value);
};

/** Whether `YYYY-MM-DD` names a day that exists in the Gregorian calendar. */
function isCalendarDate(date: string): boolean {
  const [year, month, day] = date.split("-").map(Number) as [number, number, number];
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const february = leap ? 29 : 28;
  const lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return day <= (lengths[month - 1] as number);
}

export function statement<V>(value: Shape<V>): Shape<Statement<V>> {
  return byField<Statement<V>>({
    commit: fields<{ commit: Uint8Array; validFrom: string }>({ commit: hash, validFrom: isoDate }),
    value: fields<{ value: V; validFrom: string }>({ value, validFrom: isoDate } as never),
  });
}

const longitude = integer(-1_800_000_000, 1_800_000_000);
const latitude = integer(-900_000_000, 900_000_000);
const position = tuple<Position>(longitude, latitude);

const box: Shape<Box> = (value) => {
  tuple<Box>(longitude, latitude, longitude, latitude)(value);
  const [west, south, east, north] = value as unknown as Box;
  if (west > east || south > north) wrongType("[west, south, east, north]");
};

const ring = list(position, limits.MAX_POSITIONS, 4);

const polygon: Shape<readonly (readonly Position[])[]> = (value) => {
  list(ring, limits.MAX_POSITIONS / 4)(value);
  const rings = value as unknown as readonly (readonly Position[])[];
  const positions = rings.reduce((sum, { length }) => sum + length, 0);
  if (positions > limits.MAX_POSITIONS) overLimit(`at most ${limits.MAX_POSITIONS} positions`);
  if (!rings.every(isClosed)) wrongType("rings that end where they begin");
};

function isClosed(positions: readonly Position[]): boolean {
  const [first, last] = [positions[0], positions.at(-1)];
  return first?.[0] === last?.[0] && first?.[1] === last?.[1];
}

const url = text(limits.MAX_URL_BYTES, HTTPS);
export const policyText: Shape<string> = lines(limits.MAX_POLICY_BYTES);

export const geometry: Shape<Geometry> = byField<Geometry>({
  point: fields<{ point: Position }>({ point: position }),
  line: fields<{ line: readonly Position[] }>({ line: list(position, limits.MAX_POSITIONS, 2) }),
  polygon: fields<{ polygon: readonly (readonly Position[])[] }>({ polygon }),
  cell: fields<{ cell: Box }>({ cell: box }),
  linked: fields<Extract<Geometry, { linked: unknown }>>({
    linked: fields({ sha256: hash, url, bbox: box }),
  }),
});

export const names: Shape<Names> = dictionary(
  LANGUAGE,
  statement(text(limits.MAX_TEXT_BYTES)),
  limits.MAX_LANGUAGES,
);
export const plainNames: Shape<{ readonly [language: string]: string }> = dictionary(
  LANGUAGE,
  text(limits.MAX_TEXT_BYTES),
  limits.MAX_LANGUAGES,
);

const attributeValue: Shape<string | number | boolean> = (value) => {
  if (typeof value === "number" || typeof value === "boolean") return;
  text(limits.MAX_ATTRIBUTES_BYTES)(value);
};

export const attributes: Shape<Attributes> = (value) => {
  dictionary(ATTRIBUTE_NAME, statement(attributeValue), limits.MAX_ATTRIBUTES)(value);
  if (encodeCbor(value).length > limits.MAX_ATTRIBUTES_BYTES) {
    overLimit(`at most ${limits.MAX_ATTRIBUTES_BYTES} bytes in all`);
  }
};

const alias = fields<Alias>({
  scheme: text(32, SCHEME),
  value: text(limits.MAX_ALIAS_BYTES),
});
export const aliases: Shape<readonly Alias[]> = distinct(
  alias,
  limits.MAX_ALIASES,
  (each) => `${each.scheme}/${each.value}`,
);

export const link: Shape<Link> = fields<Link>({
  rel: text(128, TOKEN),
  href: url,
  type: optional(text(128, TOKEN)),
  lang: optional(text(32, LANGUAGE)),
  title: optional(text(limits.MAX_TEXT_BYTES)),
  context: optional(text(64, TOKEN)),
});

const evidence = list(
  fields<Evidence>({ title: text(limits.MAX_TEXT_BYTES), commit: hash }),
  limits.MAX_EVIDENCE,
);

const use: Shape<KeyUse> = oneOf<KeyUse>("govern", "issue", "record", "seal", "data");

export const uses: Shape<readonly KeyUse[]> = (value) => {
  list(use, 5)(value);
  const sorted = [...new Set(value as readonly string[])].sort();
  if (sorted.join() !== (value as readonly string[]).join()) wrongType("uses in order, none twice");
};

const coseKey: Shape<KeySpec["key"]> = (value) => {
  if (!parseCoseKey(value).ok) wrongType("a COSE_Key of Ed25519 or P-256");
};

export const keySpec: Shape<KeySpec> = (value) => {
  fields<KeySpec>({
    key: coseKey,
    uses,
    label: text(limits.MAX_LABEL_BYTES),
    scope: optional(
      fields<KeyScope>({
        under: optional(code),
        classes: optional(list(className, limits.MAX_ITEMS)),
        until: optional(integer(0, Number.MAX_SAFE_INTEGER)),
      }),
    ),
    rpId: optional(text(253, /^[a-z0-9.-]+$/)),
    origin: optional(text(300, /^https?:\/\/[a-z0-9.:[\]-]+$/)),
  })(value);
  const { rpId, origin } = value as unknown as KeySpec;
  if ((rpId === undefined) !== (origin === undefined)) wrongType("rpId and origin together");
};

export const keySpecs: Shape<readonly KeySpec[]> = list(keySpec, limits.MAX_OPEN_KEYS);
export const threshold: Shape<number> = integer(1, limits.MAX_OPEN_KEYS);
export const delay: Shape<number> = integer(0, 366 * 24 * 3600);
const memberThreshold = integer(1, limits.MAX_MEMBERS);

const registerItem = fields<RegisterItem>({
  code,
  kind: oneOf("department", "class", "thing", "place", "device", "document", "dataset"),
  class: optional(className),
  names,
  keys: optional(keySpecs),
  threshold: optional(threshold),
  geometry: optional(statement(geometry)),
  attributes: optional(attributes),
  aliases: optional(aliases),
  links: optional(list(link, limits.MAX_LINKS)),
  stage: optional(statement(text(64))),
  after: optional(hash),
});

const updateFields = {
  code,
  prev: hash,
  names: optional(names),
  geometry: optional(statement(geometry)),
  attributes: optional(attributes),
  stage: optional(statement(text(64))),
  links: optional(list(link, limits.MAX_LINKS, 0)),
  aliases: optional(
    fields<NonNullable<UpdateItem["aliases"]>>({
      add: optional(aliases),
      remove: optional(aliases),
    }),
  ),
  evidence: optional(evidence),
};

const statusFields = {
  code,
  prev: hash,
  do: oneOf<StatusItem["do"]>("suspend", "resume", "retire"),
  reason,
  successors: optional(list(code, limits.MAX_SUCCESSORS)),
};

const fact = fields<GazetteFact>({
  names: plainNames,
  level: oneOf("province", "prefecture", "county"),
  from: partialDate,
  to: optional(partialDate),
  successors: optional(
    list(
      fields<{ code: Code; date?: string }>({ code, date: optional(partialDate) }),
      limits.MAX_SUCCESSORS,
    ),
  ),
  source: text(limits.MAX_TEXT_BYTES),
});

const gazetteItem: Shape<GazetteItem> = (value) => {
  fields<GazetteItem>({
    code,
    prev: optional(hash),
    add: optional(list(fact, limits.MAX_FACTS)),
    replace: optional(list(fact, limits.MAX_FACTS)),
  })(value);
  const { add, replace } = value as unknown as GazetteItem;
  if ((add === undefined) === (replace === undefined)) wrongType("either add or replace");
};

const classItem = fields<ClassItem>({
  class: className,
  prev: optional(hash),
  names: plainNames,
  cjt553: optional(text(6, /^\d{6}$/)),
  model: optional(text(64, /^[A-Za-z][A-Za-z0-9]*$/)),
  stages: optional(list(text(64), 32)),
  public: oneOf("all", "cell", "nothing"),
});

type Closing = NonNullable<Keys["close"]>[number];

const closing: Shape<Closing> = byWord<Closing>("why", {
  retired: fields<Extract<Closing, { why: "retired" }>>({ kid, why: literal("retired") }),
  compromised: fields<Extract<Closing, { why: "compromised" }>>({
    kid,
    why: literal("compromised"),
    since: integer(0, Number.MAX_SAFE_INTEGER),
  }),
});

const chained = distinct(
  fields<{ code: Code; prev: Uint8Array }>({ code, prev: hash }),
  limits.MAX_SUCCESSORS,
  (each) => each.code,
);

const paramHead = { op: literal("param" as const), prev: hash };

type ParamOf<K extends Param["name"]> = Extract<Param, { name: K }>;

export const thresholds: Shape<ParamValues["thresholds"]> = fields<ParamValues["thresholds"]>({
  issue: memberThreshold,
  govern: memberThreshold,
});

/** Versions of the rules have two bytes, as in block entries. */
const MAX_APP = 0xffff;

const laterHead = { op: literal("param" as const), prev: optional(hash) };

const param = byWord<Param>("name", {
  order: fields<ParamOf<"order">>({
    ...laterHead,
    name: literal("order"),
    value: literal("validators"),
  }),
  upgrade: fields<ParamOf<"upgrade">>({
    ...laterHead,
    name: literal("upgrade"),
    value: fields<ParamValues["upgrade"]>({
      app: integer(2, MAX_APP),
      height: integer(1, Number.MAX_SAFE_INTEGER),
    }),
  }),
  thresholds: fields<ParamOf<"thresholds">>({
    ...paramHead,
    name: literal("thresholds"),
    value: thresholds,
  }),
  recoveryDelay: fields<ParamOf<"recoveryDelay">>({
    ...paramHead,
    name: literal("recoveryDelay"),
    value: delay,
  }),
  voidWindow: fields<ParamOf<"voidWindow">>({
    ...paramHead,
    name: literal("voidWindow"),
    value: delay,
  }),
  policy: fields<ParamOf<"policy">>({
    ...paramHead,
    name: literal("policy"),
    value: fields<ParamValues["policy"]>({
      now: policyText,
      next: optional(policyText),
    }),
  }),
});

export const nodeUrl: Shape<string> = text(limits.MAX_URL_BYTES, /^https?:\/\/[^\s]+$/);
const recipient = text(256, /^age1[a-z0-9]+$/);

const memberTerms = {
  id: memberId,
  names: optional(plainNames),
  node: optional(nodeUrl),
  recipient: optional(recipient),
  keys: optional(keySpecs),
  threshold: optional(threshold),
};

const validatorId = text(32, VALIDATOR_ID);

const validatorKey: Shape<Uint8Array> = (value) => {
  bytes(32)(value);
  const key = coseKeyOf({ kind: "ed25519", bytes: value as Uint8Array });
  if (!parseCoseKey(key).ok) wrongType("an Ed25519 public key");
};

const power: Shape<0 | 1> = integer(0, 1) as Shape<0 | 1>;

const validatorTerms = {
  id: validatorId,
  key: optional(validatorKey),
  peer: optional(bytes(20)),
  address: optional(text(limits.MAX_TEXT_BYTES, /^[^\s/@,]+:\d{1,5}$/)),
  url: optional(nodeUrl),
  cosigner: optional(text(limits.MAX_TEXT_BYTES)),
  power: optional(power),
};

const ending = fields<Extract<Recover, { do: "finish" | "cancel" }>>({
  op: literal("recover"),
  code,
  prev: hash,
  do: oneOf("finish", "cancel"),
});

const ORIGIN = /^[^\s+]+$/;
export const origin: Shape<string> = text(253, ORIGIN);
// A tree has at most 2^53 leaves, so no path is longer.
const path = list(hash, 53, 0);

const delegateHead = { op: literal("delegate" as const), code, prev: hash };

type DelegateTo<K extends Delegate["do"]> = Extract<Delegate, { do: K }>;

const delegate = byWord<Delegate>("do", {
  start: fields<DelegateTo<"start">>({
    ...delegateHead,
    do: literal("start"),
    origin,
    policy: policyText,
    url: nodeUrl,
  }),
  change: fields<DelegateTo<"change">>({
    ...delegateHead,
    do: literal("change"),
    policy: optional(policyText),
    url: optional(nodeUrl),
  }),
  end: fields<DelegateTo<"end">>({ ...delegateHead, do: literal("end"), reason }),
});

const anchorHead = { code, checkpoint: lines(limits.MAX_CHECKPOINT_BYTES) };

const anchorItem = byField<AnchorItem>({
  consistency: fields<Extract<AnchorItem, { consistency: unknown }>>({
    ...anchorHead,
    consistency: path,
  }),
  genesis: fields<Extract<AnchorItem, { genesis: unknown }>>({
    ...anchorHead,
    genesis: hash,
    path,
    reset: optional(reason),
  }),
});

const itself = (text: string): string => text;

const vkeys = distinct(text(limits.MAX_TEXT_BYTES), limits.MAX_LOG_KEYS, itself);

/** What a dataset says of itself, beside its name and the chain that it continues. */
const datasetTerms = {
  title: plainNames,
  themes: optional(distinct(text(128, TOKEN), limits.MAX_THEMES, itself)),
  dictionary: optional(
    distinct(
      fields<DictionaryField>({
        name: text(64, ATTRIBUTE_NAME),
        type: text(64, TOKEN),
        unit: optional(text(limits.MAX_LABEL_BYTES)),
        names: optional(plainNames),
      }),
      limits.MAX_DICTIONARY,
      ({ name }) => name,
    ),
  ),
  strict: optional(literal(true)),
  licence: text(limits.MAX_TEXT_BYTES),
  extent: optional(box),
  rhythm: optional(text(limits.MAX_TEXT_BYTES)),
  contact: text(limits.MAX_TEXT_BYTES),
  terms: optional(lines(limits.MAX_REASON_BYTES)),
};

const datasetLog = { origin, vkeys, url: nodeUrl };

/** A dataset as the map holds it. */
export const datasetValue: Shape<DatasetValue> = fields<DatasetValue>({
  ...datasetTerms,
  op: hash,
  log: fields<DatasetLog>({ ...datasetLog, op: hash, genesis: optional(hash) }),
});

/** Up to the last second that RFC 3339 can write. */
const unixSeconds = integer(0, 253_402_300_799);

/** Half-open, and never empty. */
const timeSpan: Shape<NonNullable<AccessScope["time"]>> = (value) => {
  fields<NonNullable<AccessScope["time"]>>({
    since: optional(unixSeconds),
    before: optional(unixSeconds),
  })(value);
  const { since, before } = value as unknown as NonNullable<AccessScope["time"]>;
  const isEmpty =
    since === undefined ? before === undefined : before !== undefined && since >= before;
  if (isEmpty) wrongType("since, before, or both, in this order");
};

const scopeFields = {
  actions: distinct(
    oneOf<AccessAction>("read", "subscribe", "export"),
    3,
    (action: AccessAction): string => action,
  ),
  attributes: optional(
    distinct(text(MAX_FACT_NAME_BYTES, FACT_NAME), limits.MAX_GRANT_ATTRIBUTES, itself),
  ),
  area: optional(box),
  time: optional(timeSpan),
  until: optional(unixSeconds),
};

const grantHead = { op: literal("grant"), code, log: origin, ...scopeFields };

const serial = integer(0, limits.MAX_SERIALS - 1);

const serials: Shape<readonly number[]> = (value) => {
  list(serial, limits.MAX_WITHDRAWN)(value);
  const rising = value as readonly number[];
  if (rising.some((each, i) => i > 0 && each <= (rising[i - 1] as number))) {
    wrongType("serials that rise");
  }
};

const seals: Shape<Seals> = (value) => {
  fields<Seals>({
    op: literal("seals"),
    code,
    first: serial,
    count: integer(1, limits.MAX_SERIALS),
    root: hash,
  })(value);
  const { first, count } = value as unknown as Seals;
  if (first + count > limits.MAX_SERIALS) overLimit(`serials below ${limits.MAX_SERIALS}`);
};

const inner: { readonly [K in InnerOperation["op"]]: Shape<Extract<InnerOperation, { op: K }>> } = {
  gazette: fields<Gazette>({ op: literal("gazette"), items: list(gazetteItem, limits.MAX_ITEMS) }),
  classes: fields<Classes>({ op: literal("classes"), items: list(classItem, limits.MAX_ITEMS) }),
  register: fields<Register>({
    op: literal("register"),
    items: list(registerItem, limits.MAX_ITEMS),
  }),
  manifest: fields<Manifest>({
    op: literal("manifest"),
    what: oneOf("register", "update", "status"),
    under: code,
    count: integer(1, limits.MAX_MANIFEST_ITEMS),
    chunks: integer(1, limits.MAX_MANIFEST_ITEMS),
    root: hash,
  }),
  void: fields<Void>({ op: literal("void"), registration: hash, reason }),
  update: fields<Update>({ op: literal("update"), ...updateFields }),
  keys: fields<Keys>({
    op: literal("keys"),
    code: issuer,
    prev: hash,
    add: optional(keySpecs),
    close: optional(list(closing, limits.MAX_OPEN_KEYS)),
    relabel: optional(
      list(
        fields<{ kid: Uint8Array; label: string }>({ kid, label: text(limits.MAX_LABEL_BYTES) }),
        limits.MAX_OPEN_KEYS,
      ),
    ),
    threshold: optional(threshold),
  }),
  recover: byWord<Recover>("do", {
    start: fields<Extract<Recover, { do: "start" }>>({
      op: literal("recover"),
      code,
      prev: hash,
      do: literal("start"),
      keys: keySpecs,
      threshold: optional(threshold),
    }),
    finish: ending,
    cancel: ending,
  }),
  status: fields<Status>({ op: literal("status"), ...statusFields }),
  succeed: fields<Succeed>({
    op: literal("succeed"),
    type: oneOf("merge", "split", "rename", "transfer"),
    from: chained,
    to: chained,
    date: isoDate,
    source: text(limits.MAX_TEXT_BYTES),
    grants: oneOf("end", "carry"),
    delegation: oneOf("end", "carry"),
  }),
  delegate,
  dataset: fields<Dataset>({
    op: literal("dataset"),
    code,
    prev: hash,
    ...datasetTerms,
    log: fields<DatasetLogTerms>(datasetLog),
  }),
  request: fields<AccessRequest>({
    op: literal("request"),
    code,
    dataset: code,
    log: origin,
    purpose: text(limits.MAX_REASON_BYTES),
    ...scopeFields,
  }),
  grant: byField<Grant>({
    request: fields<Extract<Grant, { request: unknown }>>({ ...grantHead, request: hash }),
    to: fields<Extract<Grant, { to: unknown }>>({ ...grantHead, to: literal(EVERYBODY) }),
  }),
  revoke: fields<Revoke>({ op: literal("revoke"), code, grant: hash, reason }),
  anchor: fields<Anchor>({
    op: literal("anchor"),
    items: distinct(anchorItem, limits.MAX_ANCHORS, (each) => each.code),
  }),
  seals,
  unseal: fields<Unseal>({ op: literal("unseal"), code, kid, serials, reason }),
  member: byField<Member>({
    leave: fields<Extract<Member, { leave: true }>>({
      op: literal("member"),
      id: memberId,
      prev: hash,
      leave: literal(true),
    }),
    id: fields<Exclude<Member, { leave: true }>>({
      op: literal("member"),
      prev: optional(hash),
      ...memberTerms,
    }),
  }),
  validator: byField<Validator>({
    leave: fields<Extract<Validator, { leave: true }>>({
      op: literal("validator"),
      id: validatorId,
      prev: hash,
      leave: literal(true),
    }),
    id: fields<Exclude<Validator, { leave: true }>>({
      op: literal("validator"),
      prev: optional(hash),
      ...validatorTerms,
    }),
  }),
  param,
};

const innerOperation: Shape<InnerOperation> = byWord<InnerOperation>("op", inner);

/** The payload of any operation that a ledger takes. */
export const operation: Shape<Operation> = byWord<Operation>("op", {
  ...inner,
  admit: fields<Admit>({ op: literal("admit"), application: bytes(1, limits.MAX_OPERATION_BYTES) }),
  propose: fields<Propose>({ op: literal("propose"), inner: innerOperation }),
  endorse: fields<Endorse>({
    op: literal("endorse"),
    decision: hash,
    vote: oneOf("approve", "reject"),
    reason: optional(reason),
  }),
});

/** The payload of an application, which an `admit` carries. */
export const application: Shape<Apply> = fields<Apply>({
  op: literal("apply"),
  code,
  names,
  keys: keySpecs,
  threshold: optional(threshold),
  evidence,
  after: optional(hash),
});

/** An item of a chunk, by what its manifest does; updates and status changes both carry `prev`. */
export const chunkItem: Shape<ChunkItem> = byField<ChunkItem>({
  kind: registerItem,
  do: fields<StatusItem>(statusFields),
  prev: fields<UpdateItem>(updateFields),
});

/** What stands behind the word `"chunk"` in a chunk entry. */
export const chunk: Shape<Chunk> = fields<Chunk>({
  manifest: hash,
  index: integer(0, limits.MAX_MANIFEST_ITEMS),
  items: list(chunkItem, limits.MAX_ITEMS),
  path: list(hash, 20, 0),
});

const beginning = {
  app: integer(1, 1),
  origin,
  time: integer(0, Number.MAX_SAFE_INTEGER),
  members: distinct(
    fields<FoundingMember>({ ...memberTerms, names: plainNames, keys: keySpecs }),
    limits.MAX_MEMBERS,
    ({ id }) => id,
  ),
  thresholds,
  recoveryDelay: delay,
  voidWindow: delay,
  policy: policyText,
  validators: optional(
    distinct(
      fields<FoundingValidator>({ ...validatorTerms, key: validatorKey, peer: bytes(20) }),
      limits.MAX_VALIDATORS,
      ({ id }) => id,
    ),
  ),
};

/** What stands behind the word `"genesis"` in entry 0. */
export const genesisFields: Shape<Genesis | ChildGenesis> = byField<Genesis | ChildGenesis>({
  parent: fields<ChildGenesis>({
    ...beginning,
    parent: fields<ChildGenesis["parent"]>({
      origin,
      code,
      checkpoint: lines(limits.MAX_CHECKPOINT_BYTES),
      mapRoot: hash,
    }),
    imports: fields<ChildGenesis["imports"]>({
      count: integer(1, limits.MAX_IMPORTS),
      root: hash,
    }),
  }),
  app: fields<Genesis>({
    ...beginning,
    names,
    countries: distinct(
      fields<Genesis["countries"][number]>({ country: text(3, /^\d{3}$/), names }),
      limits.MAX_ITEMS,
      ({ country }) => country,
    ),
  }),
});
