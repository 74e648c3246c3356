import { err, ok, type Result } from "../../core/index.ts";
import type { Entity } from "../../data/index.ts";
import type { Answered } from "../http/text-answer.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import { after, appended, type Changed, created, ended, merged, replaced } from "./changes.ts";
import { answerQuery } from "./entities.ts";
import type { Change } from "./gateway.ts";
import { CHANGE, QUERY } from "./parameters.ts";
import { ngsiProblem } from "./problem.ts";
import { type Asked, readForm, readQuery } from "./query.ts";
import { readQueryBody } from "./query-body.ts";
import { type Mode, type ReadEntity, readEntity, readUri } from "./read-entity.ts";
import { type Ask, answerDone, answerStatus, type Route } from "./request.ts";
import type { Writer } from "./writer.ts";

const MAX_ITEMS = 1000;

type Answer = Promise<Result<Answered, AnyRefusal>>;
type Named = ReadEntity & { readonly id: string };
type Item = { readonly id: string; readonly said: Result<Named, AnyRefusal> };
type Made = Result<Pick<Changed, "change" | "notUpdated">, AnyRefusal>;
type ItemChange = (said: Named, before: Entity | undefined) => Made;
type Failure = { readonly entityId: string; readonly error: object };

/** What came of each item of a batch: GS CIM 009 §5.2.16. */
type Outcome = {
  readonly success: readonly string[];
  /** Of those, what was not there before. */
  readonly isNew: readonly string[];
  readonly errors: readonly Failure[];
};

/** Many entities at once, in one entry that is signed once: GS CIM 009 §6.14 to §6.17, §6.23, §6.31. */
export function batchRoutes(writer: Writer, publicUrl: string): readonly Route[] {
  const writing = {
    method: "POST",
    isWriting: true,
    hasBody: true,
    isBatch: true,
    parameters: CHANGE,
  } as const;
  const on = (ask: Ask, change: ItemChange, mode: Mode = "change") =>
    changeAll(writer, publicUrl, ask, change, mode);
  return [
    {
      ...{ ...writing, path: "/entityOperations/create" },
      answer: async (ask) => {
        const outcome = await on(ask, (said, before) => whole(created(said, before)));
        return outcome.ok ? ok(answerCreated(outcome.value)) : outcome;
      },
    },
    {
      ...{ ...writing, path: "/entityOperations/upsert" },
      answer: async (ask) => {
        const isUpdate = optionsOf(ask).includes("update");
        const outcome = await on(ask, (said, before) => upserted(said, before, isUpdate));
        return outcome.ok ? ok(answerCreated(outcome.value)) : outcome;
      },
    },
    {
      ...{ ...writing, path: "/entityOperations/update" },
      answer: async (ask) => {
        const mayOverwrite = !optionsOf(ask).includes("noOverwrite");
        return answerAll(
          await on(ask, (said, before) => changeOf(appended(said, before, mayOverwrite))),
        );
      },
    },
    {
      ...{ ...writing, path: "/entityOperations/merge" },
      answer: async (ask) =>
        answerAll(await on(ask, (said, before) => changeOf(merged(said, before)), "merge")),
    },
    {
      ...{ ...writing, path: "/entityOperations/delete" },
      answer: async (ask) => answerAll(await on(ask, ({ id }, before) => whole(ended(id, before)))),
    },
    {
      ...{ method: "POST", path: "/entityOperations/query", isWriting: false, hasBody: true },
      ...{ isGeo: true, parameters: QUERY },
      answer: query,
    },
  ];
}

function optionsOf({ asked }: Ask): readonly string[] {
  return (asked("options") ?? "").split(",");
}

function changeOf(changed: Result<Changed, AnyRefusal>): Made {
  return changed.ok ? ok(changed.value) : changed;
}

/** One that changes all that was said. */
function whole(change: Result<Change, AnyRefusal>): Made {
  return change.ok ? ok({ change: change.value, notUpdated: [] }) : change;
}

function upserted(said: Named, before: Entity | undefined, isUpdate: boolean): Made {
  if (before === undefined) return whole(created(said, before));
  return isUpdate ? changeOf(appended(said, before, true)) : whole(replaced(said, before));
}

