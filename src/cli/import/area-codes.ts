import { readFile } from "node:fs/promises";
import { parse } from "csv-parse/sync";
import { type Code, codeFromGbt2260, type GazetteFact } from "../../core/index.ts";
import { CliProblem } from "../problem.ts";

/** All that a file says about one code, in the order of time. */
export type CodeFacts = { readonly code: Code; readonly facts: readonly GazetteFact[] };

/** A line of the file that makes no sense. */
export type BadLine = { readonly line: number; readonly cause: string };

const HEADER = "代码,一级行政区,二级行政区,名称,级别,状态,启用时间,变更/弃用时间,新代码";

const LEVELS: { readonly [word: string]: GazetteFact["level"] } = {
  省级: "province",
  地级: "prefecture",
  县级: "county",
};

/**
 * Reads the public table of division codes since 1981 (github.com/yescallop/areacodes, `result.csv`): one line a code and
 * the name that it had, with years and successors.
 */
export async function readAreaCodes(
  path: string,
  source: string,
): Promise<{ readonly codes: readonly CodeFacts[]; readonly bad: readonly BadLine[] }> {
  const lines = await readLines(path);
  const byCode = new Map<Code, GazetteFact[]>();
  const bad: BadLine[] = [];
  for (const [i, line] of lines.entries()) {
    const read = readLine(line, source);
    if ("cause" in read) bad.push({ line: i + 2, cause: read.cause });
    else byCode.set(read.code, [...(byCode.get(read.code) ?? []), read.fact]);
  }
  const codes = [...byCode].map(([code, facts]) => ({ code, facts: facts.sort(byTime) }));
  return { codes, bad };
}

async function readLines(path: string): Promise<readonly (readonly string[])[]> {
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw new CliProblem("CLI_FILE", { path, detail: cause.code ?? cause.message }, { cause });
  });
  const [header, ...lines] = parse(text, { bom: true, relax_column_count: true }) as string[][];
  if (header?.join() === HEADER) return lines;
  throw new CliProblem("CLI_FILE_FORMAT", { path, want: `areacodes (${HEADER})` });
}

function readLine(
  line: readonly string[],
  source: string,
): { readonly code: Code; readonly fact: GazetteFact } | { readonly cause: string } {
  const [digits = "", , , name = "", level = "", state = "", from = "", to = "", next = ""] = line;
  const code = codeFromGbt2260(digits);
  if (!code.ok) return { cause: `代码 ${digits}` };
  const known = LEVELS[level];
  if (known === undefined) return { cause: `级别 ${level}` };
  if (!/^\d{4}$/.test(from) || !/^(\d{4})?$/.test(to)) return { cause: `${from}–${to}` };
  if (state === "弃用" && to === "") return { cause: "弃用" };
  const successors = readSuccessors(next, to);
  if (successors === undefined) return { cause: `新代码 ${next}` };
  const fact = {
    names: { zh: name },
    level: known,
    from,
    ...(to === "" ? {} : { to }),
    ...(successors.length === 0 ? {} : { successors }),
    source,
  };
  return { code: code.value, fact };
}

type Successor = NonNullable<GazetteFact["successors"]>[number];

/** `340100[2011];340200`: the year in brackets, else the year in which the code ended. */
function readSuccessors(text: string, ended: string): Successor[] | undefined {
  const successors: Successor[] = [];
  for (const part of text.split(";").filter((piece) => piece !== "")) {
    const [, digits = "", year = ended] = /^(\d{6})(?:\[(\d{4})\])?$/.exec(part) ?? [];
    const code = codeFromGbt2260(digits);
    if (!code.ok) return undefined;
    successors.push({ code: code.value, ...(year === "" ? {} : { date: year }) });
  }
  return successors;
}

function byTime(a: GazetteFact, b: GazetteFact): number {
  return a.from < b.from ? -1 : a.from > b.from ? 1 : endOf(a) < endOf(b) ? -1 : 1;
}

function endOf({ to }: GazetteFact): string {
  return to ?? "9999";
}
