import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { damageProblem } from "../damage.ts";
import { onNode } from "../node-problem.ts";
import { duration, group } from "../progress.ts";

export function addAudit(program: Command, { say, runOf }: Cli): void {
  program
    .command("audit")
    .description(
      say({
        en: "replays a data directory, or a copy of one: every signature, rule and root; names where it is damaged",
        zh: "重放数据目录或其副本：逐一核验签名、规则和根，并指出损坏位置",
      }),
    )
    .argument("<directory>")
    .action(async (directory: string, _: unknown, command: Command) => {
      const run = runOf(command);
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
    });
}
