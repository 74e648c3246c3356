import { err, ok, type Result } from "../../core/index.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import type { TermContext } from "./contexts.ts";
import { readTerm } from "./read-entity.ts";

/**
 * Members of an entity, attributes by the names of facts; where something stands behind one, it says which members of the
 * entities that it leads to (GS CIM 009 §4.21).
 */
export type Projection = ReadonlyMap<string, Projection | undefined>;

/** Members that are no attributes. */
export const CORE_MEMBERS: ReadonlySet<string> = new Set([
  "id",
  "type",
  "scope",
  "createdAt",
  "modifiedAt",
]);

const MAX_NAMES = 1000;
const NAME = /^[^,|{}]+/;

class Broken extends Error {}

/**
 * Reads `a,b{c,d{e}}`; `|` is another comma.
 *
 * @param parameter what it is called, for the refusal
 * @param maxDepth how many entities away it may lead
 */
export function readProjection(
  parameter: string,
  text: string,
  context: TermContext,
  maxDepth: number,
): Result<Projection, AnyRefusal> {
  let rest = text;
  let count = 0;
  const list = (depth: number): Projection => {
    if (depth > maxDepth) throw new Broken(`at most ${maxDepth} links, as join and joinLevel say`);
    const members = new Map<string, Projection | undefined>();
    do {
      rest = rest.replace(/^[,|]/, "");
      const [term] = NAME.exec(rest) ?? [];
      count += 1;
      if (term === undefined || count > MAX_NAMES) throw new Broken("names, such as a,b{c,d}");
      rest = rest.slice(term.length);
      members.set(nameOf(term, context), rest.startsWith("{") ? inside(depth) : undefined);
    } while (/^[,|]/.test(rest));
    return members;
  };
  const inside = (depth: number): Projection => {
    rest = rest.slice(1);
    const members = list(depth + 1);
    if (!rest.startsWith("}")) throw new Broken("a } for each {");
    rest = rest.slice(1);
    return members;
  };
  try {
    const members = list(0);
    if (rest !== "") throw new Broken("names, such as a,b{c,d}");
    return ok(members);
  } catch (cause) {
    if (!(cause instanceof Broken)) throw cause;
    const got = text.slice(0, 64);
    return err({ code: "HTTP_PARAMETER", name: parameter, got, want: cause.message });
  }
}

function nameOf(term: string, context: TermContext): string {
  if (CORE_MEMBERS.has(term)) return term;
  const name = readTerm(term, context);
  if (!name.ok) throw new Broken("names of attributes");
  return name.value;
}
