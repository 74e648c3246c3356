import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline, Readable } from "node:stream";
import { parse } from "csv-parse";
import { fileProblem } from "../file-problem.ts";
import { CliProblem } from "../problem.ts";
import type { Row, RowSource } from "./row.ts";

export type CsvOptions = { readonly encoding?: string };

/** How the file is written, as far as its beginning shows. */
type Dialect = { readonly encoding: string; readonly delimiter: string };

/** A CSV file with a header line: UTF-8 or GB 18030; commas, semicolons or tabs. */
export async function openCsv(path: string, options: CsvOptions = {}): Promise<RowSource> {
  const dialect = await detectDialect(path, options.encoding);
  let columns: readonly string[] | undefined;
  for await (const { record } of readRecords(path, dialect)) {
    columns = record.map((name) => name.trim());
    break;
  }
  if (columns === undefined) throw new CliProblem("IMPORT_EMPTY", { path });
  const named = columns;
  return { columns: named, rows: () => readRows(path, dialect, named) };
}

async function* readRows(
  path: string,
  dialect: Dialect,
  columns: readonly string[],
): AsyncGenerator<Row, void, undefined> {
  let isHeader = true;
  for await (const { record, line } of readRecords(path, dialect)) {
    if (isHeader) {
      isHeader = false;
      continue;
    }
    yield toRow(record, line, columns);
  }
}

function toRow(record: readonly string[], line: number, columns: readonly string[]): Row {
  const cells = new Map<string, string>();
  for (const [i, column] of columns.entries()) {
    const cell = record[i]?.trim() ?? "";
    if (cell !== "") cells.set(column, cell);
  }
  if (record.length === columns.length) return { line, cells };
  return {
    line,
    cells,
    broken: { code: "ROW_CELLS", value: `${record.length} / ${columns.length}` },
  };
}

type Parsed = {
  readonly record: string[];
  readonly info: { readonly lines: number };
};

async function* readRecords(
  path: string,
  { encoding, delimiter }: Dialect,
): AsyncGenerator<{ readonly record: string[]; readonly line: number }, void, undefined> {
  const parser = parse({
    bom: true,
    delimiter,
    info: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
  });
  // What breaks on the way destroys the parser, and is thrown by the loop below.
  pipeline(Readable.from(readText(path, encoding)), parser, () => undefined);
  try {
    for await (const { record, info } of parser as AsyncIterable<Parsed>) {
      yield { record, line: info.lines };
    }
  } catch (cause) {
    if (cause instanceof CliProblem) throw cause;
    throw fileProblem(path, cause);
  }
}

async function* readText(path: string, encoding: string): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  try {
    for await (const chunk of createReadStream(path)) {
      yield decoder.decode(chunk as Buffer, { stream: true });
    }
    yield decoder.decode();
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new CliProblem("CLI_FILE_FORMAT", { path, want: encoding }, { cause });
  }
}

const PROBE_BYTES = 256 * 1024;

async function detectDialect(path: string, asked: string | undefined): Promise<Dialect> {
  const file = await open(path).catch((cause: NodeJS.ErrnoException) => {
    throw fileProblem(path, cause);
  });
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(PROBE_BYTES), 0, PROBE_BYTES, 0);
    const probe = buffer.subarray(0, bytesRead);
    const encoding = asked ?? detectEncoding(probe);
    return { encoding, delimiter: detectDelimiter(new TextDecoder(encoding).decode(probe)) };
  } finally {
    await file.close();
  }
}

/** What is no UTF-8 comes, in China, from a spreadsheet that writes GB 18030. */
function detectEncoding(probe: Uint8Array): string {
  try {
    // As a stream: the last character of the probe may be cut.
    new TextDecoder("utf-8", { fatal: true }).decode(probe, { stream: true });
    return "utf-8";
  } catch {
    return "gb18030";
  }
}

/** The one that the header line has most of. */
function detectDelimiter(text: string): string {
  const header = text.split(/\r?\n/, 1)[0] ?? "";
  const count = (delimiter: string) => header.split(delimiter).length;
  return [",", ";", "\t"].reduce((best, next) => (count(next) > count(best) ? next : best));
}
