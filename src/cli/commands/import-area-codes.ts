import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { readAreaCodes } from "../import/area-codes.ts";
import { importGazette } from "../import/import-gazette.ts";
import { CliProblem } from "../problem.ts";

type Options = { readonly source: string; readonly dryRun?: true; readonly skipBad?: true };

const SOURCE = "github.com/yescallop/areacodes";

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
    .option(
      "--source <text>",
      say({ en: "what is recorded as their source", zh: "记录的信息来源" }),
      SOURCE,
    )
    .option("--dry-run", say({ en: "judges the lines, signs nothing", zh: "只检查，不签署" }))
    .option("--skip-bad", say({ en: "leaves bad lines out", zh: "跳过有误的行" }))
    .action(async (path: string, options: Options, command: Command) => {
      const run = runOf(command);
      const { codes, bad } = await readAreaCodes(path, options.source);
      for (const { line, cause } of bad) {
        run.note(run.say({ en: `line ${line}: ${cause}`, zh: `第 ${line} 行：${cause}` }));
      }
      if (bad.length > 0 && !options.skipBad) {
        throw new CliProblem("IMPORT_ROWS", { bad: bad.length, rows: bad.length + codes.length });
      }
      await importGazette(run, codes, { dryRun: options.dryRun === true });
    });
}
