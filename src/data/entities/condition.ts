import {
  contentOf,
  type Entity,
  type Instance,
  isJsonMap,
  type JsonMap,
  type JsonValue,
  underName,
} from "./entity.ts";
import { type Pattern, searchPattern } from "./pattern.ts";

/** What is asked of the attributes of an entity. */
export type Condition =
  | { readonly kind: "and" | "or"; readonly parts: readonly Condition[] }
  | { readonly kind: "exists"; readonly path: Path; readonly not: boolean }
  | {
      readonly kind: "compare";
      readonly path: Path;
      readonly comparison: "==" | "!=" | ">" | ">=" | "<" | "<=";
      /** One of them; text that is an RFC 3339 time is compared as a time where the other is one too. */
      readonly operands: readonly Operand[];
    }
  | {
      readonly kind: "match";
      readonly path: Path;
      readonly not: boolean;
      readonly pattern: Pattern;
    }
  | LinkedCondition;

/** What is asked of the entities to which a relationship leads: of one of them it must hold. */
export type LinkedCondition = {
  readonly kind: "linked";
  /** The relationship, by the name of its fact. */
  readonly attribute: string;
  /** Only of entities of one of these types. */
  readonly types: readonly string[] | undefined;
  readonly not: boolean;
  readonly condition: Condition;
};

/** Another entity as the same reader sees it; `undefined` where there is none. */
export type LookUp = (id: string) => Entity | undefined;

/** An attribute, attributes of it, and a way into its value; all but the last by the names of facts. */
export type Path = {
  readonly attribute: string;
  readonly below: readonly string[];
  readonly trail: readonly string[];
};

export type Scalar = string | number | boolean;
export type Operand =
  | { readonly kind: "value"; readonly value: Scalar }
  | { readonly kind: "range"; readonly from: string | number; readonly to: string | number };

/** Whether an entity satisfies a condition. What it does not have satisfies nothing, not even `!=`. */
export function satisfies(
  entity: Entity,
  condition: Condition,
  lookUp: LookUp = () => undefined,
): boolean {
  switch (condition.kind) {
    case "and":
      return condition.parts.every((part) => satisfies(entity, part, lookUp));
    case "or":
      return condition.parts.some((part) => satisfies(entity, part, lookUp));
    case "exists":
      return targetsOf(entity, condition.path).length > 0 !== condition.not;
    case "compare":
      return targetsOf(entity, condition.path).some((target) => compares(target, condition));
    case "match":
      // A link is equal to something or not; nothing else can be said of it.
      return targetsOf(entity, condition.path).some(({ value, isLink }) => {
        const texts = flatten(value).filter((each) => typeof each === "string");
        const isFound = texts.some((text) => searchPattern(condition.pattern, text));
        return !isLink && texts.length > 0 && isFound !== condition.not;
      });
    case "linked":
      return isLinked(entity, condition, lookUp) !== condition.not;
  }
}

function isLinked(
  entity: Entity,
  { attribute, types, condition }: LinkedCondition,
  lookUp: LookUp,
): boolean {
  return linksIn(entity, attribute).some((id) => {
    const other = lookUp(id);
    const isMeant = types === undefined || types.some((type) => other?.types.includes(type));
    return other !== undefined && isMeant && satisfies(other, condition, lookUp);
  });
}

/** The entities of which a condition about one entity asks first, each with what it asks of it. */
export function linksAskedFor(
  entity: Entity,
  condition: Condition,
): readonly { readonly id: string; readonly condition: Condition }[] {
  switch (condition.kind) {
    case "and":
    case "or":
      return condition.parts.flatMap((part) => linksAskedFor(entity, part));
    case "linked":
      return linksIn(entity, condition.attribute).map((id) => ({
        id,
        condition: condition.condition,
      }));
    case "exists":
    case "compare":
    case "match":
      return [];
  }
}

function linksIn({ attributes }: Entity, attribute: string): readonly string[] {
  return (underName(attributes, attribute) ?? []).flatMap(({ said }) =>
    LINKS.has(String(said.type))
      ? flatten(contentOf(said) ?? []).filter((each) => typeof each === "string")
      : [],
  );
}

const LINKS: ReadonlySet<string> = new Set(["Relationship", "ListRelationship"]);

