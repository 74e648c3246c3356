import { err, ok, type Result } from "../../core/index.ts";
import { contentOf, type Entity, isJsonMap, type JsonValue, MEMBERS } from "../../data/index.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import type { TermContext } from "./contexts.ts";
import { readTerm } from "./read-entity.ts";

/** Below zero where the first entity comes first. */
export type Order = (a: Entity, b: Entity) => number;

type Key = { readonly of: (entity: Entity) => JsonValue | undefined; readonly sign: 1 | -1 };

const MAX_KEYS = 8;
const OWN: { readonly [name: string]: Key["of"] } = {
  id: ({ id }) => id,
  type: ({ types }) => [...types].sort().join(","),
  createdAt: ({ created }) => created,
  modifiedAt: ({ modified }) => modified,
};

/** Reads `orderBy`: names, each with `;asc` or `;desc`, ways into attributes by `.` (GS CIM 009 §4.23). */
export function readOrder(text: string, context: TermContext): Result<Order, AnyRefusal> {
  const keys: Key[] = [];
  for (const part of text.split(",", MAX_KEYS + 1)) {
    const [path = "", direction = "asc", ...rest] = part.split(";");
    const isDirection = direction === "asc" || direction === "desc";
    const of = isDirection && rest.length === 0 ? readKey(path, context) : undefined;
    if (of === undefined || keys.length >= MAX_KEYS) {
      const want = `at most ${MAX_KEYS} names of members, such as name;desc,id`;
      return err({ code: "HTTP_PARAMETER", name: "orderBy", got: text.slice(0, 64), want });
    }
    keys.push({ of, sign: direction === "desc" ? -1 : 1 });
  }
  return ok((a, b) => {
    for (const { of, sign } of keys) {
      const [left, right] = [of(a), of(b)];
      // What has none of it comes last, whichever way the others stand.
      if (left === undefined || right === undefined) {
        if (left !== right) return left === undefined ? 1 : -1;
        continue;
      }
      const found = compare(left, right);
      if (found !== 0) return found * sign;
    }
    return 0;
  });
}

function readKey(path: string, context: TermContext): Key["of"] | undefined {
  const own = Object.hasOwn(OWN, path) ? OWN[path] : undefined;
  if (own !== undefined) return own;
  const [first = "", ...below] = path.split(".", 8);
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
    const [instance] = entity.attributes[attribute.value] ?? [];
    if (instance === undefined) return undefined;
    const times = { createdAt: instance.created, modifiedAt: instance.modified };
    let found: JsonValue | undefined = { ...instance.said, ...times };
    for (const name of names) {
      const inside: JsonValue | undefined = found;
      found = isJsonMap(inside) && Object.hasOwn(inside, name) ? inside[name] : undefined;
    }
    return isJsonMap(found) ? (contentOf(found) ?? found) : found;
  };
}

/** Numbers before texts, and both before everything else. */
function compare(a: JsonValue, b: JsonValue): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "number" || typeof b === "number") return typeof a === "number" ? -1 : 1;
  const [left, right] = [textOf(a), textOf(b)];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function textOf(value: JsonValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
