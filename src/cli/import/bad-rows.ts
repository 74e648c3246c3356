import { createReadStream, createWriteStream, type WriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { finished } from "node:stream/promises";
import { fileProblem } from "../file-problem.ts";
import { CliProblem } from "../problem.ts";
import type { Run } from "../run.ts";
import { ROW_WORDS, type Row, type RowProblem } from "./row.ts";

/** Tells of bad rows: the first ones on the terminal, all of them in the report file, if one is wanted. */
export type BadRows = {
  /** Their lines. */
  readonly lines: readonly number[];
  add(row: Row, problems: readonly RowProblem[]): void;
  end(): Promise<void>;
};

const SHOWN = 20;

const HEADING = "row,column,value,code,cause\n";

/** @throws CliProblem CLI_FILE_EXISTS, CLI_FILE */
export async function tellBadRows(run: Run, reportPath: string | undefined): Promise<BadRows> {
  if (reportPath !== undefined) await refuseOther(reportPath);
  const report = reportPath === undefined ? undefined : openReport(reportPath);
  const lines: number[] = [];
  return {
    lines,
    add(row, problems) {
      lines.push(row.line);
      for (const problem of problems) {
        report?.write(reportLine(row, problem));
        if (run.json) run.result({ row: row.line, ...problem }, () => []);
        else if (lines.length <= SHOWN) run.note(badLine(run, row, problem));
      }
    },
    async end() {
      if (!run.json && lines.length > SHOWN) {
        const more = lines.length - SHOWN;
        run.note(run.say({ en: `… and ${more} more bad rows`, zh: `……另有 ${more} 行有误` }));
      }
      report?.end();
      if (report !== undefined) await finished(report);
    },
  };
}

function badLine(run: Run, { line }: Row, { code, column, value, detail }: RowProblem): string {
  const where = run.say({ en: `row ${line}`, zh: `第 ${line} 行` });
  const what = [column, value === undefined ? undefined : `“${value}”`].filter(Boolean).join(" ");
  const why = run.say(ROW_WORDS[code]) + (detail === undefined ? "" : ` (${run.say(detail)})`);
  const said = what === "" ? why : `${what} ${why}`;
  return `${run.paint.bad("✘")} ${where}: ${said}  ${run.paint.quiet(code)}`;
}

/**
 * A report takes the place of an older one, as where a command is run again, and of nothing else: what is there could be the very
 * file that is to be read.
 */
async function refuseOther(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || !found.isFile() || found.size === 0) return;
  const beginning = await text(createReadStream(path, { end: HEADING.length - 1 })).catch(
    (cause: unknown) => {
      throw fileProblem(path, cause);
    },
  );
  if (beginning !== HEADING) throw new CliProblem("CLI_FILE_EXISTS", { path });
}

function openReport(path: string): WriteStream {
  const report = createWriteStream(path);
  // Told at the end, by `finished`.
  report.on("error", () => undefined);
  report.write(HEADING);
  return report;
}

function reportLine({ line }: Row, { code, column = "", value = "", detail }: RowProblem): string {
  const cause = detail === undefined ? ROW_WORDS[code].en : `${ROW_WORDS[code].en}: ${detail.en}`;
  return `${[String(line), column, value, code, cause].map(csvCell).join(",")}\n`;
}

/** RFC 4180; a cell that a spreadsheet would run as a formula is made text. */
export function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