type Target = { readonly value: JsonValue; readonly isLink: boolean };

/** The values at the end of a path: one for each instance that has it. */
function targetsOf(entity: Entity, { attribute, below, trail }: Path): readonly Target[] {
  const instances = underName(entity.attributes, attribute) ?? [];
  return instances.flatMap((instance) => {
    let found: readonly JsonValue[] = [instance.said];
    for (const [i, name] of below.entries()) {
      const isLast = i === below.length - 1;
      found = found.flatMap((said) => member(said, name, isLast, instance));
    }
    return found.flatMap((said) => {
      const end = follow(isInstance(said) ? contentOf(said) : said, trail);
      const isLink = isJsonMap(said) && LINKS.has(String(said.type));
      return end === undefined ? [] : [{ value: end, isLink }];
    });
  });
}

function isInstance(value: JsonValue): value is JsonMap {
  return isJsonMap(value) && typeof value.type === "string" && contentOf(value) !== undefined;
}

function member(
  said: JsonValue,
  name: string,
  isLast: boolean,
  { created, modified }: Instance,
): readonly JsonValue[] {
  if (!isJsonMap(said)) return [];
  if (isLast && name === "createdAt") return [new Date(created).toISOString()];
  if (isLast && name === "modifiedAt") return [new Date(modified).toISOString()];
  const found = underName(said, name);
  if (found === undefined) return [];
  return Array.isArray(found) ? (found as readonly JsonValue[]) : [found];
}

/** In a way into a value: whatever the member is called. */
const ANY = "*";

function follow(value: JsonValue | undefined, trail: readonly string[]): JsonValue | undefined {
  let found = value;
  for (const name of trail) {
    if (!isJsonMap(found)) return undefined;
    // Of texts in several languages any.
    if (name === ANY) found = Object.values(found);
    else found = Object.hasOwn(found, name) ? found[name] : undefined;
  }
  return found;
}

/** A value itself, and each item where it is a list (GS CIM 009 §4.9). */
export function flatten(value: JsonValue): readonly JsonValue[] {
  const typed = isJsonMap(value) ? value["@value"] : undefined;
  if (typed !== undefined) return [typed];
  return Array.isArray(value) ? (value as readonly JsonValue[]).flatMap(flatten) : [value];
}

function compares(
  { value: target, isLink }: Target,
  { comparison, operands }: Extract<Condition, { kind: "compare" }>,
): boolean {
  const values = flatten(target);
  const isEqual = (value: JsonValue) => operands.some((operand) => fits(value, operand));
  if (comparison === "==") return values.some(isEqual);
  if (comparison === "!=") return !values.some(isEqual);
  if (isLink) return false;
  return values.some((value) => operands.some((operand) => isOrdered(value, comparison, operand)));
}

function fits(value: JsonValue, operand: Operand): boolean {
  if (operand.kind === "value") return order(value, operand.value) === 0;
  const [low, high] = [order(value, operand.from), order(value, operand.to)];
  return low !== undefined && high !== undefined && low >= 0 && high <= 0;
}

function isOrdered(
  value: JsonValue,
  comparison: ">" | ">=" | "<" | "<=",
  operand: Operand,
): boolean {
  const found = operand.kind === "value" ? order(value, operand.value) : undefined;
  if (found === undefined || (operand.kind === "value" && typeof operand.value === "boolean")) {
    return false;
  }
  switch (comparison) {
    case ">":
      return found > 0;
    case ">=":
      return found >= 0;
    case "<":
      return found < 0;
    case "<=":
      return found <= 0;
  }
}

/** Below zero where the first comes first; `undefined` where they are of different kinds. */
function order(value: JsonValue, other: Scalar): number | undefined {
  if (typeof value !== typeof other) return undefined;
  if (typeof value === "number") return value - Number(other);
  if (typeof value === "boolean") return value === other ? 0 : 1;
  if (typeof value !== "string" || typeof other !== "string") return undefined;
  const [first, second] = [timeOf(value), timeOf(other)];
  if (first !== undefined && second !== undefined) return first - second;
  if (value === other) return 0;
  return value < other ? -1 : 1;
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;

function timeOf(text: string): number | undefined {
  if (!TIME.test(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}
