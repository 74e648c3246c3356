import { err, ok, type Result, UNITS_PER_DEGREE } from "../../core/index.ts";
import type { Box } from "../../data/index.ts";
import { type Choice, momentOf, TABLE_FORMATS, type TableFormat } from "../../table/index.ts";
import { readInteger, readWord } from "../http/page.ts";
import { readBbox } from "../ogc/crs.ts";
import { onlyParameters } from "../ogc/parameters.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import type { AppContext } from "../services.ts";

/** What an export is asked for. */
export type ExportRequest = {
  readonly format: TableFormat;
  /** A row for each observation, or for each thing as it is now. */
  readonly of: "observations" | "entities";
  readonly choice: Choice;
  /** The same box in degrees. */
  readonly box?: Box;
  /** How many entries of the log it covers; all that there are where it is left out. */
  readonly size?: number;
};

const PARAMETERS = ["attributes", "bbox", "before", "format", "grant", "of", "since", "size"];
const MAX_ATTRIBUTES = 256;
/** @param isProof a proof is of observations alone, each of which stands in the log */
export function readExportRequest(
  c: AppContext,
  isProof: boolean,
): Result<ExportRequest, AnyRefusal> {
  const fit = onlyParameters(
    c,
    PARAMETERS.filter((name) => name !== "of" || !isProof),
  );
  if (!fit.ok) return fit;
  const format = readWord(c, "format", TABLE_FORMATS);
  if (!format.ok) return format;
  const of = readWord(c, "of", ["observations", "entities"] as const);
  if (!of.ok) return of;
  const since = readMoment(c, "since");
  if (!since.ok) return since;
  const before = readMoment(c, "before");
  if (!before.ok) return before;
  const box = readBbox(c.req.query("bbox"));
  if (!box.ok) return box;
  const size = readInteger(c, "size", 0, Number.MAX_SAFE_INTEGER);
  if (!size.ok) return size;
  const attributes = readNames(c, "attributes");
  if (!attributes.ok) return attributes;
  const [west = 0, south = 0, east = 0, north = 0] = (box.value ?? []).map(unitsOf);
  return ok({
    format: format.value ?? "parquet",
    of: of.value ?? "observations",
    choice: {
      ...(attributes.value && { attributes: attributes.value }),
      ...(since.value !== undefined && { sinceMilliseconds: since.value }),
      ...(before.value !== undefined && { beforeMilliseconds: before.value }),
      ...(box.value && { bbox: [west, south, east, north] as const }),
    },
    ...(box.value && { box: box.value }),
    ...(size.value !== undefined && { size: size.value }),
  });
}

function unitsOf(degrees: number): number {
  return Math.round(degrees * UNITS_PER_DEGREE);
}

/** A time with its zone, in Unix milliseconds. */
export function readMoment(c: AppContext, name: string): Result<number | undefined, AnyRefusal> {
  const text = c.req.query(name);
  if (text === undefined) return ok(undefined);
  const moment = momentOf(text);
  if (moment !== undefined) return ok(moment);
  const want = "an RFC 3339 time with its zone";
  return err({ code: "HTTP_PARAMETER", name, got: text.slice(0, 64), want });
}

/** Names with commas between. */
export function readNames(
  c: AppContext,
  name: string,
  max: number = MAX_ATTRIBUTES,
): Result<readonly string[] | undefined, AnyRefusal> {
  const text = c.req.query(name);
  if (text === undefined) return ok(undefined);
  const names = text.split(",", max + 1);
  if (names.length <= max && names.every((each) => each !== "")) return ok([...new Set(names)]);
  const want = `1 to ${max} names, with commas between`;
  return err({ code: "HTTP_PARAMETER", name, got: text.slice(0, 64), want });
}
