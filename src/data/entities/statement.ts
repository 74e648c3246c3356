import {
  type CborValue,
  decodeCbor,
  InvariantError,
  isShown,
  type Observation,
  UNITS_PER_DEGREE,
} from "../../core/index.ts";
import { geometryOfPlace, type JsonMap, jsonOf, momentOf } from "../../table/index.ts";
import { LOCATION } from "./entity.ts";

/** What one observation says of an entity. */
export type Statement = {
  readonly id: string;
  readonly types: readonly string[];
  readonly scopes: readonly string[] | undefined;
  /** From when on the thing is no more, Unix milliseconds; `null`: no such time any more. */
  readonly expires?: number | null;
  /**
   * `merge`: a source says what it saw, which stands until something newer is said; `add`: the gateway says the same for one
   * that cannot. `set`: these attributes are so from now on,
   * an empty list ends one. `replace`: the entity is this and nothing else. `end`: it is no more. `amend`: what one observation
   * said of an attribute is to be told otherwise, or not at all. `forget`: what was said before is not to be told any more.
   */
  readonly kind: "merge" | "add" | "set" | "replace" | "end" | "amend" | "forget";
  /** When it was seen, by the clock of its source. */
  readonly timeMilliseconds: number;
  readonly attributes: { readonly [name: string]: readonly JsonMap[] };
  /** Of `amend`: which instance. */
  readonly amends?: Amendment;
  /** Of `forget`: which attributes; left out: the entity with all that was said of it. */
  readonly forgets?: Forgetting;
};

/** Whether it says scopes and nothing else, and so when they were observed (GS CIM 009 §4.5.6). */
export function saysWhenScoped({
  kind,
  scopes,
  attributes,
}: Pick<Statement, "kind" | "attributes"> & {
  readonly scopes?: readonly string[] | undefined;
}): boolean {
  return kind === "add" && scopes !== undefined && Object.keys(attributes).length === 0;
}

export type Amendment = {
  /** The place of the observation in the log. */
  readonly entry: number;
  readonly at: number;
  readonly attribute: string;
  readonly datasetId: string | undefined;
  /** What is to be told in its place; left out: nothing. */
  readonly said?: JsonMap;
};

export type Forgetting = {
  readonly attributes: readonly string[];
  /** Of which instances: `undefined` those without a name, `*` all. */
  readonly datasetId: string | undefined;
};

/** Facts that are no attributes. */
const FRAME: ReadonlySet<string> = new Set(["id", "type", "time", "place"]);
const URI = /^[A-Za-z][A-Za-z0-9+.-]*:[^\s]+$/;
/** Beyond it a date has no four digits for its year. */
const MAX_MILLISECONDS = 253_402_300_799_999;

/**
 * Reads what an observation says: docs/spec/sharing.md, Entities.
 *
 * @param receivedMilliseconds stands for the time where it says none
 * @returns `undefined` where it names no entity, or its name was kept back or erased
 */
export function readStatement(
  observation: Observation,
  receivedMilliseconds: number,
): Statement | undefined {
  const facts = new Map<string, CborValue>();
  for (const fact of observation) if (isShown(fact)) facts.set(fact.name, fact.value);
  return statementOf(facts, receivedMilliseconds);
}

/** A statement, and which observation of its entry makes it. */
export type StatementAt = { readonly at: number; readonly statement: Statement };

/**
 * The same of all observations of an entry, as `encodeObservations` writes them: what was judged is not looked at again. No
 * bytes at all are no observations.
 */
export function readStatements(
  observations: Uint8Array,
  receivedMilliseconds: number,
): readonly StatementAt[] {
  if (observations.length === 0) return [];
  const decoded = decodeCbor(observations);
  if (!decoded.ok) throw new InvariantError(`facts that were judged: ${decoded.error.code}`);
  return (decoded.value as readonly (readonly CborValue[])[]).flatMap((observation, at) => {
    const facts = new Map<string, CborValue>();
    for (const fact of observation) {
      // Of what is kept back the hash stands there.
      if (!(fact instanceof Uint8Array)) putFact(facts, fact as readonly CborValue[]);
    }
    const statement = statementOf(facts, receivedMilliseconds);
    return statement === undefined ? [] : [{ at, statement }];
  });
}

function putFact(facts: Map<string, CborValue>, [, name, value]: readonly CborValue[]): void {
  // It would not be a member of the object that holds the attributes, but what that inherits from.
  if (name === "__proto__") return;
  if (typeof name === "string" && value !== undefined) facts.set(name, value);
}

function statementOf(
  facts: ReadonlyMap<string, CborValue>,
  receivedMilliseconds: number,
): Statement | undefined {
  const id = facts.get("id");
  if (typeof id !== "string" || id === "") return undefined;
  const types = textsOf(facts.get("type"));
  const scopes = facts.has("@scope") ? textsOf(facts.get("@scope")) : undefined;
  const kind = kindOf(facts.get("@op"));
  const timeMilliseconds = timeOf(facts.get("time")) ?? receivedMilliseconds;
  const expires = expiryOf(facts.get("@expires"));
  const frame = {
    ...{ id: entityId(id, types), types, scopes, kind, timeMilliseconds },
    ...(expires !== undefined && { expires }),
  };
  if (kind === "amend") return { ...frame, attributes: {}, ...amendmentOf(facts) };
  if (kind === "forget") return { ...frame, attributes: {}, ...forgettingOf(facts) };
  const attributes = kind === "merge" ? seenBySource(facts, timeMilliseconds) : setByGateway(facts);
  return { ...frame, attributes };
}

