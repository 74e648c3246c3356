import { createWriteStream } from "node:fs";
import { readFile, stat, writeFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Command, Option } from "commander";
import { parseCheckpoint, parseTlogProof, type SignedCheckpoint } from "../../core/index.ts";
import { compareCheckpoints, type RecordAnswer } from "../../sdk/index.ts";
import { formatConsistencyBundle, formatFraudBundle } from "../../verify/index.ts";
import { recordsBelow } from "../below.ts";
import type { Cli } from "../cli.ts";
import { readCodeArgument } from "../code-argument.ts";
import { exportLog } from "../export/log-files.ts";
import { featureOf, rowOf } from "../export/record-rows.ts";
import { fileProblem } from "../file-problem.ts";
import { csvCell } from "../import/bad-rows.ts";
import { CliProblem } from "../problem.ts";
import type { Run } from "../run.ts";

type Format = "csv" | "geojson" | "ndjson";

export function addExport(program: Command, cli: Cli): void {
  const { say } = cli;
  const group = program.command("export").description(
    say({
      en: "copies records, the log, or the trust policy into files",
      zh: "将记录、日志或信任策略导出为文件",
    }),
  );
  addRecords(group, cli);
  addLogFiles(group, cli);
  addPolicy(group, cli);
  addGrowth(group, cli);
}

function addRecords(group: Command, { say, runOf }: Cli): void {
  group
    .command("records", { isDefault: true })
    .description(
      say({
        en: "everything below a code; `import` reads it again",
        zh: "某编码之下的全部记录；可用 `import` 再次读入",
      }),
    )
    .argument("<file>")
    .requiredOption("--under <code>", say({ en: "below which code", zh: "上级编码" }))
    .addOption(
      new Option(
        "--format <format>",
        say({ en: "else by the file's name", zh: "默认由文件名判断" }),
      ).choices(["csv", "geojson", "ndjson"]),
    )
    .action(
      async (
        path: string,
        options: { readonly under: string; readonly format?: Format },
        command: Command,
      ) => {
        const run = runOf(command);
        const under = readCodeArgument(options.under);
        const records = recordsBelow(run, under);
        const count = await WRITERS[options.format ?? formatOf(path)](
          path,
          counted(run, under, records),
        );
        run.result({ file: path, under, count }, () => [
          run.say({ en: `${count} records → ${path}`, zh: `${count} 条记录 → ${path}` }),
        ]);
      },
    );
}

async function* counted(run: Run, under: string, records: AsyncIterable<RecordAnswer>) {
  const { record } = await run.client.record(under);
  const bar = run.progress(run.say({ en: "Copying", zh: "正在复制" }), record.children.count);
  let done = 0;
  for await (const answer of records) {
    bar.to(++done);
    yield answer;
  }
  bar.end();
}

function formatOf(path: string): Format {
  if (/\.csv$/i.test(path)) return "csv";
  return /\.ndjson$|\.jsonl$/i.test(path) ? "ndjson" : "geojson";
}

const WRITERS: {
  readonly [format in Format]: (
    path: string,
    records: AsyncIterable<RecordAnswer>,
  ) => Promise<number>;
} = { csv: writeCsv, geojson: writeGeoJson, ndjson: writeLines };

/** The header names every column that any record has, so all rows are kept until it is known. */
async function writeCsv(path: string, records: AsyncIterable<RecordAnswer>): Promise<number> {
  const rows: Map<string, string>[] = [];
  const headers = new Set(["code", "kind", "class", "status"]);
  for await (const answer of records) {
    const row = rowOf(answer);
    for (const header of row.keys()) headers.add(header);
    rows.push(row);
  }
  const columns = [...headers];
  await writeStream(path, function* () {
    // A byte order mark: spreadsheets in China take the file for GB 18030 without it.
    yield `\ufeff${columns.map(csvCell).join(",")}\r\n`;
    for (const row of rows)
      yield `${columns.map((column) => csvCell(row.get(column) ?? "")).join(",")}\r\n`;
  });
  return rows.length;
}

async function writeGeoJson(path: string, records: AsyncIterable<RecordAnswer>): Promise<number> {
  let count = 0;
  await writeStream(path, async function* () {
    yield '{"type":"FeatureCollection","features":[';
    for await (const answer of records)
      yield `${count++ === 0 ? "\n" : ",\n"}${JSON.stringify(featureOf(answer))}`;
    yield "\n]}\n";
  });
  return count;
}

async function writeLines(path: string, records: AsyncIterable<RecordAnswer>): Promise<number> {
  let count = 0;
  await writeStream(path, async function* () {
    for await (const answer of records) {
      count++;
      yield `${JSON.stringify(answer)}\n`;
    }
  });
  return count;
}

