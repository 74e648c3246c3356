import { err, ok, type Result } from "../../core/index.ts";
import type { Entity } from "../../data/index.ts";
import type { Answered } from "../http/text-answer.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import type { Change } from "./gateway.ts";
import { readQuery } from "./query.ts";
import { readTerm } from "./read-entity.ts";
import { type Ask, answerDone } from "./request.ts";
import type { Writer } from "./writer.ts";

/** Of one request, in entries of so many. */
const MAX_PURGED = 10_000;
const ENTRY_ITEMS = 1000;

/** Ends the entities that a query finds, or attributes of them: `drop` these, `keep` all but these (GS CIM 009 §5.6.21). */
export async function purge(writer: Writer, ask: Ask): Promise<Result<Answered, AnyRefusal>> {
  const { asked, context, target } = ask;
  const narrow = readQuery(asPurged(asked), context);
  if (!narrow.ok) return narrow;
  const [drop, keep] = [readList("drop", ask), readList("keep", ask)];
  if (!drop.ok) return drop;
  if (!keep.ok) return keep;
  if (drop.value && keep.value) {
    return err({ code: "HTTP_PARAMETER", name: "keep", got: "", want: "no drop beside it" });
  }
  const { entities } = target.log;
  await entities.caughtUp();
  const page = await entities.find(narrow.value.query, target.view, { limit: MAX_PURGED });
  if (page.next !== undefined) {
    const got = await entities.count(narrow.value.query, target.view);
    return err({ code: "HTTP_ITEMS", got, max: MAX_PURGED });
  }
  const ids = page.entities.map(({ id }) => id);
  for (let i = 0; i < ids.length; i += ENTRY_ITEMS) {
    const done = await writer.many(target, ids.slice(i, i + ENTRY_ITEMS), (before) =>
      [...before.values()].flatMap((each) => purged(each, drop.value, keep.value)),
    );
    if (!done.ok) return done;
  }
  return ok(answerDone());
}

/** Ids alone do not say what may end as a whole, but of what attributes may end. */
function asPurged(asked: Ask["asked"]): Ask["asked"] {
  const isOfAttributes = (asked("drop") ?? asked("keep")) !== undefined;
  const isNamed = (asked("id") ?? asked("idPattern") ?? asked("scopeQ")) !== undefined;
  return (name) => (name === "local" && isOfAttributes && isNamed ? "true" : asked(name));
}

function readList(
  name: string,
  { asked, context }: Ask,
): Result<Set<string> | undefined, AnyRefusal> {
  const text = asked(name);
  if (text === undefined) return ok(undefined);
  const names = new Set<string>();
  for (const term of text.split(",", 1000)) {
    const read = readTerm(term, context);
    if (!read.ok)
      return err({ code: "HTTP_PARAMETER", name, got: term.slice(0, 64), want: "names" });
    names.add(read.value);
  }
  return ok(names);
}

function purged(
  { id, attributes }: Entity,
  drop: ReadonlySet<string> | undefined,
  keep: ReadonlySet<string> | undefined,
): readonly Change[] {
  if (drop === undefined && keep === undefined) return [{ id, kind: "end" }];
  const names = Object.keys(attributes).filter((name) => drop?.has(name) ?? !keep?.has(name));
  if (names.length === 0) return [];
  return [{ id, kind: "set", attributes: Object.fromEntries(names.map((name) => [name, []])) }];
}
