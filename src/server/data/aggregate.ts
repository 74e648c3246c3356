import { latLngToCell } from "h3-js";
import { codeParts, err, ok, parseCode, type Result, UNITS_PER_DEGREE } from "../../core/index.ts";
import { entityView, type Measure, type MeasureGrouping } from "../../data/index.ts";
import { answerPrivate } from "../http/answer.ts";
import { readInteger, readWord } from "../http/page.ts";
import { MAX_GROUPS } from "../limits.ts";
import { readBbox } from "../ogc/crs.ts";
import { onlyParameters } from "../ogc/parameters.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import type { App, AppContext, Services } from "../services.ts";
import { readMoment } from "./export-request.ts";
import { keptDataset } from "./kept.ts";
import { beijingTime, STEPS, stretchOf } from "./stretches.ts";

const PARAMETERS = [
  "attribute",
  "bbox",
  "before",
  "by",
  "digits",
  "grant",
  "resolution",
  "since",
  "step",
];
const BY = ["time", "cell", "area"] as const;
/** How groups are told apart, and what an answer calls them. */
type Grouping = {
  readonly asked: object;
  readonly grouping: MeasureGrouping;
  /** In which order groups stand, and what names one. Empty where it belongs nowhere. */
  keyOf(measure: Measure): string;
  nameOf(key: string): object;
};

type Sum = { count: number; sum: number; min: number; max: number };

/**
 * `GET /v1/datasets/<code>/aggregate`: count, average, least, most and sum of what observations say of an attribute, by time,
 * by cell of H3 or by administrative area, as far as may be read. docs/spec/sharing.md, Aggregates.
 */
export function mountAggregate(app: App, services: Services): void {
  const { access, problem } = services;

  app.get("/v1/datasets/:code/aggregate", async (c) => {
    const kept = keptDataset(services, c);
    if (!kept.ok) return problem(c, kept.error);
    const { dataset, log } = kept.value;
    const opened = await access.open(c, dataset, "read");
    if (!opened.ok) return problem(c, opened.error);
    const query = readQuery(c);
    if (!query.ok) return problem(c, query.error);
    const grouping = readGrouping(c);
    if (!grouping.ok) return problem(c, grouping.error);
    const { view } = opened.value;
    await log.entities.caughtUp();
    const parts = log.entities.measure(query.value, entityView(view), grouping.value.grouping);
    const groups = await gather(parts, grouping.value);
    if (!groups.ok) return problem(c, groups.error);
    access.note(view, "aggregate", groups.value.length);
    const { attribute } = query.value;
    const { asked } = grouping.value;
    return answerPrivate({ dataset: dataset.reference, attribute, ...asked, items: groups.value });
  });
}

function readQuery(c: AppContext) {
  const fit = onlyParameters(c, PARAMETERS);
  if (!fit.ok) return fit;
  const attribute = c.req.query("attribute") ?? "";
  if (attribute === "" || attribute.length > 256) {
    const want = "the name of an attribute";
    return err({
      code: "HTTP_PARAMETER",
      ...{ name: "attribute", got: attribute.slice(0, 64), want },
    } as const);
  }
  const since = readMoment(c, "since");
  if (!since.ok) return since;
  const before = readMoment(c, "before");
  if (!before.ok) return before;
  const bbox = readBbox(c.req.query("bbox"));
  if (!bbox.ok) return bbox;
  return ok({
    attribute,
    ...(since.value !== undefined && { fromMilliseconds: since.value }),
    ...(before.value !== undefined && { toMilliseconds: before.value }),
    ...(bbox.value && { bbox: bbox.value }),
  });
}

function readGrouping(c: AppContext): Result<Grouping, AnyRefusal> {
  const by = readWord(c, "by", BY);
  if (!by.ok) return by;
  const step = readWord(c, "step", STEPS);
  if (!step.ok) return step;
  const resolution = readInteger(c, "resolution", 0, 15);
  if (!resolution.ok) return resolution;
  const digits = readWord(c, "digits", ["2", "4", "6"] as const);
  if (!digits.ok) return digits;
  switch (by.value ?? "time") {
    case "time":
      return ok(byTime(step.value ?? "P1D"));
    case "cell":
      return ok(byCell(resolution.value ?? 8));
    case "area":
      return ok(byArea(Number(digits.value ?? 6)));
  }
}

function byTime(step: (typeof STEPS)[number]): Grouping {
  return {
    asked: { by: "time", step },
    grouping: { by: "time", stretchOf: stretchOf(step) },
    // Of equal length, so that they sort as numbers do.
    keyOf: ({ from = 0 }) => String(from + KEY_OFFSET).padStart(KEY_DIGITS, "0"),
    nameOf: (key) => ({ from: beijingTime(Number(key) - KEY_OFFSET) }),
  };
}

const KEY_OFFSET = 2 ** 52;
const KEY_DIGITS = 16;

function byCell(resolution: number): Grouping {
  return {
    asked: { by: "cell", resolution },
    grouping: { by: "place" },
    keyOf: ({ place }) =>
      place === undefined
        ? ""
        : latLngToCell(place[1] / UNITS_PER_DEGREE, place[0] / UNITS_PER_DEGREE, resolution),
    nameOf: (cell) => (cell === "" ? {} : { cell }),
  };
}

const URN = /^urn:ngsi-ld:[^:]+:/;

/** The division that the code of a thing belongs to, cut to so many digits: 2 a province, 4 a city, 6 a county. */
function byArea(digits: number): Grouping {
  const known = new Map<string, string>();
  return {
    asked: { by: "area", digits },
    grouping: { by: "thing" },
    keyOf({ id = "" }) {
      const area = known.get(id) ?? areaOf(id.replace(URN, ""), digits);
      if (known.size < MAX_GROUPS) known.set(id, area);
      return area;
    },
    nameOf: (area) => (area === "" ? {} : { area }),
  };
}

function areaOf(text: string, digits: number): string {
  const code = parseCode(text);
  if (!code.ok) return "";
  const { country, division } = codeParts(code.value);
  return ["MA", country, division?.slice(0, digits)].filter(Boolean).join(".");
}

async function gather(
  parts: AsyncIterable<Measure>,
  { keyOf, nameOf }: Grouping,
): Promise<Result<readonly object[], AnyRefusal>> {
  const groups = new Map<string, Sum>();
  for await (const part of parts) {
    const key = keyOf(part);
    const { count, sum, min, max } = part;
    const found = groups.get(key);
    if (found === undefined) {
      if (groups.size >= MAX_GROUPS) return tooMany();
      groups.set(key, { count, sum, min, max });
      continue;
    }
    found.count += count;
    found.sum += sum;
    found.min = Math.min(found.min, min);
    found.max = Math.max(found.max, max);
  }
  return ok(
    [...groups]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, { count, sum, min, max }]) => ({
        ...nameOf(key),
        ...{ count, min, max },
        // Numbers whose sum is beyond all numbers have none, and no average.
        ...(Number.isFinite(sum) && { avg: sum / count, sum }),
      })),
  );
}

function tooMany(): Result<never, AnyRefusal> {
  const want = `at most ${MAX_GROUPS} groups: longer steps, larger cells, or a shorter time`;
  return err({ code: "HTTP_PARAMETER", name: "by", got: `more than ${MAX_GROUPS} groups`, want });
}
