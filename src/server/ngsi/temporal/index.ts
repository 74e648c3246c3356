import { err, ok, type Result } from "../../../core/index.ts";
import type { Answered } from "../../http/text-answer.ts";
import type { AnyRefusal } from "../../problem/problem.ts";
import { TEMPORAL_QUERY, TEMPORAL_RETRIEVE } from "../parameters.ts";
import { type Asked, readQuery } from "../query.ts";
import { readQueryBody } from "../query-body.ts";
import { readUri } from "../read-entity.ts";
import { type Ask, answerWith, type Route } from "../request.ts";
import type { Target } from "../target.ts";
import type { Writer } from "../writer.ts";
import { evolutionsOf } from "./evolution.ts";
import { readTemporalForm } from "./form.ts";
import { pageOf } from "./page.ts";
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

function mostOf({ dataset }: Target): number {
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
  const { evolutions, range } = pageOf(all.value, form.value, mostOf(ask.target));
  const found = evolutions.get(id.value);
  const json = found && evolutionJson(id.value, found, ask.context, form.value);
  const isNothing = form.value.form.only !== undefined && found?.attributes.size === 0;
  if (json === undefined || isNothing) return err({ code: "NGSI_UNKNOWN", id: id.value });
  return ok(answerWith(ask, json, headersOf(range), range === undefined ? 200 : 206));
}

function headersOf(range: string | undefined): Record<string, string> {
  return range === undefined ? {} : { "Content-Range": range };
}

/** Of the entities that match as they are now, those of which something was so in that time. */
async function list(ask: Ask): Answer {
  const read = readQuery(ask.asked, ask.context);
  if (!read.ok) return read;
  if (ask.asked("timerel") === undefined) {
    return wrong("timerel", "", "before | after | between, beside timeAt");
  }
  const form = readTemporalForm(ask);
  if (!form.ok) return form;
  const { entities } = ask.target.log;
  await entities.caughtUp();
  const { limit, offset, withCount } = read.value;
  const page = await entities.find(read.value.query, ask.target.view, { limit, offset });
  const all = await evolutionsOf(
    ask,
    page.entities.map(({ id }) => id),
    form.value,
  );
  if (!all.ok) return all;
  const { evolutions, range } = pageOf(all.value, form.value, mostOf(ask.target));
  const told = page.entities.flatMap(({ id }) => {
    const evolution = evolutions.get(id);
    if (evolution === undefined || evolution.attributes.size + evolution.scopes.length === 0) {
      return [];
    }
    const json = evolutionJson(id, evolution, ask.context, form.value);
    const names = Object.keys(json ?? {}).filter((name) => name !== "id" && name !== "type");
    const isEmpty = names.length === 0 && form.value.form.pick === undefined;
    return json === undefined || isEmpty ? [] : [json];
  });
  const count = withCount ? await entities.count(read.value.query, ask.target.view) : undefined;
  const headers = {
    ...headersOf(range),
    ...(count !== undefined && { "NGSILD-Results-Count": String(count) }),
  };
  return ok(answerWith(ask, told, headers, range === undefined ? 200 : 206));
}

/** The same, asked for in a body (§5.2.23, §5.2.21). */
async function query(ask: Ask): Answer {
  const body = readQueryBody(ask.body);
  if (!body.ok) return body;
  const { temporalQ = {} } = body.value.said;
  if (typeof temporalQ !== "object" || temporalQ === null || Array.isArray(temporalQ)) {
    return err({ code: "NGSI_DATA", path: "temporalQ", want: "a query by time" });
  }
  const times = temporalQ as { readonly [name: string]: unknown };
  const asked: Asked = (name) => {
    const value = times[name];
    if (value !== undefined) return Array.isArray(value) ? value.join(",") : String(value);
    return body.value.words.get(name) ?? ask.asked(name);
  };
  return list({ ...ask, asked });
}
