import { type Command, Option } from "commander";
import type { Cli } from "../cli.ts";
import { readCodeArgument } from "../code-argument.ts";
import { type IngestRequest, runIngest } from "../ingest/run-ingest.ts";
import { CliProblem } from "../problem.ts";

type Options = {
  readonly csv?: string;
  readonly geojson?: string;
  readonly ndjson?: string;
  readonly map: string;
  readonly source?: string;
  readonly batch?: string;
  readonly encoding?: string;
  readonly skipBad?: true;
  readonly dryRun?: true;
  readonly report?: string;
};

const FORMATS = ["csv", "geojson", "ndjson"] as const;
const DEFAULT_BATCH = "1000";
const MAX_BATCH = 5000;

export function addIngest(program: Command, { say, runOf }: Cli): void {
  program
    .command("ingest")
    .description(
      say({
        en: "sends the rows of a file to a dataset, signed in batches; a broken ingest goes on when it is run again",
        zh: "将文件的各行分批签名并提交至数据集；中断后再次执行即可续传",
      }),
    )
    .argument("<dataset>", say({ en: "the dataset", zh: "数据集编码" }))
    .option("--csv <file>", say({ en: "CSV with a header", zh: "带表头的 CSV" }))
    .option("--geojson <file>", "GeoJSON")
    .option("--ndjson <file>", say({ en: "one JSON object a line", zh: "每行一个 JSON 对象" }))
    .requiredOption(
      "--map <file>",
      say({ en: "mapping.json: what the columns are", zh: "mapping.json：各列的含义" }),
    )
    .option(
      "--source <code>",
      say({ en: "whose data (the signer's)", zh: "数据来源（默认签署方）" }),
    )
    .addOption(
      new Option("--batch <n>", say({ en: "rows of an entry", zh: "每个条目的行数" })).default(
        DEFAULT_BATCH,
      ),
    )
    .option("--encoding <name>", "utf-8, gb18030")
    .option("--dry-run", say({ en: "judges the rows, signs nothing", zh: "只检查，不签署" }))
    .option("--skip-bad", say({ en: "leaves bad rows out", zh: "跳过有误的行" }))
    .option(
      "--report <file>",
      say({ en: "writes all bad rows there, as CSV", zh: "将有误的行写入该 CSV 文件" }),
    )
    .action(async (dataset: string, options: Options, command: Command) =>
      runIngest(runOf(command), requestOf(dataset, options)),
    );
}

function requestOf(dataset: string, options: Options): IngestRequest {
  const { map, source, encoding, report } = options;
  const given = FORMATS.filter((each) => options[each] !== undefined);
  const [format] = given;
  const path = format && options[format];
  if (format === undefined || path === undefined || given.length > 1) {
    const want = {
      en: "which file, once: --csv, --geojson or --ndjson",
      zh: "哪个文件（--csv、--geojson 或 --ndjson 之一）",
    };
    throw new CliProblem("CLI_MISSING", { want, example: "--csv readings.csv" });
  }
  return {
    ...{ dataset: readCodeArgument(dataset), format, path, map, encoding, report },
    source: source === undefined ? undefined : readCodeArgument(source),
    batchRows: readBatch(options.batch ?? DEFAULT_BATCH),
    skipBad: options.skipBad === true,
    dryRun: options.dryRun === true,
  };
}

function readBatch(text: string): number {
  const rows = /^[1-9]\d{0,3}$/.test(text) ? Number(text) : 0;
  if (rows > 0 && rows <= MAX_BATCH) return rows;
  const want = { en: `1 to ${MAX_BATCH}`, zh: `1 至 ${MAX_BATCH}` };
  throw new CliProblem("CLI_ARGUMENT", {
    name: "--batch",
    got: text,
    want,
    example: "--batch 1000",
  });
}
