import type { Command } from "commander";
import type { OperationKind } from "../../core/index.ts";
import { everyItem } from "../../sdk/index.ts";
import type { Cli } from "../cli.ts";
import { countOption, parseCount } from "../count-option.ts";
import { printEntry } from "../entry-line.ts";
import { gather } from "../gather.ts";
import { CliProblem } from "../problem.ts";
import { parseTime, sinceOption, untilOption } from "../time-argument.ts";

type Options = {
  readonly limit: string;
  readonly oldest?: true;
  readonly from?: string;
  readonly kind?: string;
  readonly since?: string;
  readonly until?: string;
  readonly blocks?: true;
  readonly follow?: true;
};

export function addLog(program: Command, { say, runOf }: Cli): void {
  program
    .command("log")
    .description(say({ en: "lists the operations of the ledger", zh: "列出账本中的操作" }))
    .addOption(countOption(say))
    .option("--oldest", say({ en: "oldest first", zh: "最早在前" }))
    .option("--from <index>", say({ en: "begins at this log index", zh: "从该日志序号开始" }))
    .option("--kind <kind>", say({ en: "only operations of this kind", zh: "仅此类操作" }))
    .addOption(sinceOption(say))
    .addOption(untilOption(say))
    .option("--blocks", say({ en: "block entries too", zh: "包括区块条目" }))
    .option(
      "--follow",
      say({ en: "and then what comes, until Ctrl-C", zh: "并持续显示新操作，按 Ctrl-C 结束" }),
    )
    .action(async (options: Options, command: Command) => {
      const run = runOf(command);
      const filter = {
        ...(options.oldest ? { order: "oldest" as const } : {}),
        ...(options.from === undefined ? {} : { from: parseIndex(options.from) }),
        ...(options.kind === undefined ? {} : { kind: parseKind(options.kind) }),
        ...(options.since === undefined ? {} : { since: parseTime(options.since, "--since") }),
        ...(options.until === undefined ? {} : { until: parseTime(options.until, "--until") }),
        ...(options.blocks ? { blocks: 1 as const } : {}),
      };
      if (options.follow) {
        for await (const entry of run.client.events()) printEntry(run, entry);
        return;
      }
      const entries = everyItem((paging) => run.client.log(filter, paging));
      for (const entry of await gather(entries, parseCount(options.limit))) printEntry(run, entry);
    });
}

/** Every kind of entry that a log can hold. */
const KINDS: { readonly [kind in OperationKind | "chunk" | "block"]: true } = {
  ...{ gazette: true, classes: true, register: true, manifest: true, void: true, update: true },
  ...{ keys: true, recover: true, status: true, succeed: true, delegate: true, dataset: true },
  ...{ request: true, grant: true, revoke: true, anchor: true, seals: true, unseal: true },
  ...{ member: true, validator: true, param: true, admit: true, propose: true, endorse: true },
  ...{ chunk: true, block: true },
};

function parseKind(text: string): string {
  if (Object.hasOwn(KINDS, text)) return text;
  const kinds = Object.keys(KINDS);
  const want = {
    en: `a kind of entry (${kinds.join(", ")})`,
    zh: `条目的种类（${kinds.join("、")}）`,
  };
  const example = "--kind register";
  throw new CliProblem("CLI_ARGUMENT", { name: "--kind", got: text, want, example });
}

function parseIndex(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  const want = { en: "an index of the log", zh: "日志序号" };
  throw new CliProblem("CLI_ARGUMENT", { name: "--from", got: text, want, example: "--from 1234" });
}