async function writeStream(
  path: string,
  lines: () => Iterable<string> | AsyncIterable<string>,
): Promise<void> {
  await pipeline(Readable.from(lines()), createWriteStream(path));
}

function addLogFiles(group: Command, { say, runOf }: Cli): void {
  group
    .command("log")
    .description(
      say({
        en: "the whole log as static files (c2sp.org/tlog-tiles), checked",
        zh: "将整个日志导出为静态文件（c2sp.org/tlog-tiles）并核对",
      }),
    )
    .argument("<directory>")
    .action(async (directory: string, _: unknown, command: Command) => {
      const run = runOf(command);
      const { size, files } = await exportLog(run, directory);
      run.result({ directory, size, files }, () => [
        run.say({
          en: `${size} entries in ${files} files → ${directory}; they make the root of the checkpoint.`,
          zh: `${size} 个条目，${files} 个文件 → ${directory}；与检查点的根一致。`,
        }),
      ]);
    });
}

function addPolicy(group: Command, { say, runOf }: Cli): void {
  group
    .command("policy")
    .description(
      say({
        en: "the trust policy that the node states; compare it with what another source says",
        zh: "节点声明的信任策略；请与其他来源核对",
      }),
    )
    .argument("<file>")
    .action(async (path: string, _: unknown, command: Command) => {
      const run = runOf(command);
      const { policy, vkeys, genesis } = await run.client.node();
      await writeFile(path, policy);
      run.result({ file: path, vkeys, genesis }, () => [
        run.say({ en: `Trust policy → ${path}`, zh: `信任策略 → ${path}` }),
        ...vkeys.map((vkey) => `  ${vkey}`),
        run.say({ en: `  fingerprint of the genesis: ${genesis}`, zh: `  创世指纹：${genesis}` }),
      ]);
    });
}

function addGrowth(group: Command, { say, runOf }: Cli): void {
  group
    .command("growth")
    .description(
      say({
        en: "the proof that the log only grew since an earlier checkpoint; if it did not, the proof of that",
        zh: "日志自某个旧检查点以来只增不改的证明；若并非如此，则为欺诈证明",
      }),
    )
    .argument(
      "<earlier>",
      say({ en: "a checkpoint that was kept, or a receipt", zh: "留存的检查点或回执" }),
    )
    .argument("<file>")
    .action(async (earlier: string, path: string, _: unknown, command: Command) => {
      const run = runOf(command);
      await refuseSame(earlier, path);
      const kept = readKept(earlier, await readText(earlier));
      const present = readKept("/log/checkpoint", await run.client.checkpoint());
      if (kept.origin !== present.origin) {
        throw new CliProblem("CLI_PROOF_SUBJECT", { got: kept.origin, want: present.origin });
      }
      if (kept.size > present.size) {
        throw new CliProblem("CLI_LOG_SHORTER", { got: present.size, want: kept.size });
      }
      const found = await compareCheckpoints(run.client, kept, present);
      if (found.kind === "fraud") {
        await writeFile(path, formatFraudBundle(found.bundle));
        throw new CliProblem("CLI_FRAUD", { origin: present.origin, path });
      }
      await writeFile(path, formatConsistencyBundle(found.bundle));
      run.result({ file: path, first: kept.size, second: present.size }, () => [
        run.say({
          en: `From ${kept.size} to ${present.size} entries → ${path}. Check it off line: cityid verify ${path} --policy FILE`,
          zh: `${kept.size} 条至 ${present.size} 条 → ${path}。离线核验：cityid verify ${path} --policy 文件`,
        }),
      ]);
    });
}

/** The proof says that the log grew since something that whoever kept it still has. @throws CliProblem CLI_FILE_EXISTS */
async function refuseSame(earlier: string, path: string): Promise<void> {
  const [kept, found] = await Promise.all(
    [earlier, path].map((each) => stat(each).catch(() => undefined)),
  );
  if (found === undefined || kept?.dev !== found.dev || kept.ino !== found.ino) return;
  throw new CliProblem("CLI_FILE_EXISTS", { path });
}

async function readText(path: string): Promise<string> {
  return readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw fileProblem(path, cause);
  });
}

/** A checkpoint, alone or as a receipt ends with it. */
function readKept(path: string, text: string): SignedCheckpoint {
  const receipt = parseTlogProof(text);
  if (receipt.ok) return receipt.value.checkpoint;
  const checkpoint = parseCheckpoint(text);
  if (checkpoint.ok) return checkpoint.value;
  const { code } = checkpoint.error;
  const want = { en: `a checkpoint or a receipt (${code})`, zh: `检查点或回执（${code}）` };
  throw new CliProblem("CLI_FILE_FORMAT", { path, want });
}
