import {
  type Code,
  type CodeRecord,
  codeKey,
  err,
  ok,
  parseCode,
  type Geometry as RecordGeometry,
  type Result,
  UNITS_PER_DEGREE,
} from "../../core/index.ts";
import { type Box, boxOf, type Geometry, type JsonValue } from "../../data/index.ts";
import type { SearchQuery } from "../../ledger/index.ts";
import { MAX_PAGE } from "../limits.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import type { Services } from "../services.ts";
import type { Counts } from "./counts.ts";
import type { Collection, Feature, FeatureQuery } from "./source.ts";

/** Which codes: of a kind or of a class. */
export type Codes = {
  readonly id: string;
  readonly title: string;
  readonly query: Pick<SearchQuery, "kind" | "class">;
};

const FILTERS = ["status", "parent", "under"] as const;
/** Beyond so many codes their extent is that of the earth: to look at them all would take too long. */
const MAX_MEASURED = 5000;
const EARTH: Box = [-180, -90, 180, 90];

/** Codes of the ledger: public, all of them, with what their records say in public. */
export function codeCollection(services: Services, counts: Counts, codes: Codes): Collection {
  const { ledger, state } = services;
  const recordOf = (code: Code): CodeRecord | undefined => state.get(codeKey(code));
  const featuresOf = (found: readonly string[]): Feature[] =>
    found.flatMap((code) => {
      const record = recordOf(code as Code);
      return record ? [featureOf(services, record)] : [];
    });
  return {
    id: codes.id,
    title: codes.title,
    description: `${codes.title}: ${Object.values(codes.query).join()}`,
    isPrivate: false,
    async extent() {
      const all = await counts.codes(codes.query, MAX_MEASURED);
      if (all === undefined) return { bbox: EARTH };
      const boxes = featuresOf(all).flatMap(({ geometry }) => (geometry ? [boxOf(geometry)] : []));
      if (boxes.length === 0) return {};
      const side = (of: typeof Math.min, i: 0 | 1 | 2 | 3) => of(...boxes.map((box) => box[i]));
      return {
        bbox: [side(Math.min, 0), side(Math.min, 1), side(Math.max, 2), side(Math.max, 3)],
      };
    },
    filters: async () => FILTERS,
    async page(asked, { limit, cursor, isCounted = true }) {
      const queries = queriesOf(codes.query, asked);
      if (!queries.ok) return queries;
      const begin = readCursor(cursor);
      if (begin === undefined) return err({ code: "HTTP_CURSOR", got: cursor?.slice(0, 64) ?? "" });
      const [at, after] = begin;
      const found: string[] = [];
      let next: string | undefined;
      for (let i = at; i < queries.value.length; i++) {
        let from = i === at ? after : undefined;
        do {
          const wanted = Math.min(limit - found.length, MAX_PAGE);
          const more = from === undefined ? {} : { cursor: from };
          const query = { ...queries.value[i], limit: wanted, ...more };
          const page = await ledger.search(query);
          found.push(...page.codes);
          from = page.cursor;
        } while (from !== undefined && found.length < limit);
        const rest = from === undefined ? i + 1 : i;
        if (found.length < limit || rest >= queries.value.length) continue;
        next = `${rest}.${from ?? ""}`;
        break;
      }
      const matched = isCounted ? await counts.count(queries.value) : found.length;
      if (matched === undefined) return err({ code: "HTTP_BUSY", retryAfter: 1, what: "counts" });
      return ok({ features: featuresOf(found), matched, ...(next !== undefined && { next }) });
    },
    async feature(id) {
      const code = parseCode(id);
      const record = code.ok ? recordOf(code.value) : undefined;
      if (record === undefined || record.code !== id) return undefined;
      const { kind, class: ofClass } = codes.query;
      const isIn = kind === undefined ? record.class === ofClass : record.kind === kind;
      return isIn ? featureOf(services, record) : undefined;
    },
    alternate: (id) => ({ href: `${services.config.publicUrl}/${id}`, type: "text/html" }),
  };
}

/** A box that crosses the antimeridian is two searches, one after the other. */
function queriesOf(
  base: Codes["query"],
  { bbox, filters }: FeatureQuery,
): Result<readonly Omit<SearchQuery, "limit">[], AnyRefusal> {
  const query: Record<string, string> = { ...base };
  for (const name of FILTERS) {
    const text = filters.get(name);
    if (text === undefined) continue;
    const code = name === "status" ? undefined : parseCode(text);
    if (code?.ok === false) return code;
    query[name] = text;
  }
  if (bbox === undefined) return ok([query]);
  const [west, south, east, north] = bbox;
  const boxes =
    west <= east
      ? [bbox]
      : [
          [west, south, 180, north],
          [-180, south, east, north],
        ];
  return ok(
    boxes.map((box) => ({
      ...query,
      bbox: box.map((each) => Math.round(each * UNITS_PER_DEGREE)) as unknown as NonNullable<
        SearchQuery["bbox"]
      >,
    })),
  );
}

/** Which search, and where in it; `undefined` of what nobody gave. */
function readCursor(cursor: string | undefined): [number, string | undefined] | undefined {
  const match = /^([01])\.(.*)$/s.exec(cursor ?? "0.");
  return match === null ? undefined : [Number(match[1]), match[2] || undefined];
}

function featureOf({ views }: Services, record: CodeRecord): Feature {
  const { code, generation, kind, class: ofClass, names, geometry, stage } = record;
  const properties: Record<string, JsonValue> = {
    ...{ code, generation, kind },
    ...(ofClass !== undefined && { class: ofClass }),
    status: views.effective(record).status,
    ...(stage && "value" in stage && { stage: stage.value }),
  };
  for (const [language, name] of Object.entries(names)) {
    if (name !== undefined && "value" in name) properties[`name_${language}`] = String(name.value);
  }
  const shape = geometry && "value" in geometry ? geometry.value : undefined;
  const linked = shape && "linked" in shape ? { shape: shape.linked.url } : {};
  return {
    id: code,
    geometry: shape && geometryOfRecord(shape),
    properties: { ...properties, ...linked },
  };
}

function geometryOfRecord(shape: RecordGeometry): Geometry {
  const degrees = (position: readonly number[]) =>
    position.map((units) => units / UNITS_PER_DEGREE);
  if ("point" in shape) return { type: "Point", coordinates: degrees(shape.point) };
  if ("line" in shape) return { type: "LineString", coordinates: shape.line.map(degrees) };
  if ("polygon" in shape) {
    return { type: "Polygon", coordinates: shape.polygon.map((ring) => ring.map(degrees)) };
  }
  const [west = 0, south = 0, east = 0, north = 0] = degrees(
    "cell" in shape ? shape.cell : shape.linked.bbox,
  );
  const ring = [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ];
  return { type: "Polygon", coordinates: [ring] };
}
