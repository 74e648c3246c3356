import type { Command } from "commander";
import { everyItem, type HistoryItem } from "../../sdk/index.ts";
import type { Cli } from "../cli.ts";
import { readCodeArgument } from "../code-argument.ts";
import { countOption, parseCount } from "../count-option.ts";
import { gather } from "../gather.ts";
import type { Run } from "../run.ts";
import { localTime } from "../show-record.ts";
import { alignRows } from "../width.ts";
import { replaceByLines } from "../write-file.ts";

type Options = { readonly limit: string; readonly proof?: string };

export function addHistory(program: Command, { say, runOf }: Cli): void {
  program
    .command("history")
    .description(
      say({
        en: "shows every change of a code, newest first",
        zh: "显示编码的全部变更，最新在前",
      }),
    )
    .argument("<code>")
    .addOption(countOption(say))
    .option(
      "--proof <file>",
      say({
        en: "keeps the whole history in a file that proves itself, for `cityid verify`",
        zh: "将完整历史存为可自证的文件，供 `cityid verify` 核验",
      }),
    )
    .action(async (text: string, options: Options, command: Command) => {
      const run = runOf(command);
      const code = readCodeArgument(text);
      if (options.proof !== undefined) return keepHistory(run, code, options.proof);
      const items = everyItem((paging) => run.client.history(code, paging));
      await printHistory(run, await gather(items, parseCount(options.limit)));
    });
}

/** Writes page by page, a line each: a history may be longer than what fits into memory. What was kept before stays until all is there. */
async function keepHistory(run: Run, code: string, path: string): Promise<void> {
  let [pages, bytes] = [0, 0];
  const lines = async function* () {
    for await (const page of run.client.historyProof(code)) {
      pages += 1;
      bytes += Buffer.byteLength(page) + 1;
      yield `${page}\n`;
    }
  };
  await replaceByLines(path, lines());
  run.result({ code, history: path, pages, bytes }, () => [
    run.say({
      en: `History of ${code} kept in ${path}. Check it off line: cityid verify ${path} --policy FILE`,
      zh: `${code} 的完整历史已存入 ${path}。离线核验：cityid verify ${path} --policy 文件`,
    }),
  ]);
}

async function printHistory(run: Run, items: readonly HistoryItem[]): Promise<void> {
  if (run.json) {
    for (const item of items) run.result(item, () => []);
    return;
  }
  const rows = items.map(({ time, index, kind, signed, manifest, what }) => [
    localTime(time),
    `#${index}`,
    kind,
    (signed ?? manifest)?.iss ?? "",
    Object.keys(what).join(", "),
  ]);
  run.result(items, () => alignRows(rows));
}
