import { type Code, codeFromGbt2260, err, ok, type Result } from "../../core/index.ts";
import { type Fact, firstDay, inOrder, type Level, type Successor } from "./fact.ts";
import { type FileRefusal, readDate } from "./file.ts";

// The public CSV of areacodes: a byte order mark, one heading, then a division a line, no quotes. Columns: code,
// province, prefecture, name, level, state, from year, to year, successors. A successor is six digits, with a year in
// brackets where a part went over before the whole ended: `130102[2001];130108`.

const HEADER = "代码,一级行政区,二级行政区,名称,级别,状态,启用时间,变更/弃用时间,新代码";
const COLUMNS = 9;
const LEVELS: ReadonlyMap<string | undefined, Level> = new Map([
  ["省级", "province"],
  ["地级", "prefecture"],
  ["县级", "county"],
]);
const IN_USE = "在用";
const STATES: ReadonlySet<string | undefined> = new Set([IN_USE, "弃用", "变更"]);
const SOURCE = "areacodes: codes of GB/T 2260 and notices of their changes, 1981 to 2024 (CC0)";

type Row = { readonly line: number; readonly fact: Fact };

/**
 * Reads the CSV of areacodes.
 *
 * @returns the facts in the order of codes and time, else the first line that is wrong: `GAZETTE_FILE_HEADER`,
 *   `GAZETTE_FILE_FIELDS`, `GAZETTE_FILE_FIELD`; and when all lines are read `GAZETTE_FILE_OVERLAP`
 */
export function parseAreacodes(text: string): Result<Fact[], FileRefusal> {
  const [header = "", ...lines] = text.replace(/^\ufeff/, "").split(/\r?\n/);
  if (header !== HEADER)
    return err({ code: "GAZETTE_FILE_HEADER", line: 1, got: header, want: HEADER });
  const rows: Row[] = [];
  for (const [index, line] of lines.entries()) {
    if (line === "" && index === lines.length - 1) break;
    const fact = parseLine(line, index + 2);
    if (!fact.ok) return fact;
    rows.push({ line: index + 2, fact: fact.value });
  }
  const overlap = findOverlap(rows);
  return overlap === undefined ? ok(inOrder(rows.map(({ fact }) => fact))) : err(overlap);
}

function parseLine(text: string, line: number): Result<Fact, FileRefusal> {
  const fields = text.split(",");
  if (fields.length !== COLUMNS) {
    return err({ code: "GAZETTE_FILE_FIELDS", line, got: fields.length, want: COLUMNS });
  }
  const [digits = "", , , zh = "", level, state, from, to, heirs = ""] = fields;
  const refuse = (field: string, got: unknown) =>
    err({ code: "GAZETTE_FILE_FIELD", line, field, got: String(got) } as const);
  const code = codeFromGbt2260(digits);
  if (!code.ok) return refuse("code", digits);
  if (zh === "") return refuse("name", zh);
  const rank = LEVELS.get(level);
  if (rank === undefined) return refuse("level", level);
  if (!STATES.has(state)) return refuse("state", state);
  const begins = readDate(from);
  if (begins === undefined) return refuse("from", from);
  const ends = readDate(to);
  if (state === IN_USE ? to !== "" : ends === undefined) return refuse("to", to);
  const successors = parseSuccessors(heirs);
  if (successors === undefined) return refuse("successors", heirs);
  return ok({
    code: code.value,
    names: { zh },
    level: rank,
    from: begins,
    ...(ends !== undefined && { to: ends }),
    ...(successors.length > 0 && { successors }),
    source: SOURCE,
  });
}

function parseSuccessors(text: string): Successor[] | undefined {
  const successors = text
    .split(";")
    .filter((entry) => entry !== "")
    .map(parseSuccessor);
  const good = successors.filter((successor) => successor !== undefined);
  return good.length === successors.length ? good : undefined;
}

function parseSuccessor(text: string): Successor | undefined {
  const [, digits = "", year] = /^(\d{6})(?:\[(\d{4})\])?$/.exec(text) ?? [];
  const code: Result<Code, unknown> = codeFromGbt2260(digits);
  if (!code.ok) return undefined;
  return year === undefined ? { code: code.value } : { code: code.value, date: year };
}

/** Two facts about one code of which neither ends before the other begins. */
function findOverlap(rows: readonly Row[]): FileRefusal | undefined {
  const sorted = [...rows].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  for (const [index, row] of sorted.entries()) {
    const before = sorted[index - 1];
    if (before === undefined || before.fact.code !== row.fact.code) continue;
    const { to } = before.fact;
    if (to === undefined || firstDay(to) > firstDay(row.fact.from)) {
      return { code: "GAZETTE_FILE_OVERLAP", line: row.line, other: before.line };
    }
  }
  return undefined;
}

function keyOf({ fact }: Row): string {
  return `${fact.code} ${firstDay(fact.from)}`;
}
