import { utf8 } from "../core/index.ts";
import type { Column } from "./columns.ts";
import { type Geometry, wellKnownText } from "./geometry.ts";
import type { Cell, Row } from "./row.ts";
import type { TableWriter } from "./writer.ts";

/** Lines of JSON, one object each; a field that is empty is left out. */
export function ndjsonTable(): TableWriter {
  const line = (row: Row) => `${JSON.stringify(Object.fromEntries(row))}\n`;
  return textTable({ head: "", line, foot: "" });
}

/** A feature collection of RFC 7946: `place` is the geometry. */
export function geoJsonTable(): TableWriter {
  let isFirst = true;
  const line = (row: Row) => {
    const { place = null, ...properties } = Object.fromEntries(row);
    const feature = { type: "Feature", geometry: place, properties };
    const text = `${isFirst ? "" : ","}\n${JSON.stringify(feature)}`;
    isFirst = false;
    return text;
  };
  return textTable({ head: '{"type":"FeatureCollection","features":[', line, foot: "\n]}\n" });
}

/** RFC 4180 in UTF-8, with a line of names. Places are well-known text, what is no plain value is JSON. */
export function csvTable(columns: readonly Column[]): TableWriter {
  const head = `${columns.map(({ name }) => textField(name)).join(",")}\r\n`;
  const line = (row: Row) => `${columns.map((column) => field(column, row)).join(",")}\r\n`;
  return textTable({ head, line, foot: "" });
}

function textTable(of: {
  readonly head: string;
  line(row: Row): string;
  readonly foot: string;
}): TableWriter {
  return {
    begin: () => utf8(of.head),
    rows(rows) {
      let text = "";
      for (const row of rows) text += of.line(row);
      return utf8(text);
    },
    end: () => utf8(of.foot),
  };
}

function field({ name, type }: Column, row: Row): string {
  const cell = row.get(name);
  if (cell === undefined) return "";
  if (type === "place") return quoted(wellKnownText(cell as Geometry));
  return typeof cell === "number" || typeof cell === "boolean"
    ? String(cell)
    : textField(textOf(cell));
}

function textOf(cell: Cell): string {
  return typeof cell === "string" ? cell : JSON.stringify(cell);
}

/** What a spreadsheet would take for a formula. */
const FORMULA = /^[=+\-@\t\r＝＋－＠]/;

/** An apostrophe before a formula makes it text again: whoever opens the file did not ask for a program. */
function textField(text: string): string {
  return quoted(FORMULA.test(text) ? `'${text}` : text);
}

function quoted(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
