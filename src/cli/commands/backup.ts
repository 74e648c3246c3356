import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { damageProblem } from "../damage.ts";
import { onNode } from "../node-problem.ts";
import { duration, group } from "../progress.ts";

type Options = { readonly asValidator?: true };

export function addBackup(program: Command, { say, runOf }: Cli): void {
  program
    .command("backup")
    .description(
      say({
        en: "copies a data directory, also of a running node, into an empty directory",
        zh: "将数据目录（节点运行中亦可）备份到空目录",
      }),
    )
    .argument("<data>", say({ en: "the data directory", zh: "数据目录" }))
    .argument("<target>", say({ en: "an empty directory", zh: "空目录" }))
    .option(
      "--with-keys",
      say({
        en: "the log's key too: keep such a copy as safe as the node",
        zh: "包括日志密钥：此类备份须与节点同等保护",
      }),
    )
    .action(
      async (
        data: string,
        target: string,
        options: { readonly withKeys?: true },
        command: Command,
      ) => {
        const run = runOf(command);
        const { backup } = await import("../../node/index.ts");
        const report = await onNode(() =>
          backup(data, target, { withKeys: options.withKeys === true }),
        );
        run.result({ target, ...report }, () => [
          run.paint.good("✔ ") +
            run.say({
              en: `${group(report.entries)} entries (${group(report.journalBytes)} bytes) → ${target}`,
              zh: `${group(report.entries)} 个条目（${group(report.journalBytes)} 字节）→ ${target}`,
            }),
          ...(report.withKeys
            ? []
            : [
                run.say({
                  en: "  Without keys: to run it, the log's key is needed too.",
                  zh: "  不含密钥：恢复运行还需要日志密钥。",
                }),
              ]),
        ]);
      },
    );
}

export function addRestore(program: Command, { say, runOf }: Cli): void {
  program
    .command("restore")
    .description(
      say({
        en: "brings a backup back into an empty data directory, after an audit of all of it",
        zh: "完整核验备份后，将其恢复到空的数据目录",
      }),
    )
    .argument("<backup>")
    .argument("<data>", say({ en: "an empty directory", zh: "空目录" }))
    .option(
      "--as-validator",
      say({
        en: "of a copy of a validator's whole directory: with its keys and its engine, to vote in its place. Only where that one never runs again",
        zh: "备份为验证节点的完整目录时：连同其密钥和引擎一并恢复，代替其投票；仅限原节点不再运行时使用",
      }),
    )
    .action(async (from: string, data: string, options: Options, command: Command) => {
      const run = runOf(command);
      const { restore } = await import("../../node/index.ts");
      const report = await onNode(() =>
        restore(from, data, { asValidator: options.asValidator === true }),
      );
      if (!report.intact) throw damageProblem(from, report.refusal, report.entries);
      run.result({ data, ...report }, () => [
        run.paint.good("✔ ") +
          run.say({
            en: `${group(report.entries)} entries are right and back in ${data} (${duration(report.milliseconds)}).`,
            zh: `${group(report.entries)} 个条目核验无误，已恢复到 ${data}（${duration(report.milliseconds)}）。`,
          }),
        run.say({
          en: "  Its node takes no writes until you say that nobody has seen a newer state: cityid start --confirm-restored",
          zh: "  在您确认无人见过更新的状态之前，节点不接受写入：cityid start --confirm-restored",
        }),
      ]);
    });
}
