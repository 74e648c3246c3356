import { err, ok, type Result } from "../../core/index.ts";
import { timeOfMilliseconds } from "../http/json.ts";
import type { Answered } from "../http/text-answer.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import type { EntityMap } from "./entity-maps.ts";
import { idsFound, newMap, placeOf } from "./mapped.ts";
import { QUERY, TEMPORAL_QUERY } from "./parameters.ts";
import { readQuery } from "./query.ts";
import { objectAt, reading, readUri, timeAt } from "./read-entity.ts";
import { type Ask, answerDone, answerWith, type Route } from "./request.ts";
import { idsThen } from "./temporal/index.ts";

type Answer = Promise<Result<Answered, AnyRefusal>>;

/** Maps of which entities a query is about: GS CIM 009 §5.14, §6.32, §6.34, §6.35. They are no part of the dataset. */
export function entityMapRoutes(): readonly Route[] {
  const reading = { isWriting: false, hasBody: false } as const;
  const one = "/entityMaps/:id";
  return [
    { ...reading, method: "GET", path: "/entityMaps", parameters: QUERY, answer: create },
    {
      ...{ ...reading, method: "GET", path: "/temporal/entityMaps" },
      ...{ parameters: TEMPORAL_QUERY, answer: createTemporal },
    },
    { ...reading, method: "GET", path: one, parameters: [], answer: retrieve },
    { ...reading, method: "PATCH", hasBody: true, path: one, parameters: [], answer: change },
    { ...reading, method: "DELETE", path: one, parameters: [], answer: remove },
  ];
}

async function create(ask: Ask): Answer {
  const query = readQuery(ask.asked, ask.context);
  if (!query.ok) return query;
  await ask.target.log.entities.caughtUp();
  return told(ask, await newMap(ask, () => idsFound(ask, query.value.query)), 201);
}

async function createTemporal(ask: Ask): Answer {
  const ids = await idsThen(ask);
  return ids.ok ? told(ask, await newMap(ask, async () => ids), 201) : ids;
}

async function retrieve(ask: Ask): Answer {
  const id = idIn(ask);
  if (!id.ok) return id;
  const map = ask.maps.find(ask.target.log.origin, id.value);
  return told(ask, map === undefined ? unknown(id.value) : ok(map), 200);
}

/** What else is said of it is for answers alone (§5.14.2). */
async function change(ask: Ask): Answer {
  const id = idIn(ask);
  if (!id.ok) return id;
  const { origin } = ask.target.log;
  const said = reading(() => {
    const { expiresAt } = objectAt(ask.body, "");
    return expiresAt === undefined ? undefined : timeAt(expiresAt, "expiresAt");
  });
  if (!said.ok) return said;
  const isThere =
    said.value === undefined
      ? ask.maps.find(origin, id.value) !== undefined
      : ask.maps.expireAt(origin, id.value, Date.parse(said.value.replace(",", ".")));
  return isThere ? ok(answerDone()) : unknown(id.value);
}

async function remove(ask: Ask): Answer {
  const id = idIn(ask);
  if (!id.ok) return id;
  const isGone = ask.maps.remove(ask.target.log.origin, id.value);
  return isGone ? ok(answerDone()) : unknown(id.value);
}

function idIn({ c }: Ask): Result<string, AnyRefusal> {
  return readUri(c.req.param("id") ?? "");
}

function unknown(id: string): Result<never, AnyRefusal> {
  return err({ code: "NGSI_UNKNOWN", id: id.slice(0, 256) });
}

/** Of the entities in it, those that are there and that its reader may see: whoever made it may have seen others. */
async function told(ask: Ask, made: Result<EntityMap, AnyRefusal>, status: 200 | 201): Answer {
  if (!made.ok) return made;
  const { id, ids, expiresMilliseconds } = made.value;
  await ask.target.log.entities.caughtUp();
  const seen = await idsFound(ask, { ids });
  if (!seen.ok) return seen;
  const entityMap = Object.fromEntries(seen.value.map((each) => [each, ["@none"]]));
  const expiresAt = timeOfMilliseconds(expiresMilliseconds);
  const map = { id, type: "EntityMap", expiresAt, entityMap, linkedMaps: {} };
  return ok(answerWith(ask, map, status === 201 ? placeOf(made.value) : {}, status));
}
