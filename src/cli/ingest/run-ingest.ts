import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type Code, fromBase64, MAX_ENTRY_FACTS_BYTES, present } from "../../core/index.ts";
import {
  ApiProblem,
  makeObservation,
  type Said,
  type SignedEntry,
  type Signer,
  signEntry,
} from "../../sdk/index.ts";
import { readCodeArgument } from "../code-argument.ts";
import { fileProblem } from "../file-problem.ts";
import { type BadRows, tellBadRows } from "../import/bad-rows.ts";
import { openCsv } from "../import/csv.ts";
import { openGeoJson } from "../import/geojson.ts";
import type { Row } from "../import/row.ts";
import { CliProblem } from "../problem.ts";
import { group } from "../progress.ts";
import type { Run } from "../run.ts";
import { confirmSigning, identityOf, openSigner } from "../signing.ts";
import { columnsOf, type Mapping, readMapping } from "./mapping.ts";
import { ndjsonRows } from "./ndjson.ts";
import { readRow } from "./observed-row.ts";
import {
  dropIngestState,
  type IngestState,
  ingestStateOf,
  readIngestState,
  writeIngestState,
} from "./state-file.ts";

export type IngestRequest = {
  readonly dataset: Code;
  readonly source: Code | undefined;
  readonly path: string;
  readonly format: "csv" | "geojson" | "ndjson";
  readonly map: string;
  readonly encoding: string | undefined;
  readonly batchRows: number;
  readonly skipBad: boolean;
  readonly dryRun: boolean;
  readonly report: string | undefined;
};

/**
 * Sends the rows of a file to a dataset, signed in batches. Every row is judged before anything is signed. What was sent is
 * kept beside the file, so that the same command goes on where it broke off, and sends nothing twice.
 */
export async function runIngest(run: Run, request: IngestRequest): Promise<void> {
  const { path, dataset } = request;
  const mapping = await readMapping(request.map);
  const input = await fingerprint(request, mapping);
  const before = request.dryRun ? undefined : await readIngestState(path);
  if (before !== undefined && (before.input !== input || before.dataset !== dataset)) {
    throw new CliProblem("IMPORT_CHANGED", { path, state: ingestStateOf(path) });
  }
  run.note(run.say({ en: `Reading ${path} …`, zh: `正在读取 ${path} ……` }));
  const rows = await openRows(request, mapping);
  const { good, bad } = await judge(run, request, mapping, rows);
  if (bad > 0 && !request.skipBad) throw new CliProblem("IMPORT_ROWS", { bad, rows: good + bad });
  if (good === 0) throw new CliProblem("IMPORT_EMPTY", { path });
  if (!request.dryRun) {
    const begun = before ?? { format: "cityid/ingest/v1", input, dataset, taken: 0 };
    await sendRows(run, request, { mapping, rows, good, state: begun });
    await dropIngestState(path);
  }
  const sent = request.dryRun ? 0 : good;
  run.result({ file: path, dataset, rows: good + bad, bad, sent }, () => [
    run.paint.good("✔ ") +
      run.say(
        request.dryRun
          ? {
              en: `${group(good)} of ${group(good + bad)} rows would be sent to ${dataset}, ${group(bad)} left out. Nothing was signed.`,
              zh: `${group(good + bad)} 行中有 ${group(good)} 行可提交至 ${dataset}，跳过 ${group(bad)} 行。未签署任何内容。`,
            }
          : {
              en: `${group(sent)} of ${group(good + bad)} rows were taken by ${dataset}; ${group(bad)} were left out.`,
              zh: `${dataset} 已接收 ${group(good + bad)} 行中的 ${group(sent)} 行；跳过 ${group(bad)} 行。`,
            },
      ),
  ]);
}

async function judge(run: Run, { report }: IngestRequest, mapping: Mapping, rows: Rows) {
  const bad = await tellBadRows(run, report);
  let good = 0;
  for await (const _ of goodRows(rows, mapping, bad)) good += 1;
  await bad.end();
  return { good, bad: bad.lines.length };
}

async function* goodRows(
  rows: Rows,
  mapping: Mapping,
  bad?: BadRows,
): AsyncGenerator<Said, void, undefined> {
  for await (const row of rows()) {
    const read = readRow(row, mapping);
    if (read.ok) yield read.said;
    else bad?.add(row, read.problems);
  }
}

/** The rows of the file, each time from the first one. */
type Rows = () => AsyncIterable<Row>;

