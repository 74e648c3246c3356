import {
  type Box,
  type Code,
  err,
  ok,
  parseCode,
  type Result,
  UNITS_PER_DEGREE,
} from "../../core/index.ts";
import type { SearchQuery } from "../../ledger/index.ts";
import { answerItems } from "../http/answer.ts";
import { nextLink, nextOf, readPage, readWord } from "../http/page.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import type { HttpRefusal } from "../problem/refusal.ts";
import type { App, AppContext, Services } from "../services.ts";

const KINDS = [
  "root",
  "country",
  "division",
  "department",
  "class",
  "thing",
  "place",
  "device",
  "document",
  "dataset",
] as const;
const STATUSES = ["active", "suspended", "retired", "void"] as const;
const ROOT = "MA" as Code;
const MAX_TEXT_CHARACTERS = 128;

/** `GET /v1/codes?…`: which records match. */
export function mountSearch(app: App, { ledger, views, problem }: Services): void {
  app.get("/v1/codes", async (c) => {
    const query = readQuery(c);
    if (!query.ok) return problem(c, query.error);
    const { codes, cursor, indexedSize } = await ledger.search(query.value);
    const rest = { ...nextOf(cursor), indexedSize, size: ledger.head().size };
    return answerItems(c, views.summaries(codes), rest, { headers: nextLink(c, cursor) });
  });
}

function readQuery(c: AppContext): Result<SearchQuery, AnyRefusal> {
  const page = readPage(c);
  if (!page.ok) return page;
  const parts = [
    readText(c, "q", "text"),
    readCodePart(c, "parent"),
    readCodePart(c, "under"),
    named("kind", readWord(c, "kind", KINDS)),
    readText(c, "class", "class"),
    named("status", readWord(c, "status", STATUSES)),
    readBox(c),
  ];
  let query: SearchQuery = { ...page.value };
  for (const part of parts) {
    if (!part.ok) return part;
    query = { ...query, ...part.value };
  }
  // Whoever looks for nothing gets all: every code stands below the root.
  const isOfAll = parts.every((part) => part.ok && Object.keys(part.value).length === 0);
  return ok(isOfAll ? { ...query, under: ROOT } : query);
}

type Part = Result<Partial<SearchQuery>, AnyRefusal>;

function named(name: keyof SearchQuery, read: Result<string | undefined, HttpRefusal>): Part {
  if (!read.ok) return read;
  return ok(read.value === undefined ? {} : { [name]: read.value });
}

function readText(c: AppContext, name: string, field: "text" | "class"): Part {
  const text = c.req.query(name)?.trim();
  if (text === undefined) return ok({});
  if (text !== "" && text.length <= MAX_TEXT_CHARACTERS) return ok({ [field]: text });
  const want = `1 to ${MAX_TEXT_CHARACTERS} characters`;
  return err({ code: "HTTP_PARAMETER", name, got: text.slice(0, 64), want });
}

function readCodePart(c: AppContext, name: "parent" | "under"): Part {
  const text = c.req.query(name);
  if (text === undefined) return ok({});
  const code = parseCode(text);
  return code.ok ? ok({ [name]: code.value }) : code;
}

/** `bbox=west,south,east,north` in degrees. */
function readBox(c: AppContext): Part {
  const text = c.req.query("bbox");
  if (text === undefined) return ok({});
  const degrees = text.split(",", 5).map(readDegrees);
  const [west, south, east, north] = degrees;
  const isBox =
    degrees.length === 4 &&
    isWithin(west, 180) &&
    isWithin(east, 180) &&
    isWithin(south, 90) &&
    isWithin(north, 90) &&
    west <= east &&
    south <= north;
  if (isBox) return ok({ bbox: [west, south, east, north].map(units) as unknown as Box });
  const want = "west,south,east,north in degrees";
  return err({ code: "HTTP_PARAMETER", name: "bbox", got: text.slice(0, 64), want });
}

function readDegrees(text: string): number {
  return /^-?\d{1,3}(\.\d{1,15})?$/.test(text.trim()) ? Number(text) : Number.NaN;
}

function isWithin(degrees: number | undefined, limit: number): degrees is number {
  return degrees !== undefined && Math.abs(degrees) <= limit;
}

function units(degrees: number): number {
  return Math.round(degrees * UNITS_PER_DEGREE);
}