/** Which entity an observation is about; `undefined` where it names none. */
export function namedIn(observation: Observation): string | undefined {
  const said = (name: string) => {
    const fact = observation.find((each) => isShown(each) && each.name === name);
    return fact !== undefined && isShown(fact) ? fact.value : undefined;
  };
  const id = said("id");
  return typeof id === "string" && id !== "" ? entityId(id, textsOf(said("type"))) : undefined;
}

/** A code is no URI, so an entity that bears one has its type before it. */
export function entityId(id: string, types: readonly string[]): string {
  if (URI.test(id)) return id;
  const type = /([A-Za-z0-9_]+)$/.exec(types[0] ?? "")?.[1] ?? "Thing";
  return `urn:ngsi-ld:${type}:${id}`;
}

/** Empty where it ends. */
function expiryOf(said: CborValue | undefined): number | null | undefined {
  return said === "" ? null : timeOf(said);
}

const KINDS = ["add", "set", "replace", "end", "amend", "forget"] as const;

function kindOf(op: CborValue | undefined): Statement["kind"] {
  return KINDS.find((each) => each === op) ?? "merge";
}

function datasetOf(facts: ReadonlyMap<string, CborValue>): string | undefined {
  const name = facts.get("@dataset");
  return typeof name === "string" ? name : undefined;
}

/** Says nothing where a part of it was kept back or erased. */
function amendmentOf(facts: ReadonlyMap<string, CborValue>): { readonly amends?: Amendment } {
  const [entry, at] = Array.isArray(facts.get("@of")) ? (facts.get("@of") as CborValue[]) : [];
  const [attribute] = textsOf(facts.get("@names"));
  if (typeof entry !== "number" || typeof at !== "number" || attribute === undefined) return {};
  const [said] = setByGateway(facts)[attribute] ?? [];
  const place = { entry, at, attribute, datasetId: datasetOf(facts) };
  return { amends: { ...place, ...(said !== undefined && { said }) } };
}

function forgettingOf(facts: ReadonlyMap<string, CborValue>): { readonly forgets?: Forgetting } {
  if (!facts.has("@names")) return {};
  return {
    forgets: { attributes: textsOf(facts.get("@names")), datasetId: datasetOf(facts) },
  };
}

/** Each fact is a property at the time of the observation; the place is where it is. */
function seenBySource(
  facts: ReadonlyMap<string, CborValue>,
  timeMilliseconds: number,
): Statement["attributes"] {
  const observed = new Date(timeMilliseconds).toISOString();
  const attributes: Record<string, readonly JsonMap[]> = {};
  for (const [name, value] of facts) {
    if (FRAME.has(name) || name.startsWith("@")) continue;
    attributes[name] = [{ type: "Property", value: jsonOf(value), observedAt: observed }];
  }
  const said = facts.get("place");
  const place = pointOf(said) ?? (said === undefined ? undefined : geometryOfPlace(said));
  if (place !== undefined) {
    attributes[LOCATION] = [{ type: "GeoProperty", value: place as JsonMap, observedAt: observed }];
  }
  return attributes;
}

function setByGateway(facts: ReadonlyMap<string, CborValue>): Statement["attributes"] {
  const attributes: Record<string, readonly JsonMap[]> = {};
  for (const [name, value] of facts) {
    if (FRAME.has(name) || name.startsWith("@") || !Array.isArray(value)) continue;
    attributes[name] = (value as readonly CborValue[]).flatMap((each) => {
      const said = jsonOf(each);
      return typeof said === "object" && !Array.isArray(said) ? [said as JsonMap] : [];
    });
  }
  return attributes;
}

/** `[longitude, latitude]` in 1e-7 degree, as nearly every place is said. */
function pointOf(value: CborValue | undefined): JsonMap | undefined {
  const [longitude, latitude] = Array.isArray(value) ? (value as readonly CborValue[]) : [];
  if (typeof longitude !== "number" || typeof latitude !== "number") return undefined;
  if (Math.abs(longitude) > 180 * UNITS_PER_DEGREE || Math.abs(latitude) > 90 * UNITS_PER_DEGREE)
    return undefined;
  return { type: "Point", coordinates: [degrees(longitude), degrees(latitude)] };
}

function degrees(units: number): number {
  return units / UNITS_PER_DEGREE;
}

function timeOf(value: CborValue | undefined): number | undefined {
  const time = momentOf(value);
  return time !== undefined && Math.abs(time) <= MAX_MILLISECONDS ? time : undefined;
}

function textsOf(value: CborValue | undefined): readonly string[] {
  if (typeof value === "string") return [value];
  if (!Array.isArray(value)) return [];
  return (value as readonly CborValue[]).filter((each): each is string => typeof each === "string");
}
