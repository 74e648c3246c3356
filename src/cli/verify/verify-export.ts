import {
  type Choice,
  type Column,
  ColumnFinder,
  chosenFacts,
  compareTable,
  isChosen,
  momentOf,
  needsColumns,
  type Row,
  rowOf,
  TABLE_FORMATS,
  type TableFormat,
} from "../../table/index.ts";
import {
  EXPORT_FORMAT,
  type ExportCheck,
  type ExportVerdict,
  openExportProof,
  type ShownEntry,
} from "../../verify/data/index.ts";
import type { TrustOptions } from "../../verify/index.ts";
import { fileProblem } from "../file-problem.ts";
import { CliProblem } from "../problem.ts";
import type { Run } from "../run.ts";
import { localTime } from "../show-record.ts";
import { delegationText, refused, whoLines } from "./attested.ts";
import { beginsWith, linesBeginning } from "./history-file.ts";

/** How the proof of an export begins as we write it. */
export const EXPORT_BEGINNING: string = JSON.stringify({ format: EXPORT_FORMAT }).slice(0, -1);
const PROOF_ENDING = /\.proof$/;

/** Whether a file is the proof of an export. */
export async function isExportProof(path: string): Promise<boolean> {
  return beginsWith(path, EXPORT_BEGINNING);
}

/**
 * That a table holds what the log of its dataset says, all of it but what is told: the proof is checked line by line, the rows
 * are made anew out of it, and the table is compared with them.
 */
export async function verifyExportFile(
  run: Run,
  path: string,
  table: string | undefined,
  trust: TrustOptions,
  code: string | undefined,
): Promise<void> {
  const file = table ?? path.replace(PROOF_ENDING, "");
  const first = await begin(path, trust);
  const format = formatOf(first.check);
  let verdict: ExportVerdict | undefined;
  let columns: readonly Column[] = [];
  const finder = new ColumnFinder("observations");
  let rows = 0;
  if (needsColumns(format)) {
    for await (const slice of rowsOf(first, () => undefined)) finder.addAll(slice);
    columns = finder.columns;
  }
  const again = needsColumns(format) ? await begin(path, trust) : first;
  const counted = async function* () {
    for await (const slice of rowsOf(again, (end) => {
      verdict = end;
    })) {
      rows += slice.length;
      yield slice;
    }
  };
  const differs = await compareTable(file, format, columns, counted()).catch((cause: unknown) => {
    throw (cause as NodeJS.ErrnoException).syscall ? fileProblem(file, cause) : cause;
  });
  if (verdict === undefined || differs !== undefined) {
    throw new CliProblem("CLI_EXPORT_DIFFERS", { path: file, row: differs ?? rows });
  }
  const { dataset } = verdict;
  if (code !== undefined && !dataset.startsWith(`${code}#`)) {
    throw new CliProblem("CLI_PROOF_SUBJECT", { got: `dataset/${dataset}`, want: code });
  }
  show(run, first.check, { file, rows }, verdict);
}

type Begun = { readonly check: ExportCheck; readonly lines: AsyncGenerator<string> };

async function begin(path: string, trust: TrustOptions): Promise<Begun> {
  const lines = await linesBeginning(path, EXPORT_BEGINNING);
  const first = await lines?.next();
  if (lines === undefined || first?.done !== false) {
    throw new CliProblem("CLI_PROOF", { cause: "PROOF_FORMAT", got: path });
  }
  const check = await openExportProof(first.value, trust);
  if (!check.ok) {
    await lines.return();
    throw refused(check.error);
  }
  return { check: check.value, lines };
}

async function* rowsOf(
  { check, lines }: Begun,
  onEnd: (verdict: ExportVerdict) => void,
): AsyncGenerator<readonly Row[]> {
  const choice = choiceOf(check.asked);
  for await (const line of lines) {
    const taken = await check.take(line);
    if (!taken.ok) throw refused(taken.error);
    if (taken.value !== undefined) yield rowsOfEntry(taken.value, choice);
  }
  const end = check.end();
  if (!end.ok) throw refused(end.error);
  onEnd(end.value);
}

function rowsOfEntry(entry: ShownEntry, choice: Choice): readonly Row[] {
  const { index, source, receivedMilliseconds, observations } = entry;
  return observations.flatMap((facts, observation) => {
    if (facts === undefined || !isChosen(facts, choice)) return [];
    const place = { entry: index, observation, source, receivedMilliseconds };
    return rowOf(chosenFacts(facts, choice), place) ?? [];
  });
}

function formatOf({ table }: ExportCheck): TableFormat {
  const format = TABLE_FORMATS.find((each) => each === table);
  if (format === undefined) throw refused({ code: "PROOF_FORMAT", ...{ got: table } });
  return format;
}

/** What was asked, as the proof says it. Said wrongly it makes other rows than the table has. */
function choiceOf(asked: unknown): Choice {
  const { attributes, since, before, bbox } = (asked ?? {}) as { [name: string]: unknown };
  const [from, to] = [since, before].map((time) => momentOf(time as string | undefined));
  return {
    ...(Array.isArray(attributes) && { attributes: attributes.map(String) }),
    ...(from !== undefined && { sinceMilliseconds: from }),
    ...(to !== undefined && { beforeMilliseconds: to }),
    ...(Array.isArray(bbox) && { bbox: bbox.map(Number) as never }),
  };
}

function show(
  run: Run,
  { asked }: ExportCheck,
  { file, rows }: { readonly file: string; readonly rows: number },
  verdict: ExportVerdict,
): void {
  const { say, paint } = run;
  const { dataset, anchored, hidden, signers, ledger, log } = verdict;
  const { size } = log.checkpoint;
  const when = anchored && new Date(anchored.milliseconds).toISOString();
  const closed = signers.filter((each) => each.closed !== undefined);
  const shown = {
    ...{ dataset, path: file, rows, asked, entries: size, hidden, signers },
    ...(anchored && { anchored: { entries: anchored.size, time: when } }),
  };
  run.result(shown, () => [
    paint.good("✔ ") +
      say({
        en: `${file}: ${rows} rows, as ${signers.length} keys signed them and the log of ${dataset} holds them.`,
        zh: `${file}：共 ${rows} 行，与 ${dataset} 的日志一致，由 ${signers.length} 个密钥签署。`,
      }),
    `  ${say({ en: "asked for", zh: "导出条件" })} ${JSON.stringify(asked)}`,
    say({
      en: `  all ${size} entries are accounted for; kept back are ${hidden.entries} entries, and ${hidden.observations} observations of others`,
      zh: `  日志全部 ${size} 条均已核对；未出示 ${hidden.entries} 条，另有 ${hidden.observations} 条观测未出示`,
    }),
    anchored === undefined || when === undefined
      ? `  ${say({ en: "not anchored yet: the log alone vouches for it", zh: "尚未锚定：仅由数据集日志自身担保" })}`
      : `  ${say({ en: `the first ${anchored.size} entries are anchored in the ledger since`, zh: `前 ${anchored.size} 条锚定于账本` })} ${localTime(when)}`,
    ...closed.map(
      ({ holder, kid }) =>
        `  ${paint.bad("! ")}${say({ en: `the key ${kid} of ${holder} was closed since`, zh: `${holder} 的密钥 ${kid} 此后已停用` })}`,
    ),
    ...ledger.links.map((link) => `  ${delegationText(run, link)}`),
    ...whoLines(run, log),
  ]);
}