async function openRows(
  { path, format, encoding }: IngestRequest,
  mapping: Mapping,
): Promise<Rows> {
  // Lines have no header: what a row lacks it is told for by itself.
  if (format === "ndjson") return () => ndjsonRows(path);
  const source =
    format === "csv"
      ? await openCsv(path, encoding === undefined ? {} : { encoding })
      : await openGeoJson(path);
  const wanted = columnsOf(mapping);
  const twice = wanted.find(
    (each) => source.columns.indexOf(each) < source.columns.lastIndexOf(each),
  );
  if (twice !== undefined) {
    const want = {
      en: `a table in which one column alone is called “${twice}”`,
      zh: `仅有一列名为“${twice}”的表格`,
    };
    throw new CliProblem("CLI_FILE_FORMAT", { path, want });
  }
  const lost = wanted.find((column) => !source.columns.includes(column));
  if (lost !== undefined) {
    const got = source.columns.join(", ");
    throw new CliProblem("IMPORT_COLUMNS", { path, want: lost, got, example: "mapping.json" });
  }
  return () => source.rows();
}

/** Of the file as it lies there, and of how it is read. */
async function fingerprint(
  { path, format, encoding = "" }: IngestRequest,
  { text }: Mapping,
): Promise<string> {
  const hash = createHash("sha256").update(`${format} ${encoding}\0${text}\0`);
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  } catch (cause) {
    throw fileProblem(path, cause as NodeJS.ErrnoException);
  }
  return hash.digest("hex");
}

type Sending = {
  readonly mapping: Mapping;
  readonly rows: Rows;
  readonly good: number;
  readonly state: IngestState;
};

async function sendRows(run: Run, request: IngestRequest, sending: Sending): Promise<void> {
  const { dataset, path } = request;
  const { good, mapping } = sending;
  const identity = await identityOf(run);
  const { log } = await run.client.dataset(dataset);
  const words = run.say({
    en: `Send ${group(good)} rows of ${path} to the dataset ${dataset}, ${group(request.batchRows)} in an entry.`,
    zh: `向数据集 ${dataset} 提交 ${path} 的 ${group(good)} 行，每个条目 ${group(request.batchRows)} 行。`,
  });
  await confirmSigning(run, [words], identity, log.origin);
  const signer = await openSigner(run, identity);
  const source = request.source ?? readCodeArgument(identity.holder);
  let { state } = sending;
  const progress = run.progress(run.say({ en: "Sending", zh: "提交" }), good);
  try {
    if (state.pending !== undefined) state = await sendPending(run, request, state);
    let batch: Said[] = [];
    let bytes = 0;
    let row = 0;
    const flush = async () => {
      if (batch.length === 0) return;
      const signed = await signRows(run, batch, { source, audience: log.origin, signer });
      state = { ...state, pending: { rows: batch.length, ...inBase64(signed) } };
      await writeIngestState(path, state);
      state = await sendPending(run, request, state);
      progress.to(state.taken);
      batch = [];
      bytes = 0;
    };
    for await (const said of goodRows(sending.rows, mapping)) {
      row += 1;
      if (row <= state.taken) continue;
      const more = factsBytesOf(said);
      // Long texts fill an entry before it has as many rows as were asked for.
      if (bytes + more > MAX_ENTRY_FACTS_BYTES) await flush();
      batch.push(said);
      bytes += more;
      if (batch.length >= request.batchRows) await flush();
    }
    await flush();
  } finally {
    progress.end();
  }
}

/** Salt and heads of a fact, and a bit. */
const FACT_FRAME_BYTES = 48;

/** What the facts of a row take at most. */
function factsBytesOf(said: Said): number {
  return Object.entries(said).reduce((sum, [name, value]) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return sum + FACT_FRAME_BYTES + Buffer.byteLength(name) + Buffer.byteLength(text);
  }, FACT_FRAME_BYTES);
}

async function signRows(
  run: Run,
  rows: readonly Said[],
  by: { readonly source: Code; readonly audience: string; readonly signer: Signer },
): Promise<SignedEntry> {
  const iatSeconds = Math.floor(run.now().getTime() / 1000);
  return signEntry({ ...by, iatSeconds }, rows.map(makeObservation));
}

function inBase64({ entry, facts }: SignedEntry): {
  readonly entry: string;
  readonly facts: string;
} {
  return {
    entry: Buffer.from(entry).toString("base64"),
    facts: Buffer.from(facts).toString("base64"),
  };
}

/**
 * A batch that the node judged and refused was not taken: it is signed anew when the command is run again. One that it turned
 * away unread may stand in the log since the run before, and is sent again as it is.
 */
async function sendPending(
  run: Run,
  { dataset, path }: IngestRequest,
  { pending, ...state }: IngestState,
): Promise<IngestState> {
  if (pending === undefined) return state;
  const entry = present(fromBase64(pending.entry), "an entry");
  const facts = present(fromBase64(pending.facts), "facts");
  try {
    await run.client.sendEntry(dataset, { entry, facts, files: [] });
  } catch (cause) {
    if (cause instanceof ApiProblem && isJudged(cause)) await writeIngestState(path, state);
    throw cause;
  }
  const after = { ...state, taken: state.taken + pending.rows };
  await writeIngestState(path, after);
  return after;
}

function isJudged({ status, code }: ApiProblem): boolean {
  return status === 413 || (status < 500 && !code.startsWith("HTTP_"));
}
