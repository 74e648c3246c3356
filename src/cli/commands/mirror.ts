import type { Command } from "commander";
import type { Mirror } from "../../node/index.ts";
import { auditProblem } from "../audit-words.ts";
import type { Cli } from "../cli.ts";
import { followProgress } from "../follow-progress.ts";
import { logLines } from "../log-lines.ts";
import { onLog } from "../node-problem.ts";
import { readPolicyText } from "../policy-file.ts";
import { CliProblem } from "../problem.ts";
import { group } from "../progress.ts";
import type { Run } from "../run.ts";

type Options = {
  readonly port?: string;
  readonly host?: string;
  readonly policy?: string;
  readonly every?: string;
  readonly once?: true;
  readonly treeOnly?: true;
};

const MAX_EVERY_SECONDS = 86_400;
const MAX_PORT = 65_535;

export function addMirror(program: Command, { say, runOf }: Cli): void {
  program
    .command("mirror")
    .description(
      say({
        en: "keeps a verified copy of a log that follows it, and serves it at the same paths",
        zh: "保存并持续更新一份经核验的日志副本，并以相同路径提供服务",
      }),
    )
    .argument("<url>")
    .argument("<directory>")
    .option("--port <port>", say({ en: "port to serve at (8157)", zh: "服务端口（8157）" }))
    .option(
      "--host <address>",
      say({ en: "address to listen on (127.0.0.1)", zh: "监听地址（127.0.0.1）" }),
    )
    .option(
      "--policy <file>",
      say({
        en: "whom to believe: a tlog-policy file (else the node's own word, the first time)",
        zh: "信任策略文件（tlog-policy）；未给出时首次采信节点自述",
      }),
    )
    .option(
      "--every <seconds>",
      say({ en: "asks for a new checkpoint so often (5)", zh: "查询新检查点的间隔秒数（5）" }),
    )
    .option("--once", say({ en: "copies what there is now, and ends", zh: "复制现有内容后结束" }))
    .option(
      "--tree-only",
      say({
        en: "checks the tree alone: no signature of an operation, rule or map root",
        zh: "仅核验树，不核验操作签名、规则和映射根",
      }),
    )
    .action(async (url: string, directory: string, options: Options, command: Command) => {
      const run = runOf(command);
      const policy = await readPolicyText(options.policy);
      const { openMirror } = await import("../../node/index.ts");
      const progress = followProgress(run);
      await onLog(async () => {
        const seconds = wholeNumber("--every", options.every, MAX_EVERY_SECONDS);
        const port = wholeNumber("--port", options.port, MAX_PORT);
        const mirror = await openMirror({
          url,
          directory,
          signal: run.signal,
          language: run.language,
          onProgress: progress.to,
          onWait: progress.wait,
          ...(policy !== undefined && { policy }),
          ...(options.treeOnly && { treeOnly: true }),
          ...(seconds !== undefined && { everyMilliseconds: seconds * 1000 }),
        });
        try {
          if (options.once) await copyOnce(run, mirror);
          else await follow(run, mirror, options.host ?? "127.0.0.1", port, progress.end);
        } finally {
          progress.end();
          await mirror.close();
        }
      });
    });
}

async function copyOnce(run: Run, mirror: Mirror): Promise<void> {
  const report = await mirror.once();
  run.result(report, () => logLines(run, report));
  if (!report.intact) throw auditProblem(report);
}

/** Serves what is verified, from the first moment, and goes on verifying until somebody stops it. */
async function follow(
  run: Run,
  mirror: Mirror,
  host: string,
  port: number | undefined,
  endProgress: () => void,
): Promise<void> {
  const { DEFAULT_MIRROR_PORT, serveMirror } = await import("../../node/index.ts");
  await using server = await serveMirror(mirror, { host, port: port ?? DEFAULT_MIRROR_PORT });
  run.note(
    run.say({
      en: `The copy of ${mirror.url} is served at ${server.url}/log`,
      zh: `${mirror.url} 的副本已在 ${server.url}/log 提供服务`,
    }),
  );
  let troubled = "";
  let isFirst = true;
  const forged = await mirror.follow({
    onVerified(report) {
      endProgress();
      troubled = "";
      // The whole report once; then each time what is new of it.
      const lines = logLines(run, report);
      run.result(report, () => (isFirst ? lines : lines.slice(0, 1)));
      isFirst = false;
    },
    onRefused(report) {
      endProgress();
      const { what } = auditProblem(report).in(run.language);
      // It is asked again and again; the same trouble is said once.
      if (what !== troubled) run.note(`${run.paint.bad("✘")} ${what}`);
      troubled = what;
    },
    onSilence({ name }) {
      endProgress();
      if (name !== troubled) {
        run.note(
          run.say({
            en: `No answer; the copy of ${group(mirror.size)} entries is served on.`,
            zh: `无应答；继续提供 ${group(mirror.size)} 个条目的副本。`,
          }),
        );
      }
      troubled = name;
    },
  });
  if (forged !== undefined) throw auditProblem(forged);
  run.note(run.say({ en: "Stopping.", zh: "正在停止。" }));
}

function wholeNumber(name: string, text: string | undefined, max: number): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text) && Number(text) <= max) return Number(text);
  const want = { en: `a whole number up to ${max}`, zh: `不超过 ${max} 的整数` };
  throw new CliProblem("CLI_ARGUMENT", { name, got: text, want, example: `${name} 60` });
}
