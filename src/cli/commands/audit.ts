import { stat } from "node:fs/promises";
import type { Command } from "commander";
import { auditProblem } from "../audit-words.ts";
import { cacheDirectory } from "../cache-directory.ts";
import type { Cli } from "../cli.ts";
import { damageProblem } from "../damage.ts";
import { followProgress } from "../follow-progress.ts";
import { logLines } from "../log-lines.ts";
import { onLog, onNode } from "../node-problem.ts";
import { readPolicyText } from "../policy-file.ts";
import { CliProblem } from "../problem.ts";
import { duration, group } from "../progress.ts";
import type { Run } from "../run.ts";

type Options = {
  readonly policy?: string;
  readonly cache?: string;
  readonly everyWidth?: true;
};

export function addAudit(program: Command, { say, runOf }: Cli): void {
  program
    .command("audit")
    .description(
      say({
        en: "replays a ledger, from a node's address by its log alone or from a data directory: every signature, rule and root; names what is wrong and where",
        zh: "重放账本（仅凭节点地址所提供的日志，或数据目录）：逐一核验签名、规则和根，并指出何处有误",
      }),
    )
    .argument("<url or directory>")
    .option(
      "--policy <file>",
      say({
        en: "of a URL, whom to believe: a tlog-policy file (else the node's own word, the first time)",
        zh: "审计网址时的信任策略文件（tlog-policy）；未给出时首次采信节点自述",
      }),
    )
    .option(
      "--cache <directory>",
      say({
        en: "of a URL: where verified tiles are kept, so that nothing is fetched twice",
        zh: "审计网址时保存已核验瓦片的目录，避免重复下载",
      }),
    )
    .option(
      "--every-width",
      say({
        en: "of a URL: also asks for the partial tiles of earlier sizes, some hundred requests",
        zh: "审计网址时另核对此前各长度的部分瓦片（数百次请求）",
      }),
    )
    .action(async (what: string, options: Options, command: Command) => {
      const run = runOf(command);
      if (/^https?:\/\//.test(what)) return auditUrl(run, what, options);
      return auditPath(run, what, options);
    });
}

async function auditPath(run: Run, directory: string, options: Options): Promise<void> {
  if (Object.keys(options).length > 0) {
    const want = {
      en: "the address of a node, like https://…; a directory is audited without options, by the policy that is in it",
      zh: "节点地址（https://…）；审计目录时不带选项，按其中的信任策略核验",
    };
    const example = "cityid audit https://id.example --policy policy.txt";
    throw new CliProblem("CLI_ARGUMENT", { name: "cityid audit", got: directory, want, example });
  }
  const isFile = await stat(directory)
    .then((found) => !found.isDirectory())
    .catch(() => false);
  if (isFile) throw new CliProblem("NODE_NO_DIRECTORY", { path: directory });
  const { auditDirectory } = await import("../../node/index.ts");
  const report = await onNode(() => auditDirectory(directory));
  if (!report.intact) throw damageProblem(directory, report.refusal, report.entries);
  const { origin, entries, blocks, root, mapRoot, milliseconds } = report;
  run.result(report, () => [
    run.paint.good("✔ ") +
      run.say({
        en: `${origin}: ${group(entries)} entries in ${group(blocks)} blocks are right (${duration(milliseconds)}).`,
        zh: `${origin}：${group(entries)} 个条目、${group(blocks)} 个区块核验无误（${duration(milliseconds)}）。`,
      }),
    run.paint.quiet(`  log ${root}`),
    run.paint.quiet(`  map ${mapRoot}`),
  ]);
}

async function auditUrl(run: Run, url: string, options: Options): Promise<void> {
  const policy = await readPolicyText(options.policy);
  const { auditLog } = await import("../../node/index.ts");
  const progress = followProgress(run);
  const report = await onLog(() =>
    auditLog({
      url,
      cache: options.cache ?? cacheDirectory(run.terminal.env, "audit"),
      signal: run.signal,
      language: run.language,
      onProgress: progress.to,
      onWait: progress.wait,
      ...(policy !== undefined && { policy }),
      ...(options.everyWidth && { narrower: true }),
    }),
  ).finally(progress.end);
  run.result(report, () => logLines(run, report));
  if (!report.intact) throw auditProblem(report);
}
