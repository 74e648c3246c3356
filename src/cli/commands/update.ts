import { type Command, Option } from "commander";
import type { Update } from "../../core/index.ts";
import { chainOf } from "../chain.ts";
import type { Cli } from "../cli.ts";
import { readCodeArgument } from "../code-argument.ts";
import { decideAndSubmit, printDecided } from "../deciding.ts";
import { CliProblem } from "../problem.ts";
import {
  addRecordOptions,
  type RecordOptions,
  readAliases,
  readRecordFields,
} from "../record-options.ts";
import { collect } from "../usage.ts";

type Options = RecordOptions & { readonly removeAlias?: readonly string[] };

export function addUpdate(program: Command, { say, runOf }: Cli): void {
  const command = program
    .command("update")
    .description(
      say({
        en: "changes what describes a code; what is not named stays as it is",
        zh: "更改编码的描述信息；未提及的内容不变",
      }),
    )
    .argument("<code>")
    .addOption(
      new Option(
        "--remove-alias <scheme=value>",
        say({ en: "a number that it no longer has", zh: "移除的编号" }),
      ).argParser(collect),
    );
  addRecordOptions(command, say).action(async (text: string, options: Options, cmd: Command) => {
    const run = runOf(cmd);
    const code = readCodeArgument(text);
    const { aliases, ...fields } = readRecordFields(options, run.now());
    const remove = options.removeAlias && readAliases(options.removeAlias, "--remove-alias");
    const changed = {
      ...(aliases === undefined ? {} : { add: aliases }),
      ...(remove === undefined ? {} : { remove }),
    };
    const isEmpty = [fields, changed].every((part) => Object.keys(part).length === 0);
    if (isEmpty) {
      const want = { en: `what of ${code} shall change`, zh: `要更改 ${code} 的什么内容` };
      throw new CliProblem("CLI_MISSING", { want, example: "--name 新名称" });
    }
    const operation: Update = {
      op: "update",
      code,
      prev: await chainOf(run, code, "op"),
      ...fields,
      ...(Object.keys(changed).length === 0 ? {} : { aliases: changed }),
    };
    const decided = await decideAndSubmit(run, operation);
    printDecided(run, decided, run.say({ en: `Changed ${code}.`, zh: `已更改 ${code}。` }));
  });
}