async function changeAll(
  writer: Writer,
  publicUrl: string,
  ask: Ask,
  change: ItemChange,
  mode: Mode,
): Promise<Result<Outcome, AnyRefusal>> {
  const { body } = ask;
  if (!Array.isArray(body) || body.length === 0 || body.includes(null)) {
    return err({ code: "NGSI_DATA", path: "", want: "a list that is not empty, without null" });
  }
  if (body.length > MAX_ITEMS) {
    return err({ code: "HTTP_ITEMS", got: body.length, max: MAX_ITEMS });
  }
  const items: Item[] = [];
  for (const value of body as readonly unknown[]) items.push(await readItem(ask, value, mode));
  const errors: Failure[] = [];
  const success = new Set<string>();
  const isNew = new Set<string>();
  const ids = items.flatMap(({ said }) => (said.ok ? [said.value.id] : []));
  const done = await writer.many(ask.target, ids, (found, fits) => {
    const now = new Map<string, Entity | undefined>(found);
    return items.flatMap(({ id, said }) => {
      const before = now.get(id);
      const changed = said.ok ? change(said.value, before) : said;
      const fit = changed.ok ? fits(changed.value.change, before) : ok(undefined);
      const made = fit.ok ? changed : fit;
      if (!made.ok) {
        errors.push({ entityId: id, error: ngsiProblem(made.error, publicUrl) });
        return [];
      }
      const { change: next, notUpdated } = made.value;
      if (notUpdated.length === 0) success.add(id);
      else errors.push({ entityId: id, error: ngsiProblem(keptOf(notUpdated), publicUrl) });
      if (before === undefined) isNew.add(id);
      // A later item about the same entity finds it as this one leaves it.
      now.set(id, after(before, next, found.get(id)?.modified ?? 0));
      return [next];
    });
  });
  return done.ok ? ok({ success: [...success], isNew: [...isNew], errors }) : done;
}

/** Of an item of which a part was left as it was (§5.6.9). */
function keptOf(notUpdated: readonly string[]): AnyRefusal {
  return { code: "NGSI_DATA", path: notUpdated[0] ?? "", want: "what may be changed" };
}

/** An entity, or the id of one. */
async function readItem(ask: Ask, value: unknown, mode: Mode): Promise<Item> {
  if (typeof value === "string") {
    const id = readUri(value);
    const nothing = { types: undefined, scopes: undefined, attributes: {} };
    return { id: value.slice(0, 256), said: id.ok ? ok({ id: id.value, ...nothing }) : id };
  }
  const said = await readSaid(ask, value, mode);
  if (said.ok) return { id: said.value.id, said };
  const { id } = (value ?? {}) as { readonly id?: unknown };
  return { id: typeof id === "string" ? id.slice(0, 256) : "", said };
}

async function readSaid(ask: Ask, value: unknown, mode: Mode): Promise<Result<Named, AnyRefusal>> {
  const context = await ask.contextOf(value);
  if (!context.ok) return context;
  const said = readEntity(value, context.value, mode);
  if (!said.ok) return said;
  const { id } = said.value;
  if (id === undefined) return err({ code: "NGSI_DATA", path: "id", want: "a URI" });
  return ok({ ...said.value, id });
}

function answerCreated({ success, isNew, errors }: Outcome): Answered {
  if (errors.length > 0) return answerStatus(207, { success, errors });
  return isNew.length > 0 ? answerStatus(201, isNew) : answerDone();
}

function answerAll(outcome: Result<Outcome, AnyRefusal>): Result<Answered, AnyRefusal> {
  if (!outcome.ok) return outcome;
  const { success, errors } = outcome.value;
  return ok(errors.length > 0 ? answerStatus(207, { success, errors }) : answerDone());
}

/** A query in a body: GS CIM 009 §5.2.23. What stands in the address counts where the body says nothing. */
async function query(ask: Ask): Answer {
  const body = readQueryBody(ask.body);
  if (!body.ok) return body;
  if (body.value.said.temporalQ !== undefined) {
    return err({ code: "NGSI_DATA", path: "temporalQ", want: "nothing: this asks what is so now" });
  }
  const asked: Asked = (name) => body.value.words.get(name) ?? ask.asked(name);
  const read = readQuery(asked, ask.context);
  if (!read.ok) return read;
  const form = readForm(asked, ask.context);
  if (!form.ok) return form;
  return answerQuery({ ...ask, asked }, read.value, form.value);
}
