import {
  codeFromGbt2260,
  err,
  gbt2260FromCode,
  ok,
  present,
  type Result,
} from "../../core/index.ts";
import { type Fact, levelOf } from "./fact.ts";
import { type FileRefusal, readDate } from "./file.ts";

// The register as a file of ours: one fact a line, so that a change of the data can be read as a difference of lines.
//
// { "format": "cityid/register/v1", "sources": [text…], "facts": [
//   [digits, zh, en, from, to, [successor digits…], source index], …
// ] }
//
// `to` is "" while the fact is true. The level follows from the digits.

const FORMAT = "cityid/register/v1";

type Row = readonly [
  digits: string,
  zh: string,
  en: string,
  from: string,
  to: string,
  successors: readonly string[],
  source: number,
];

/** Writes facts as a register file. */
export function formatRegister(facts: readonly Fact[]): string {
  const sources = [...new Set(facts.map(({ source }) => source))];
  const rows = facts.map((fact) => JSON.stringify(rowOf(fact, sources)));
  const head = `{\n"format": ${JSON.stringify(FORMAT)},\n"sources": ${JSON.stringify(sources, undefined, 1)},\n`;
  return `${head}"facts": [\n${rows.join(",\n")}\n]\n}\n`;
}

function rowOf(fact: Fact, sources: readonly string[]): Row {
  const { code, names, from, to = "", successors = [], source } = fact;
  const digits = (of: Fact["code"]) => present(gbt2260FromCode(of), "the code of a division");
  const heirs = successors.map((successor) => digits(successor.code));
  return [digits(code), names.zh, names.en ?? "", from, to, heirs, sources.indexOf(source)];
}

/**
 * Reads a register file.
 *
 * @returns the facts, else `GAZETTE_FILE_JSON` for what is no such file at all, or `GAZETTE_FILE_FIELD` for a fact
 *   that is none, counted from 1 in `line`
 */
export function parseRegister(text: string): Result<Fact[], FileRefusal> {
  const file = parseJson(text);
  if (!isRegister(file)) return err({ code: "GAZETTE_FILE_JSON", format: FORMAT });
  const facts: Fact[] = [];
  for (const [index, row] of file.facts.entries()) {
    const fact = factOf(row, file.sources, index + 1);
    if (!fact.ok) return fact;
    facts.push(fact.value);
  }
  return ok(facts);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRegister(file: unknown): file is { sources: unknown[]; facts: unknown[] } {
  const fields = typeof file === "object" && file !== null ? file : {};
  const { format, sources, facts }: { format?: unknown; sources?: unknown; facts?: unknown } =
    fields;
  return format === FORMAT && Array.isArray(sources) && Array.isArray(facts);
}

function factOf(
  row: unknown,
  sources: readonly unknown[],
  line: number,
): Result<Fact, FileRefusal> {
  const refuse = (field: string, got: unknown) =>
    err({ code: "GAZETTE_FILE_FIELD", line, field, got: String(got) } as const);
  if (!Array.isArray(row)) return refuse("fact", row);
  const [digits, zh, en, from, to, heirs, index]: unknown[] = row;
  const code = codeFromGbt2260(String(digits));
  if (!code.ok) return refuse("code", digits);
  if (typeof zh !== "string" || zh === "") return refuse("zh", zh);
  if (typeof en !== "string") return refuse("en", en);
  const begins = readDate(from);
  if (begins === undefined) return refuse("from", from);
  const ends = readDate(to);
  if (ends === undefined && to !== "") return refuse("to", to);
  const successors = Array.isArray(heirs) ? heirs.map((heir) => codeFromGbt2260(String(heir))) : [];
  if (!Array.isArray(heirs) || successors.some((heir) => !heir.ok))
    return refuse("successors", heirs);
  const source = sources[Number(index)];
  if (typeof source !== "string") return refuse("source", index);
  return ok({
    code: code.value,
    names: en === "" ? { zh } : { zh, en },
    level: levelOf(String(digits)),
    from: begins,
    ...(ends !== undefined && { to: ends }),
    ...(successors.length > 0 && {
      successors: successors.flatMap((heir) => (heir.ok ? [{ code: heir.value }] : [])),
    }),
    source,
  });
}
