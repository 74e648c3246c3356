import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { readAreaCodes } from "../import/area-codes.ts";
import { importGazette } from "../import/import-gazette.ts";

type Options = { readonly dryRun?: true; readonly skipBad?: true };

export function addImportAreaCodes(group: Command, { say, runOf }: Cli): void {
  group
    .command("areacodes")
    .description(
      say({
        en: "facts about divisions since 1981 from the public table `areacodes`, into the gazette",
        zh: "将公开数据 areacodes 中 1981 年以来的行政区划信息录入地名录",
      }),
    )
    .argument("<file>", "result.csv")
    .option("--dry-run", say({ en: "judges the lines, signs nothing", zh: "只检查，不签署" }))
    .option("--skip-bad", say({ en: "leaves bad lines out", zh: "跳过有误的行" }))
    .action(async (path: string, options: Options, command: Command) => {
      const run = runOf(command);
      const { facts, bad } = await readAreaCodes(path, options.skipBad === true);
      for (const { line, cause, why } of bad) {
        const words = run.say({ en: `line ${line}: ${why.en}`, zh: `第 ${line} 行：${why.zh}` });
        run.note(`${words}  ${run.paint.quiet(cause)}`);
      }
      const { gazetteItems } = await import("../../node/index.ts");
      await importGazette(run, gazetteItems(facts), { dryRun: options.dryRun === true });
    });
}

export function addImportGb2260(group: Command, { say, runOf }: Cli): void {
  group
    .command("gb2260")
    .description(
      say({
        en: "the register of GB/T 2260 that comes with this program, into the gazette",
        zh: "将本程序附带的 GB/T 2260 行政区划代码录入地名录",
      }),
    )
    .option("--dry-run", say({ en: "compares, signs nothing", zh: "只比对，不签署" }))
    .action(async (options: Options, command: Command) => {
      const { gazetteItems, loadRegister } = await import("../../node/index.ts");
      const items = gazetteItems(loadRegister());
      await importGazette(runOf(command), items, { dryRun: options.dryRun === true });
    });
}
