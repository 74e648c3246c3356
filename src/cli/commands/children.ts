import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { readCodeArgument } from "../code-argument.ts";
import { countOption, parseCount } from "../count-option.ts";
import { gather } from "../gather.ts";
import { nameOf, statusText } from "../show-record.ts";
import { alignRows } from "../width.ts";

export function addChildren(program: Command, { say, runOf }: Cli): void {
  program
    .command("children")
    .description(
      say({
        en: "lists the codes right below a code; each page is checked to be complete",
        zh: "列出直属下级编码；每页均核验无遗漏",
      }),
    )
    .argument("<code>")
    .addOption(countOption(say))
    .action(async (text: string, options: { readonly limit: string }, command: Command) => {
      const run = runOf(command);
      const found = run.client.everyChild(readCodeArgument(text));
      const children = await gather(found, parseCount(options.limit));
      if (run.json) {
        for (const child of children) run.result(child, () => []);
        return;
      }
      const rows = children.map(({ code, names, kind, effective }) => [
        code,
        nameOf(names, run.language),
        kind,
        statusText(effective.status, run.say, run.paint),
      ]);
      run.result(children, () => alignRows(rows));
    });
}
