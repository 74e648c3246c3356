import { type Command, Option } from "commander";
import type { Code, Succeed } from "../../core/index.ts";
import { chainOf } from "../chain.ts";
import type { Cli } from "../cli.ts";
import { readCodeArgument } from "../code-argument.ts";
import { decideAndSubmit, printDecided } from "../deciding.ts";
import type { Run } from "../run.ts";
import { parseDay } from "../time-argument.ts";
import { collect } from "../usage.ts";

type Options = {
  readonly type: Succeed["type"];
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly date: string;
  readonly source: string;
  readonly grants: Succeed["grants"];
  readonly delegation: Succeed["delegation"];
};

export function addSucceed(program: Command, { say, runOf }: Cli): void {
  const list = (flags: string, en: string, zh: string) =>
    new Option(flags, say({ en, zh })).argParser(collect).makeOptionMandatory();
  const choice = (flags: string, en: string, zh: string) =>
    new Option(flags, say({ en, zh })).choices(["end", "carry"]).default("end");
  program
    .command("succeed")
    .description(
      say({
        en: "records that codes follow others: merge, split, rename, transfer",
        zh: "记录编码的承继：合并、拆分、更名、移交",
      }),
    )
    .addOption(
      new Option("--type <type>")
        .choices(["merge", "split", "rename", "transfer"])
        .makeOptionMandatory(),
    )
    .addOption(list("--from <code>", "who ends", "前身"))
    .addOption(list("--to <code>", "who follows", "后继"))
    .requiredOption("--date <day>", say({ en: "since when", zh: "自何日起" }))
    .requiredOption(
      "--source <text>",
      say({ en: "where that was decided, publicly", zh: "公开的依据" }),
    )
    .addOption(choice("--grants <what>", "what happens to open grants", "现有授权如何处理"))
    .addOption(choice("--delegation <what>", "what happens to a delegation", "现有委派如何处理"))
    .action(async (options: Options, command: Command) => {
      const run = runOf(command);
      const { type, source, grants, delegation } = options;
      const decided = await decideAndSubmit(run, {
        op: "succeed",
        type,
        from: await chained(run, options.from),
        to: await chained(run, options.to),
        date: parseDay(options.date, "--date"),
        source,
        grants,
        delegation,
      });
      printDecided(run, decided, run.say({ en: "Recorded.", zh: "已记录。" }));
    });
}

function chained(run: Run, texts: readonly string[]): Promise<{ code: Code; prev: Uint8Array }[]> {
  return Promise.all(
    texts.map(async (text) => {
      const code = readCodeArgument(text);
      return { code, prev: await chainOf(run, code, "op") };
    }),
  );
}
