import { err, ok, type Result } from "../../core/index.ts";
import {
  contentOf,
  distanceMetres,
  type Entity,
  type Geometry,
  geometryOf,
  isGeometry,
  isJsonMap,
  type JsonValue,
  MEMBERS,
  underName,
} from "../../data/index.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import type { TermContext } from "./contexts.ts";
import type { Asked } from "./query.ts";
import { readTerm } from "./read-entity.ts";

/** Below zero where the first entity comes first. */
export type Order = (a: Entity, b: Entity) => number;

type Value = (entity: Entity) => JsonValue | undefined;
type Key = { readonly of: Value; readonly sign: 1 | -1 };

const MAX_KEYS = 8;
const OWN: { readonly [name: string]: Value } = {
  id: ({ id }) => id,
  type: ({ types }) => [...types].sort().join(","),
  createdAt: ({ created }) => created,
  modifiedAt: ({ modified }) => modified,
};
/** Longer than every order that there is; what is longer only costs time to read. */
const MAX_COLLATION = 64;
/** Its order is that of Unicode for no language in particular. */
const ROOT_LANGUAGE = "en";
const DIRECTION = /^(dist-)?(asc|desc)$/;

/**
 * Reads `orderBy` (GS CIM 009 §4.23): names, each with `;asc`, `;desc`, or by its distance from `orderFrom` with `;dist-asc`,
 * `;dist-desc`; ways into attributes by `.`, into values by `[]`. Texts are in the order of `collation`, else of their code.
 *
 * @returns `undefined` where no order is asked for
 */
export function readOrder(
  asked: Asked,
  context: TermContext,
): Result<Order | undefined, AnyRefusal> {
  const text = asked("orderBy");
  const compareTexts = readCollation(asked("collation"));
  if (!compareTexts.ok) return compareTexts;
  if (text === undefined) return ok(undefined);
  const from = readFrom(asked);
  if (!from.ok) return from;
  const keys: Key[] = [];
  for (const part of text.split(",", MAX_KEYS + 1)) {
    const [path = "", word = "asc", ...rest] = part.split(";");
    const [, distance, direction] = DIRECTION.exec(word) ?? [];
    if (distance && from.value === undefined) return wrong("orderFrom", "", "coordinates");
    const of = direction && rest.length === 0 ? readKey(path, context) : undefined;
    if (of === undefined || keys.length >= MAX_KEYS) {
      const want = `at most ${MAX_KEYS} names of members, such as name;desc,id`;
      return wrong("orderBy", text, want);
    }
    const sign = direction === "desc" ? -1 : 1;
    keys.push({ of: distance && from.value ? distanceOf(of, from.value) : of, sign });
  }
  return ok(by(keys, compareTexts.value));
}

function wrong(name: string, got: string, want: string): Result<never, AnyRefusal> {
  return err({ code: "HTTP_PARAMETER", name, got: got.slice(0, 64), want });
}

type CompareTexts = (a: string, b: string) => number;

function readCollation(tag: string | undefined): Result<CompareTexts, AnyRefusal> {
  if (tag === undefined) return ok(byCode);
  const want = `a tag of BCP 47 of at most ${MAX_COLLATION} characters, such as de-u-co-phonebk`;
  if (tag.length > MAX_COLLATION) return wrong("collation", tag, want);
  try {
    // A language that has no order of its own, as "und" is none, would get that of the machine.
    const tags = [tag.replace(/^und(?=-|$)/i, ROOT_LANGUAGE), ROOT_LANGUAGE];
    return ok(new Intl.Collator(tags).compare);
  } catch (cause) {
    if (cause instanceof RangeError) return wrong("collation", tag, want);
    throw cause;
  }
}

/** What distances are counted from: a point, unless `orderGeometry` in a body says what it is. */
function readFrom(asked: Asked): Result<Geometry | undefined, AnyRefusal> {
  const text = asked("orderFrom");
  if (text === undefined) return ok(undefined);
  const geometry = { type: asked("orderGeometry") ?? "Point", coordinates: parse(text) };
  return isGeometry(geometry)
    ? ok(geometry)
    : wrong("orderFrom", text, "coordinates, such as [1,2]");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function by(keys: readonly Key[], compareTexts: CompareTexts): Order {
  return (a, b) => {
    for (const { of, sign } of keys) {
      const [left, right] = [of(a), of(b)];
      // What has none of it comes last, whichever way the others stand.
      if (left === undefined || right === undefined) {
        if (left !== right) return left === undefined ? 1 : -1;
        continue;
      }
      const found = compare(left, right, compareTexts);
      if (found !== 0) return found * sign;
    }
    return 0;
  };
}

function distanceOf(of: Value, from: Geometry): Value {
  return (entity) => {
    const place = geometryOf(of(entity));
    return place && distanceMetres(place, from);
  };
}

const PATH = /^([^[\]]+)(?:\[([^[\]]+)\])?$/;

function readKey(path: string, context: TermContext): Value | undefined {
  const own = Object.hasOwn(OWN, path) ? OWN[path] : undefined;
  if (own !== undefined) return own;
  const [, way = "", trail] = PATH.exec(path) ?? [];
  const [first = "", ...below] = way.split(".", 8);
  const attribute = readTerm(first, context);
  if (!attribute.ok) return undefined;
  const names: string[] = [];
  for (const term of below) {
    const isMember = MEMBERS.has(term) || term === "createdAt" || term === "modifiedAt";
    const name = isMember ? ok(term) : readTerm(term, context);
    if (!name.ok) return undefined;
    names.push(name.value);
  }
  return (entity) => {
    const [instance] = underName(entity.attributes, attribute.value) ?? [];
    if (instance === undefined) return undefined;
    const times = { createdAt: instance.created, modifiedAt: instance.modified };
    const found = inside({ ...instance.said, ...times }, names);
    const value = isJsonMap(found) ? (contentOf(found) ?? found) : found;
    return trail === undefined ? value : inside(value, trail.split(".", 8));
  };
}

function inside(value: JsonValue | undefined, names: readonly string[]): JsonValue | undefined {
  let found = value;
  for (const name of names) {
    const around: JsonValue | undefined = found;
    found = isJsonMap(around) && Object.hasOwn(around, name) ? around[name] : undefined;
  }
  return found;
}

/** Numbers before texts, and both before everything else. */
function compare(a: JsonValue, b: JsonValue, compareTexts: CompareTexts): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "number" || typeof b === "number") return typeof a === "number" ? -1 : 1;
  return compareTexts(textOf(a), textOf(b));
}

function byCode(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function textOf(value: JsonValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
