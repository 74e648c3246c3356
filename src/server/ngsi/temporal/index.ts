import { err, ok, type Result } from "../../../core/index.ts";
import type { Answered } from "../../http/text-answer.ts";
import { MAX_MAPPED } from "../../limits.ts";
import type { AnyRefusal } from "../../problem/problem.ts";
import { mappedOf, withinMap } from "../mapped.ts";
import { pageLinks } from "../page-links.ts";
import { TEMPORAL_QUERY, TEMPORAL_RETRIEVE } from "../parameters.ts";
import { type Asked, type NgsiQuery, readQuery } from "../query.ts";
import { readQueryBody } from "../query-body.ts";
import { readUri } from "../read-entity.ts";
import { type Ask, answerWith, type Route } from "../request.ts";
import type { Target } from "../target.ts";
import type { Writer } from "../writer.ts";
import { evolutionsOf, isTold } from "./evolution.ts";
import { readTemporalForm, type TemporalForm } from "./form.ts";
import { pageOf } from "./page.ts";
import { selected } from "./select.ts";
import { wrong } from "./span.ts";
import { evolutionJson } from "./tell.ts";
import { temporalWrites } from "./write.ts";

type Answer = Promise<Result<Answered, AnyRefusal>>;

/** Of one answer. Of the scratch dataset few, so that a program meets the second page before it meets a city's data. */
const MAX_TOLD = 10_000;
const MAX_TOLD_OF_SCRATCH = 32;

/** What was so at which time: GS CIM 009 §6.18 to §6.22, §6.24. */
export function temporalRoutes(writer: Writer): readonly Route[] {
  const reading = { method: "GET", isWriting: false, hasBody: false } as const;
  const path = "/temporal/entities";
  return [
    { ...reading, path, parameters: TEMPORAL_QUERY, answer: list },
    { ...reading, path: `${path}/:id`, parameters: TEMPORAL_RETRIEVE, answer: retrieve },
    {
      ...{ method: "POST", path: "/temporal/entityOperations/query" },
      ...{ isWriting: false, hasBody: true, parameters: TEMPORAL_QUERY, answer: query },
    },
    ...temporalWrites(writer),
  ];
}

/** What is summed up is a few numbers, which parts of them would not give. */
function mostOf({ dataset }: Target, { aggregation }: TemporalForm): number {
  if (aggregation !== undefined) return Number.POSITIVE_INFINITY;
  return dataset === undefined ? MAX_TOLD_OF_SCRATCH : MAX_TOLD;
}

async function retrieve(ask: Ask): Answer {
  const id = readUri(ask.c.req.param("id") ?? "");
  if (!id.ok) return id;
  const form = readTemporalForm(ask);
  if (!form.ok) return form;
  await ask.target.log.entities.caughtUp();
  const all = await evolutionsOf(ask, [id.value], form.value);
  if (!all.ok) return all;
  const { evolutions, range } = pageOf(all.value, form.value, mostOf(ask.target, form.value));
  const found = evolutions.get(id.value);
  const json = found && evolutionJson(id.value, found, ask.context, form.value);
  const isNothing = form.value.form.only !== undefined && found?.attributes.size === 0;
  if (json === undefined || isNothing) return err({ code: "NGSI_UNKNOWN", id: id.value });
  const mapped = await mappedOf(ask, async () => ok([id.value]));
  if (!mapped.ok) return mapped;
  const headers = { ...headersOf(range), ...mapped.value.headers };
  return ok(answerWith(ask, json, headers, range === undefined ? 200 : 206));
}

function headersOf(range: string | undefined): Record<string, string> {
  return range === undefined ? {} : { "Content-Range": range };
}

type Question = { readonly query: NgsiQuery; readonly form: TemporalForm };

