import { err, ok, type Result } from "../../core/index.ts";
import { isDay } from "../../table/index.ts";
import type { Incoming } from "../http/incoming.ts";
import { readInteger } from "../http/page.ts";
import { DEFAULT_PAGE, MAX_FEATURES } from "../limits.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import { type Crs, NOWHERE, readCrs, readWindow } from "./crs.ts";
import type { FeatureQuery } from "./source.ts";

/** What a request for items asks. */
export type ItemsRequest = {
  /** `undefined`: nothing can be so. */
  readonly query: FeatureQuery | undefined;
  readonly limit: number;
  readonly cursor: string | undefined;
  readonly crs: Crs;
};

const OF_ITEMS = ["bbox", "bbox-crs", "crs", "cursor", "datetime", "limit"] as const;
const MAX_CURSOR_CHARACTERS = 1024;

/** Refuses parameters that a path does not have (17-069r4 §7.15.1), and those that are given twice. */
export function onlyParameters(
  c: Incoming,
  known: readonly string[],
): Result<undefined, AnyRefusal> {
  const names = [...new URL(c.req.url).searchParams.keys()];
  const strange = names.find((name, i) => !known.includes(name) || names.indexOf(name) !== i);
  if (strange === undefined) return ok(undefined);
  const want = known.length === 0 ? "no parameter" : `once each: ${known.join(", ")}`.slice(0, 512);
  // Asked for a parameter without a name, Hono gives all of them.
  const got = (new URL(c.req.url).searchParams.get(strange) ?? "").slice(0, 64);
  return err({ code: "HTTP_PARAMETER", name: strange.slice(0, 64), got, want });
}

/** @param filters the properties that can be filtered by: asked for only where a request names something else */
export async function readItemsRequest(
  c: Incoming,
  filters: () => Promise<readonly string[]>,
): Promise<Result<ItemsRequest, AnyRefusal>> {
  const isOfItems = (name: string): boolean => OF_ITEMS.some((each) => each === name);
  const isPlain = [...new URL(c.req.url).searchParams.keys()].every(isOfItems);
  const own = isPlain ? [] : (await filters()).filter((name) => !isOfItems(name));
  const fit = onlyParameters(c, [...OF_ITEMS, ...own]);
  if (!fit.ok) return fit;
  const limit = readInteger(c, "limit", 1, Number.MAX_SAFE_INTEGER);
  if (!limit.ok) return limit;
  const crs = readCrs("crs", c.req.query("crs"));
  if (!crs.ok) return crs;
  const boxCrs = readCrs("bbox-crs", c.req.query("bbox-crs"));
  if (!boxCrs.ok) return boxCrs;
  const bbox = readWindow(c.req.query("bbox"), boxCrs.value);
  if (!bbox.ok) return bbox;
  const times = readDatetime(c.req.query("datetime"));
  if (!times.ok) return times;
  const cursor = c.req.query("cursor");
  if (cursor !== undefined && (cursor === "" || cursor.length > MAX_CURSOR_CHARACTERS)) {
    return err({ code: "HTTP_CURSOR", got: cursor.slice(0, 64) });
  }
  const values = new Map<string, string>();
  for (const name of own) {
    const value = c.req.query(name);
    if (value !== undefined) values.set(name, value);
  }
  const box = bbox.value === undefined || bbox.value === NOWHERE ? {} : { bbox: bbox.value };
  return ok({
    query: bbox.value === NOWHERE ? undefined : { ...box, ...times.value, filters: values },
    // More than we give at once is asked in vain, not wrongly (17-069r4 §7.15.2).
    limit: Math.min(limit.value ?? DEFAULT_PAGE, MAX_FEATURES),
    cursor,
    crs: crs.value,
  });
}

type Times = Pick<FeatureQuery, "fromMilliseconds" | "toMilliseconds">;

/** A moment, or two with a slash between, of which one may be open (`..` or nothing), and the second a duration (ISO 8601). */
function readDatetime(text: string | undefined): Result<Times, AnyRefusal> {
  if (text === undefined) return ok({});
  const [first = "", second, ...rest] = text.split("/", 3);
  const want = "an RFC 3339 time, or an interval of two";
  const got = text.slice(0, 64);
  const wrong = err({ code: "HTTP_PARAMETER", name: "datetime", got, want } as const);
  if (rest.length > 0) return wrong;
  if (second === undefined) {
    const [from, to] = [timeOf(first, false), timeOf(first, true)];
    if (from === undefined || to === undefined) return wrong;
    return ok({ fromMilliseconds: from, toMilliseconds: to });
  }
  const [isOpen, isOpenEnded] = [isNothing(first), isNothing(second)];
  const from = timeOf(first, false);
  const to = isOpen ? timeOf(second, true) : (timeOf(second, true) ?? laterBy(second, from));
  if ((!isOpen && from === undefined) || (!isOpenEnded && to === undefined)) return wrong;
  if (isOpen && isOpenEnded) return wrong;
  if (from !== undefined && to !== undefined && from > to) return wrong;
  return ok({
    ...(from !== undefined && { fromMilliseconds: from }),
    ...(to !== undefined && { toMilliseconds: to }),
  });
}

function isNothing(text: string): boolean {
  return text === "" || text === "..";
}

const TIME = /^(\d{4}-\d\d-\d\d)(?:[Tt](\d\d:\d\d:\d\d(?:\.\d{1,9})?)([Zz]|[+-]\d\d:\d\d))?$/;
const DAY_MILLISECONDS = 24 * 3600 * 1000;

/** A day is the whole of it, in UTC. */
function timeOf(text: string, isEnd: boolean): number | undefined {
  const match = TIME.exec(text);
  if (match === null) return undefined;
  const [, day, clock, zone] = match;
  const time = Date.parse(
    clock === undefined ? `${day}T00:00:00Z` : `${day}T${clock}${zone}`.toUpperCase(),
  );
  if (Number.isNaN(time) || !isDay(text)) return undefined;
  return clock === undefined && isEnd ? time + DAY_MILLISECONDS - 1 : time;
}

const DURATION =
  /^P(?=.)(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?=.)(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,8})S)?)?$/;

/** The time that lies so much after another, in the calendar of UTC. */
function laterBy(text: string, from: number | undefined): number | undefined {
  const match = DURATION.exec(text);
  if (match === null || from === undefined) return undefined;
  const [years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = match
    .slice(1)
    .map((digits) => Number(digits ?? 0));
  const time = new Date(from);
  time.setUTCFullYear(time.getUTCFullYear() + years, time.getUTCMonth() + months);
  const clock =
    (days + 7 * weeks) * DAY_MILLISECONDS + ((hours * 60 + minutes) * 60 + seconds) * 1000;
  const later = time.getTime() + clock;
  return Number.isSafeInteger(later) ? later : undefined;
}
