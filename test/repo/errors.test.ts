import { describe, expect, it } from "vitest";
import { filesBelow, read } from "./sources.ts";

/** A code as it stands in the sources: `"STATE_PREV"`. */
const LITERAL = /"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)"/g;

/** Names of others that are written like codes: of the environment, of errors of SQLite and node, of types and pages of Parquet. */
const NOT_OURS =
  /^(?:CITYID|SQLITE|ERR)_|^(?:BYTE_ARRAY|TIMESTAMP_MILLIS|RLE_DICTIONARY|DATA_PAGE_V2|DICTIONARY_PAGE)$/;

/** Not a code itself, but what several begin with. */
const PREFIXES = new Set(["HTTP_SIGNATURE"]);

const HEADING = /^## ([A-Z][A-Z_]*_)$/;
const ROW = /^\| `([A-Z0-9_]+)` \| (.+) \| (.+) \|$/;

type Row = { readonly code: string; readonly cause: string; readonly remedy: string };
type Section = { readonly area: string; readonly rows: readonly Row[] };

const sections = readSections(read("docs/errors.md"));
const rows = sections.flatMap((section) => section.rows);

function readSections(text: string): readonly Section[] {
  const found: { area: string; rows: Row[] }[] = [];
  for (const line of text.split("\n")) {
    const area = HEADING.exec(line)?.[1];
    if (area !== undefined) found.push({ area, rows: [] });
    const [, code, cause, remedy] = ROW.exec(line) ?? [];
    if (code === undefined || cause === undefined || remedy === undefined) continue;
    found.at(-1)?.rows.push({ code, cause, remedy });
  }
  return found;
}

function codesInSources(): ReadonlyMap<string, string> {
  const codes = new Map<string, string>();
  for (const path of filesBelow("src", ".ts")) {
    for (const [, code = ""] of read(path).matchAll(LITERAL)) {
      if (!NOT_OURS.test(code) && !PREFIXES.has(code)) codes.set(code, path);
    }
  }
  return codes;
}

describe("docs/errors.md", () => {
  const sources = codesInSources();

  it("has a row for every code that the sources name", () => {
    const listed = new Set(rows.map(({ code }) => code));
    const missing = [...sources].filter(([code]) => !listed.has(code));
    expect(missing).toEqual([]);
    expect(sources.size).toBeGreaterThan(300);
  });

  it("has no row for a code that nothing makes any more", () => {
    expect(rows.filter(({ code }) => !sources.has(code))).toEqual([]);
  });

  it("lists each code once", () => {
    const codes = rows.map(({ code }) => code);
    expect(codes.filter((code, i) => codes.indexOf(code) !== i)).toEqual([]);
  });

  it("has one section for each area, and each code in the section of its area", () => {
    const areas = sections.map(({ area }) => area);
    expect(new Set(areas).size).toBe(areas.length);
    const astray = sections.flatMap(({ area, rows }) =>
      rows.filter(({ code }) => areaOf(code, areas) !== area),
    );
    expect(astray).toEqual([]);
  });

  it("reads every line of its tables as a row", () => {
    const lines = read("docs/errors.md")
      .split("\n")
      .filter((line) => line.startsWith("| `"));
    expect(lines.filter((line) => !ROW.test(line))).toEqual([]);
    expect(rows).toHaveLength(lines.length);
  });
});

/** The most exact area that a code begins with. */
function areaOf(code: string, areas: readonly string[]): string | undefined {
  return areas
    .filter((area) => code.startsWith(area))
    .sort((a, b) => b.length - a.length)
    .at(0);
}
