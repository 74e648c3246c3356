import type { Command } from "commander";
import { everyItem, type HistoryItem } from "../../sdk/index.ts";
import type { Cli } from "../cli.ts";
import { readCodeArgument } from "../code-argument.ts";
import { countOption, parseCount } from "../count-option.ts";
import { gather } from "../gather.ts";
import type { Run } from "../run.ts";
import { localTime } from "../show-record.ts";
import { alignRows } from "../width.ts";

export function addHistory(program: Command, { say, runOf }: Cli): void {
  program
    .command("history")
    .description(
      say({
        en: "shows every change of a code, newest first",
        zh: "显示标识码的全部变更，最新在前",
      }),
    )
    .argument("<code>")
    .addOption(countOption(say))
    .action(async (text: string, options: { readonly limit: string }, command: Command) => {
      const run = runOf(command);
      const code = readCodeArgument(text);
      const items = everyItem((paging) => run.client.history(code, paging));
      await printHistory(run, await gather(items, parseCount(options.limit)));
    });
}

async function printHistory(run: Run, items: readonly HistoryItem[]): Promise<void> {
  if (run.json) {
    for (const item of items) run.result(item, () => []);
    return;
  }
  const rows = items.map(({ time, index, kind, signed, what }) => [
    localTime(time),
    `#${index}`,
    kind,
    signed.iss,
    Object.keys(what).join(", "),
  ]);
  run.result(items, () => alignRows(rows));
}
