import { readFile } from "node:fs/promises";
import { Argument, type Command } from "commander";
import type { Code, Delegate } from "../../core/index.ts";
import { chainOf } from "../chain.ts";
import type { Cli } from "../cli.ts";
import { readCodeArgument } from "../code-argument.ts";
import { confirmByTyping } from "../confirm-by-typing.ts";
import { decideAndSubmit, printDecided } from "../deciding.ts";
import { fileProblem } from "../file-problem.ts";
import { CliProblem } from "../problem.ts";

type Options = {
  readonly origin?: string;
  readonly at?: string;
  readonly policy?: string;
  readonly reason?: string;
};

export function addDelegate(program: Command, { say, runOf }: Cli): void {
  program
    .command("delegate")
    .description(
      say({
        en: "lets what is below a code live in another ledger, says where that is now, or takes it back",
        zh: "将编码之下的内容委托给另一账本、更改其所在，或予以收回",
      }),
    )
    .argument("<code>")
    .addArgument(new Argument("<do>").choices(["start", "change", "end"]))
    .option("--origin <name>", say({ en: "name of its log", zh: "其日志的名称" }))
    .option("--at <url>", say({ en: "where its node answers", zh: "其节点的地址" }))
    .option(
      "--policy <file>",
      say({
        en: "how to believe its checkpoints: a tlog-policy file",
        zh: "其检查点的信任策略文件",
      }),
    )
    .option("--reason <text>", say({ en: "of an end; it is public", zh: "收回的理由，将公开" }))
    .action(async (text: string, what: Delegate["do"], options: Options, command: Command) => {
      const run = runOf(command);
      const code = readCodeArgument(text);
      if (what === "end") await confirmByTyping(run, code);
      const prev = await chainOf(run, code, "control");
      const decided = await decideAndSubmit(run, await operationOf(code, prev, what, options));
      printDecided(run, decided, run.say(DONE[what](code)));
    });
}

async function operationOf(
  code: Code,
  prev: Uint8Array,
  what: Delegate["do"],
  options: Options,
): Promise<Delegate> {
  const head = { op: "delegate", code, prev } as const;
  const { origin, at: url } = options;
  if (what === "end") return { ...head, do: what, reason: given(options.reason, "--reason") };
  const policy = options.policy === undefined ? undefined : await readText(options.policy);
  if (what === "change") {
    return { ...head, do: what, ...(url && { url }), ...(policy && { policy }) };
  }
  return {
    ...head,
    do: what,
    origin: given(origin, "--origin"),
    url: given(url, "--at"),
    policy: given(policy, "--policy"),
  };
}

function given(value: string | undefined, name: string): string {
  if (value !== undefined) return value;
  throw new CliProblem("CLI_MISSING", { want: { en: name, zh: name }, example: `${name} …` });
}

async function readText(path: string): Promise<string> {
  return readFile(path, "utf8").catch((cause) => {
    throw fileProblem(path, cause);
  });
}

const DONE: { readonly [what in Delegate["do"]]: (code: string) => { en: string; zh: string } } = {
  start: (code) => ({
    en: `What is below ${code} lives in the other ledger now.`,
    zh: `${code} 之下的内容现由另一账本管理。`,
  }),
  change: (code) => ({ en: `Changed the delegation of ${code}.`, zh: `已更改 ${code} 的委托。` }),
  end: (code) => ({
    en: `What is below ${code} goes on here, from what was frozen.`,
    zh: `${code} 之下的内容自冻结时起在本账本继续。`,
  }),
};
