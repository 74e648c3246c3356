import { type Command, Option } from "commander";
import type { Cli } from "../cli.ts";
import { readCodeArgument } from "../code-argument.ts";
import type { AskedImport } from "../import/request.ts";
import { runImport } from "../import/run-import.ts";
import { CliProblem } from "../problem.ts";
import { parseDay, today } from "../time-argument.ts";
import { collect } from "../usage.ts";
import { addImportAreaCodes, addImportGb2260 } from "./import-gazette.ts";

type Options = {
  readonly under: string;
  readonly map?: readonly string[];
  readonly name?: string;
  readonly class?: string;
  readonly crs: AskedImport["terms"]["crs"];
  readonly first?: string;
  readonly validFrom?: string;
  readonly attributes?: true;
  readonly encoding?: string;
  readonly dryRun?: true;
  readonly skipBad?: true;
  readonly report?: string;
};

export function addImport(program: Command, cli: Cli): void {
  const { say } = cli;
  const group = program.command("import").description(
    say({
      en: "issues the rows of a file under one signature",
      zh: "以一次签署签发文件中的全部行",
    }),
  );
  addFile(group, cli);
  addImportAreaCodes(group, cli);
  addImportGb2260(group, cli);
}

function addFile(group: Command, { say, runOf }: Cli): void {
  group
    .command("file", { isDefault: true })
    .description(
      say({
        en: "a CSV or GeoJSON file: every row is judged first; a broken import goes on when it is run again",
        zh: "CSV 或 GeoJSON 文件：先逐行检查；中断后再次执行即可续传",
      }),
    )
    .argument("<file>")
    .requiredOption(
      "--under <code>",
      say({ en: "the code below which the rows get theirs", zh: "各行编码所属的上级" }),
    )
    .addOption(
      new Option(
        "--map <column=target>",
        say({
          en: "code, name[:lang], longitude, latitude, class, kind, stage, validFrom, alias:<scheme>, attribute:<name>, ignore",
          zh: "列的含义：code、name[:语言]、longitude、latitude、class、kind、stage、validFrom、alias:<类型>、attribute:<名称>、ignore",
        }),
      ).argParser(collect),
    )
    .option("--name <text>", say({ en: "name of rows that have none", zh: "无名称的行所用的名称" }))
    .option(
      "--class <class>",
      say({ en: "class of all rows that name none", zh: "未注明类别的行所属的类别" }),
    )
    .addOption(
      new Option("--crs <crs>", say({ en: "of the positions", zh: "坐标系" }))
        .choices(["wgs84", "gcj02", "bd09"])
        .default("wgs84"),
    )
    .option(
      "--first <number>",
      say({
        en: "number of the first row without a code (after those that are there)",
        zh: "无编码的行从此编号开始（默认接续现有编号）",
      }),
    )
    .option(
      "--valid-from <day>",
      say({
        en: "since which day of UTC the rows are so (today)",
        zh: "内容自何日起有效（UTC 日期，默认今天）",
      }),
    )
    .option(
      "--attributes",
      say({ en: "all other columns become attributes", zh: "其余各列均作为属性" }),
    )
    .option("--encoding <name>", "utf-8, gb18030")
    .option("--dry-run", say({ en: "judges the rows, signs nothing", zh: "只检查，不签署" }))
    .option("--skip-bad", say({ en: "leaves bad rows out", zh: "跳过有误的行" }))
    .option(
      "--report <file>",
      say({ en: "writes all bad rows there, as CSV", zh: "将有误的行写入该 CSV 文件" }),
    )
    .action(async (path: string, options: Options, command: Command) => {
      const run = runOf(command);
      const under = readCodeArgument(options.under);
      const { map = [], name, encoding, report } = options;
      const terms: AskedImport["terms"] = {
        under,
        crs: options.crs,
        validFrom:
          options.validFrom === undefined
            ? today(run.now())
            : parseDay(options.validFrom, "--valid-from"),
        ...(options.first === undefined ? {} : { first: readFirst(options.first) }),
        ...(name === undefined ? {} : { name }),
        ...(options.class === undefined ? {} : { class: options.class }),
      };
      await runImport(run, {
        path,
        terms,
        map,
        rest: options.attributes ? "attributes" : "ignore",
        skipBad: options.skipBad === true,
        dryRun: options.dryRun === true,
        ...(encoding === undefined ? {} : { encoding }),
        ...(report === undefined ? {} : { report }),
      });
    });
}

function readFirst(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  const want = { en: "a number", zh: "数字" };
  throw new CliProblem("CLI_ARGUMENT", { name: "--first", got: text, want, example: "--first 1" });
}
