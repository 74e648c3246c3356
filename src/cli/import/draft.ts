import {
  type Alias,
  type AttributeValue,
  type Code,
  codeShape,
  type Geometry,
  type Position,
  parseCode,
  UNITS_PER_DEGREE,
} from "../../core/index.ts";
import { wgs84FromBd09, wgs84FromGcj02 } from "../../text/index.ts";
import { parseDegrees, parsePosition } from "../degrees.ts";
import { readValue } from "../record-options.ts";
import type { Mapping, Target } from "./columns.ts";
import { isOnEarth, mapPositions, positionsOf, readGeometry } from "./geometry.ts";
import type { Row, RowProblem } from "./row.ts";

/** What holds for all rows of an import. Kept with a signed import, so that the same file gives the same items again. */
export type Terms = RowTerms & {
  /** Number that the first row without a code of its own gets. */
  readonly first: number;
};

/** What the cells of a row are read by. */
export type RowTerms = {
  readonly under: Code;
  /** Since when what the rows say is so, unless they say it themselves. */
  readonly validFrom: string;
  /** Name of what has none. */
  readonly name?: string;
  readonly class?: string;
  readonly crs: "wgs84" | "gcj02" | "bd09";
};

/** A row as far as its cells are understood. */
export type Draft = {
  code?: string | undefined;
  names: { [language: string]: string };
  aliases: Alias[];
  attributes: { [name: string]: AttributeValue };
  kind?: string;
  class?: string;
  stage?: string;
  validFrom: string;
  geometry?: Geometry;
  readonly problems: RowProblem[];
};

/** Reads what the cells of a row say; what is wrong with them is among the draft's problems. */
export function readCells(row: Row, mapping: Mapping, terms: RowTerms): Draft {
  const draft: Draft = {
    names: {},
    aliases: [],
    attributes: {},
    validFrom: terms.validFrom,
    problems: [],
    ...(terms.class === undefined ? {} : { class: terms.class }),
  };
  const axes: { longitude?: string; latitude?: string; column?: string } = {};
  let typedCode: { readonly column: string; readonly text: string } | undefined;
  for (const [column, text] of row.cells) {
    const target: Target | undefined = mapping.get(column);
    if (target === undefined) continue;
    switch (target.what) {
      case "code":
        typedCode = { column, text };
        break;
      case "name":
        draft.names[target.language] = text;
        break;
      case "alias":
        draft.aliases.push({ scheme: target.scheme, value: text });
        break;
      case "attribute":
        draft.attributes[target.name] = readValue(text);
        break;
      case "longitude":
      case "latitude":
        axes[target.what] = text;
        axes.column = column;
        break;
      case "validFrom":
        readDate(draft, column, text, terms.validFrom);
        break;
      case "kind":
      case "class":
      case "stage":
        draft[target.what] = text;
        break;
      case "ignore":
        break;
    }
  }
  if (typedCode !== undefined) readRowCode(draft, typedCode, terms);
  readPlace(draft, row, axes, terms);
  readName(draft, terms);
  return draft;
}

/** A whole code, or the last part of one. */
function readRowCode(
  draft: Draft,
  { column, text }: { readonly column: string; readonly text: string },
  terms: RowTerms,
): void {
  const upper = text.normalize("NFKC").toUpperCase();
  const code = upper.startsWith("MA.") ? upper : childOf(terms, draft.class, upper);
  const parsed = parseCode(code);
  draft.code = parsed.ok ? parsed.value : code;
  if (!parsed.ok) draft.problems.push({ code: "ROW_CODE", column, value: text });
}

/** The code of a child: departments join with a dot, classes and things with a slash, parts of a thing with a dot. */
export function childOf({ under }: RowTerms, className: string | undefined, node: string): string {
  switch (codeShape(under)) {
    case "class":
      return `${under}/${node}`;
    case "item":
      return `${under}.${node}`;
    default:
      return className === undefined ? `${under}.${node}` : `${under}/${className}/${node}`;
  }
}

function readDate(draft: Draft, column: string, text: string, latest: string): void {
  const match = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/.exec(text);
  const [, year = "", month = "", day = ""] = match ?? [];
  const date = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  const time = match === null ? Number.NaN : Date.parse(`${date}T00:00:00Z`);
  const exists = !Number.isNaN(time) && new Date(time).toISOString().startsWith(date);
  if (exists && date <= latest) draft.validFrom = date;
  else draft.problems.push({ code: "ROW_DATE", column, value: text });
}

function readPlace(
  draft: Draft,
  row: Row,
  axes: { readonly longitude?: string; readonly latitude?: string; readonly column?: string },
  { crs }: RowTerms,
): void {
  if (row.geometry !== undefined) {
    readShape(draft, readGeometry(row.geometry), crs);
    return;
  }
  const { longitude, latitude, column } = axes;
  if (column === undefined) return;
  const position = parsePosition(longitude ?? "", latitude ?? "");
  if (position !== undefined) {
    draft.geometry = { point: fromCrs(position, crs) };
    return;
  }
  const swapped =
    parseDegrees(latitude ?? "", 180) !== undefined &&
    parseDegrees(longitude ?? "", 90) !== undefined;
  const value = `${longitude ?? ""}, ${latitude ?? ""}`;
  draft.problems.push({ code: swapped ? "ROW_POSITION_SWAPPED" : "ROW_POSITION", column, value });
}

function readShape(draft: Draft, shape: Geometry | undefined, crs: RowTerms["crs"]): void {
  if (shape === undefined) {
    draft.problems.push({ code: "ROW_GEOMETRY" });
    return;
  }
  const astray = positionsOf(shape).find((position) => !isOnEarth(position));
  if (astray === undefined) {
    draft.geometry = mapPositions(shape, (position) => fromCrs(position, crs));
    return;
  }
  const [longitude, latitude] = astray;
  const value = `${longitude / UNITS_PER_DEGREE}, ${latitude / UNITS_PER_DEGREE}`;
  const code = isOnEarth([latitude, longitude]) ? "ROW_POSITION_SWAPPED" : "ROW_POSITION";
  draft.problems.push({ code, column: "geometry", value });
}

/** Chinese web maps shift what they show; their coordinates are shifted back. */
function fromCrs(position: Position, crs: RowTerms["crs"]): Position {
  switch (crs) {
    case "wgs84":
      return position;
    case "gcj02":
      return wgs84FromGcj02(position);
    case "bd09":
      return wgs84FromBd09(position);
  }
}

function readName(draft: Draft, { name }: RowTerms): void {
  if (Object.keys(draft.names).length > 0) return;
  if (name === undefined) draft.problems.push({ code: "ROW_NAME" });
  else draft.names.zh = name;
}
