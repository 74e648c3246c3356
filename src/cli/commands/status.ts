import { Argument, type Command, Option } from "commander";
import type { StatusItem } from "../../core/index.ts";
import { chainOf } from "../chain.ts";
import type { Cli } from "../cli.ts";
import { readCodeArgument } from "../code-argument.ts";
import { confirmByTyping } from "../confirm-by-typing.ts";
import { decideAndSubmit, printDecided } from "../deciding.ts";
import { reasonOption } from "../reason-option.ts";
import { collect } from "../usage.ts";

type Options = { readonly reason: string; readonly successor?: readonly string[] };

export function addStatus(program: Command, { say, runOf }: Cli): void {
  program
    .command("status")
    .description(say({ en: "suspends, resumes or retires a code", zh: "暂停、恢复或注销编码" }))
    .argument("<code>")
    .addArgument(new Argument("<do>").choices(["suspend", "resume", "retire"]))
    .addOption(reasonOption(say))
    .addOption(
      new Option(
        "--successor <code>",
        say({ en: "of a retirement: who takes over", zh: "注销时的承继者" }),
      ).argParser(collect),
    )
    .action(async (text: string, what: StatusItem["do"], options: Options, command: Command) => {
      const run = runOf(command);
      const code = readCodeArgument(text);
      if (what === "retire") await confirmByTyping(run, code);
      const decided = await decideAndSubmit(run, {
        op: "status",
        code,
        prev: await chainOf(run, code, "control"),
        do: what,
        reason: options.reason,
        ...(options.successor === undefined
          ? {}
          : { successors: options.successor.map(readCodeArgument) }),
      });
      printDecided(run, decided, run.say(DONE[what](code)));
    });
}

const DONE: { readonly [what in StatusItem["do"]]: (code: string) => { en: string; zh: string } } =
  {
    suspend: (code) => ({ en: `Suspended ${code}.`, zh: `已暂停 ${code}。` }),
    resume: (code) => ({ en: `Resumed ${code}.`, zh: `已恢复 ${code}。` }),
    retire: (code) => ({ en: `Retired ${code}.`, zh: `已注销 ${code}。` }),
  };
