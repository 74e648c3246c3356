import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline, Readable } from "node:stream";
import { parse } from "csv-parse";
import { fileProblem } from "../file-problem.ts";
import { CliProblem } from "../problem.ts";
import type { Row, RowSource } from "./row.ts";

export type CsvOptions = { readonly encoding?: string };

/** How the file is written, as far as its beginning shows. */
type Dialect = {
  readonly encoding: string;
  readonly delimiter: string;
  /** Its first line says the delimiter, as spreadsheets write it, and is no header. */
  readonly saysDelimiter: boolean;
};

/** A CSV file with a header line: UTF-8, UTF-16 or GB 18030; commas, semicolons or tabs. */
export async function openCsv(path: string, options: CsvOptions = {}): Promise<RowSource> {
  const dialect = await detectDialect(path, options.encoding);
  let columns: readonly string[] | undefined;
  for await (const { record } of readRecords(path, dialect)) {
    columns = withoutEmptyEnd(record.map((name) => name.trim()));
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
  // Spreadsheets write empty cells beyond the last column.
  const isWhole = record.length >= columns.length;
  if (isWhole && withoutEmptyEnd(record).length <= columns.length) return { line, cells };
  return {
    line,
    cells,
    broken: { code: "ROW_CELLS", value: `${record.length} / ${columns.length}` },
  };
}

function withoutEmptyEnd(cells: readonly string[]): readonly string[] {
  return cells.slice(0, cells.findLastIndex((cell) => cell.trim() !== "") + 1);
}

type Parsed = {
  readonly record: string[];
  readonly info: { readonly empty_lines: number };
};

/** Of one record: a quote that is never closed would take in all that follows it. */
const MAX_RECORD_CHARACTERS = 16 * 1024 * 1024;

/** The records, each with the line in which it ends; in a quoted cell there can be line breaks. */
async function* readRecords(
  path: string,
  { encoding, delimiter, saysDelimiter }: Dialect,
): AsyncGenerator<{ readonly record: string[]; readonly line: number }, void, undefined> {
  const parser = parse({
    bom: true,
    delimiter,
    from_line: saysDelimiter ? 2 : 1,
    info: true,
    max_record_size: MAX_RECORD_CHARACTERS,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
  });
  // What breaks on the way destroys the parser, and is thrown by the loop below.
  pipeline(Readable.from(readText(path, encoding)), parser, () => undefined);
  let lines = saysDelimiter ? 2 : 1;
  let empty = 0;
  try {
    for await (const { record, info } of parser as AsyncIterable<Parsed>) {
      empty = info.empty_lines;
      lines += record.reduce((sum, cell) => sum + breaksIn(cell), 0);
      yield { record, line: lines + empty };
      lines += 1;
    }
  } catch (cause) {
    if (cause instanceof CliProblem) throw cause;
    throw brokenRecord(path, cause, lines + empty) ?? fileProblem(path, cause);
  }
}

function breaksIn(cell: string): number {
  return cell.includes("\n") || cell.includes("\r") ? cell.split(/\r\n|\r|\n/).length - 1 : 0;
}

/** What the parser says of a quote that is opened and not closed. */
function brokenRecord(path: string, cause: unknown, line: number): CliProblem | undefined {
  const { code } = cause as { readonly code?: unknown };
  // Everything else that it can find wrong it was told to take.
  if (typeof code !== "string" || !code.startsWith("CSV")) return undefined;
  const want = {
    en: `CSV: a quote that is opened in line ${line} is not closed`,
    zh: `CSV：第 ${line} 行的引号没有闭合`,
  };
  return new CliProblem("CLI_FILE_FORMAT", { path, want }, { cause });
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
    const { bytesRead, buffer } = await file
      .read(Buffer.alloc(PROBE_BYTES), 0, PROBE_BYTES, 0)
      .catch((cause: NodeJS.ErrnoException) => {
        throw fileProblem(path, cause);
      });
    const probe = buffer.subarray(0, bytesRead);
    const encoding = asked === undefined ? detectEncoding(probe) : encodingNamed(asked);
    if (!encoding.startsWith("utf-16") && probe.includes(0)) throw noText(path);
    const header = new TextDecoder(encoding).decode(probe).split(/\r\n|\r|\n/, 1)[0] ?? "";
    const said = /^sep=(.)$/i.exec(header)?.[1];
    return {
      encoding,
      delimiter: said ?? detectDelimiter(header),
      saysDelimiter: said !== undefined,
    };
  } finally {
    await file.close();
  }
}

/** No text but UTF-16 has a byte that is 0, and nearly everything else has one soon. */
function noText(path: string): CliProblem {
  const want = {
    en: "text: perhaps it is an Excel workbook, which is to be saved as CSV first",
    zh: "文本文件：若为 Excel 工作簿，请先另存为 CSV",
  };
  return new CliProblem("CLI_FILE_FORMAT", { path, want });
}

function encodingNamed(name: string): string {
  try {
    return new TextDecoder(name).encoding;
  } catch {
    const want = { en: "the name of an encoding", zh: "编码名称" };
    const example = "--encoding gb18030";
    throw new CliProblem("CLI_ARGUMENT", { name: "--encoding", got: name, want, example });
  }
}

/** What is no UTF-8 comes, in China, from a spreadsheet that writes GB 18030; "Unicode text" of spreadsheets is UTF-16. */
function detectEncoding(probe: Uint8Array): string {
  const [first, second] = probe;
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  try {
    // As a stream: the last character of the probe may be cut.
    new TextDecoder("utf-8", { fatal: true }).decode(probe, { stream: true });
    return "utf-8";
  } catch {
    return "gb18030";
  }
}

/** The one that the header line has most of. */
function detectDelimiter(header: string): string {
  const count = (delimiter: string) => header.split(delimiter).length;
  return [",", ";", "\t"].reduce((best, next) => (count(next) > count(best) ? next : best));
}