function readQuestion(ask: Ask): Result<Question, AnyRefusal> {
  const query = readQuery(ask.asked, ask.context);
  if (!query.ok) return query;
  if (ask.asked("timerel") === undefined) {
    return wrong("timerel", "", "before | after | between, beside timeAt");
  }
  const form = readTemporalForm(ask);
  if (!form.ok) return form;
  // Scopes are asked of what was so then, not of what is so now (§5.7.4.4).
  const { scopes, ...now } = query.value.query;
  return ok({
    query: { ...query.value, query: now },
    form: { ...form.value, ...(scopes && { scopes }) },
  });
}

/** All entities of which something was so in the time that is asked for. */
export async function idsThen(ask: Ask): Promise<Result<readonly string[], AnyRefusal>> {
  const question = readQuestion(ask);
  if (!question.ok) return question;
  await ask.target.log.entities.caughtUp();
  return idsIn(ask, question.value);
}

async function idsIn(
  ask: Ask,
  { query, form }: Question,
): Promise<Result<readonly string[], AnyRefusal>> {
  const whole = { ...query, limit: MAX_MAPPED, offset: 0, withCount: true };
  const page = await selected(ask, whole, form);
  if (!page.ok) return page;
  const { entities, count } = page.value;
  if (count > MAX_MAPPED) return err({ code: "HTTP_ITEMS", got: count, max: MAX_MAPPED });
  const ids = entities.map(({ id }) => id);
  const all = await evolutionsOf(ask, ids, form);
  return all.ok ? ok(ids.filter((id) => isTold(all.value.get(id)))) : all;
}

/** Of the entities that are asked for, those of which something was so in that time. */
async function list(ask: Ask): Answer {
  const question = readQuestion(ask);
  if (!question.ok) return question;
  await ask.target.log.entities.caughtUp();
  const mapped = await mappedOf(ask, () => idsIn(ask, question.value));
  if (!mapped.ok) return mapped;
  const { form } = question.value;
  const within = withinMap(question.value.query.query, mapped.value);
  const query = { ...question.value.query, query: within };
  const page = await selected(ask, query, form);
  if (!page.ok) return page;
  const ids = page.value.entities.map(({ id }) => id);
  const all = await evolutionsOf(ask, ids, form);
  if (!all.ok) return all;
  const { evolutions, range } = pageOf(all.value, form, mostOf(ask.target, form));
  const told = ids.flatMap((id) => {
    const evolution = evolutions.get(id);
    if (!isTold(evolution)) return [];
    const json = evolutionJson(id, evolution, ask.context, form);
    const names = Object.keys(json ?? {}).filter((name) => name !== "id" && name !== "type");
    const isEmpty = names.length === 0 && form.form.pick === undefined;
    return json === undefined || isEmpty ? [] : [json];
  });
  const headers = {
    ...headersOf(range),
    ...(ask.c.req.method === "GET" && pageLinks(ask, { ...query, isMore: page.value.isMore })),
    ...(query.withCount && { "NGSILD-Results-Count": String(page.value.count) }),
    ...mapped.value.headers,
  };
  const status = mapped.value.isNew ? 201 : 200;
  return ok(answerWith(ask, told, headers, range === undefined ? status : 206));
}

/** The same, asked for in a body (§5.2.23, §5.2.21). */
async function query(ask: Ask): Answer {
  const body = readQueryBody(ask.body);
  if (!body.ok) return body;
  const { temporalQ = {}, aggrParams = {} } = body.value.said;
  if (!isObject(temporalQ)) return err({ code: "NGSI_DATA", path: "temporalQ", want: "an object" });
  if (!isObject(aggrParams))
    return err({ code: "NGSI_DATA", path: "aggrParams", want: "an object" });
  const times: { readonly [name: string]: unknown } = { ...temporalQ, ...aggrParams };
  const asked: Asked = (name) => {
    const value = times[name];
    if (value !== undefined) return Array.isArray(value) ? value.join(",") : String(value);
    const word = body.value.words.get(name) ?? ask.asked(name);
    // A body that says how to sum up asks for sums.
    if (name === "format" && word === undefined && times.aggrMethods !== undefined) {
      return "aggregatedValues";
    }
    return word;
  };
  return list({ ...ask, asked });
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
