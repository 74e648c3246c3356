import type { Command } from "commander";
import { everyItem } from "../../sdk/index.ts";
import type { Cli } from "../cli.ts";
import { readCodeArgument } from "../code-argument.ts";
import { countOption, parseCount } from "../count-option.ts";
import { printEntry } from "../entry-line.ts";
import { gather } from "../gather.ts";
import { parseTime, sinceOption, untilOption } from "../time-argument.ts";

type Options = { readonly limit: string; readonly since?: string; readonly until?: string };

const KID = /^[0-9a-f]{16}$/;

export function addWhoDid(program: Command, { say, runOf }: Cli): void {
  program
    .command("who-did")
    .description(
      say({
        en: "lists what a key, a code or a member signed in a span of time",
        zh: "列出某密钥、编码或成员在一段时间内签署的操作",
      }),
    )
    .argument(
      "<who>",
      say({ en: "a kid, a code, or member/<ID>", zh: "密钥编号、编码或 member/<编号>" }),
    )
    .addOption(sinceOption(say))
    .addOption(untilOption(say))
    .addOption(countOption(say))
    .action(async (who: string, options: Options, command: Command) => {
      const run = runOf(command);
      const filter = {
        ...(KID.test(who) ? { kid: who } : { iss: issuerOf(who) }),
        ...(options.since === undefined ? {} : { since: parseTime(options.since, "--since") }),
        ...(options.until === undefined ? {} : { until: parseTime(options.until, "--until") }),
      };
      const entries = everyItem((paging) => run.client.log(filter, paging));
      for (const entry of await gather(entries, parseCount(options.limit))) printEntry(run, entry);
    });
}

function issuerOf(who: string): string {
  return who.startsWith("member/") ? who : readCodeArgument(who);
}
