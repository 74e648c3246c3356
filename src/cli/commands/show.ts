import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import type { Code } from "../../core/index.ts";
import { everyItem, type RecordAnswer } from "../../sdk/index.ts";
import type { Cli } from "../cli.ts";
import { readCodeArgument } from "../code-argument.ts";
import { gather } from "../gather.ts";
import { CliProblem } from "../problem.ts";
import type { Run } from "../run.ts";
import { keyLines, recordLines } from "../show-record.ts";
import { isTime, parseDay, parseTime } from "../time-argument.ts";
import { fetchProof } from "../verify/fetch-proof.ts";

type Options = {
  readonly at?: string;
  readonly known?: string;
  readonly keys?: true;
  readonly proof?: string;
};

export function addShow(program: Command, { say, runOf }: Cli): void {
  program
    .command("show")
    .description(say({ en: "shows the record of a code", zh: "显示编码的记录" }))
    .argument(
      "<code>",
      say({
        en: "a code, or member/<ID> with --keys",
        zh: "编码；与 --keys 同用时可为 member/<编号>",
      }),
    )
    .option("--at <date>", say({ en: "what was true on that day", zh: "当日的有效内容" }))
    .option(
      "--known <size|time>",
      say({ en: "as the ledger knew it then", zh: "以账本当时所知为准" }),
    )
    .option("--keys", say({ en: "its keys, open and closed", zh: "其密钥（含已停用的）" }))
    .option(
      "--proof <file>",
      say({
        en: "keeps the proof of the record, or of its absence, for `cityid verify`",
        zh: "将记录（或其不存在）的证明存入文件，供 `cityid verify` 核验",
      }),
    )
    .action(async (text: string, options: Options, command: Command) => {
      const run = runOf(command);
      if (options.keys) return showKeys(run, text);
      const code = readCodeArgument(text);
      if (options.proof !== undefined) return keepProof(run, code, options.proof);
      const answer = await run.client.record(code, asOf(options));
      const isRecovering = answer.record.recovery !== undefined;
      const delay = isRecovering && !run.json ? await recoveryDelayOf(run) : undefined;
      run.result(answer, () => [...recordLines(answer, run, delay), ...asOfLine(run, answer)]);
    });
}

/** In seconds. Without an answer the record is shown all the same. */
async function recoveryDelayOf({ client }: Run): Promise<number | undefined> {
  const params = await client.params().catch(() => []);
  const value = params.find(({ name }) => name === "recoveryDelay")?.value;
  return typeof value === "number" ? value : undefined;
}

function asOf({ at, known }: Options): { at?: string; known?: string } {
  return {
    ...(at === undefined ? {} : { at: parseDay(at, "--at") }),
    ...(known === undefined ? {} : { known: readKnown(known) }),
  };
}

/** A size of the log, or a time. */
function readKnown(text: string): string {
  if (/^[1-9]\d{0,15}$/.test(text)) return text;
  if (isTime(text)) return parseTime(text, "--known");
  const want = { en: "a size of the log or a time", zh: "日志长度或时间" };
  throw new CliProblem("CLI_ARGUMENT", {
    ...{ name: "--known", got: text, want },
    example: "--known 1236, --known 2026-11-22T14:05:00+08:00",
  });
}

function asOfLine(run: Run, { at, known }: RecordAnswer): string[] {
  if (at === undefined && known === undefined) return [];
  const [day, size] = [at ?? "—", known?.size ?? "—"];
  return [
    run.paint.quiet(
      run.say({ en: `  as of ${day}, log size ${size}`, zh: `  截至 ${day}，日志长度 ${size}` }),
    ),
  ];
}

async function showKeys(run: Run, holder: string): Promise<void> {
  const subject = holder.startsWith("member/") ? holder : readCodeArgument(holder);
  const keys = await gather(everyItem((paging) => run.client.keys(subject, paging)));
  run.result({ items: keys }, () => keyLines(keys, run.paint));
}

/** With all that the state of the code depends on, so that `verify` can judge it off line. */
async function keepProof(run: Run, code: Code, path: string): Promise<void> {
  const proof = await fetchProof(run.client, code);
  await writeFile(path, proof);
  run.result({ code, proof: path, bytes: proof.length }, () => [
    run.say({
      en: `Proof of ${code} kept in ${path}. Check it off line: cityid verify ${path} --policy FILE`,
      zh: `${code} 的证明已存入 ${path}。离线核验：cityid verify ${path} --policy 文件`,
    }),
  ]);
}
