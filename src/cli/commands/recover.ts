import { Argument, type Command, Option } from "commander";
import type { Recover } from "../../core/index.ts";
import { chainOf } from "../chain.ts";
import type { Cli } from "../cli.ts";
import { readCodeArgument } from "../code-argument.ts";
import { decideAndSubmit, printDecided } from "../deciding.ts";
import { type KeyOptions, readKeySpec } from "../key-argument.ts";
import { addKeyOptions } from "../key-options.ts";
import { CliProblem } from "../problem.ts";
import type { Text } from "../text.ts";
import { collect } from "../usage.ts";
import { readThreshold } from "./keys.ts";

type Options = KeyOptions & {
  readonly newKey?: readonly string[];
  readonly threshold?: string;
};

export function addRecover(program: Command, { say, runOf }: Cli): void {
  const command = program
    .command("recover")
    .description(
      say({
        en: "gives a code that lost its keys new ones: start, and finish after the delay; its own keys may cancel",
        zh: "为失去密钥的编码恢复控制：先 start，等待期满后 finish；其现有密钥可 cancel",
      }),
    )
    .addArgument(new Argument("<step>").choices(["start", "finish", "cancel"]))
    .argument("<code>")
    .addOption(
      new Option(
        "--new-key <file>",
        say({ en: "start: a key that it shall have", zh: "start：恢复后的密钥" }),
      ).argParser(collect),
    )
    .option(
      "--threshold <count>",
      say({
        en: "start: how many govern keys must agree then",
        zh: "start：此后须同意的管理密钥数",
      }),
    );
  addKeyOptions(command, say).action(
    async (step: Recover["do"], text: string, options: Options, cmd: Command) => {
      const run = runOf(cmd);
      const code = readCodeArgument(text);
      const head = { op: "recover" as const, code, prev: await chainOf(run, code, "control") };
      const operation: Recover =
        step === "start"
          ? { ...head, do: step, ...(await readStart(options)) }
          : { ...head, do: step };
      const decided = await decideAndSubmit(run, operation);
      printDecided(run, decided, run.say(DONE[step](code)));
    },
  );
}

const DONE: { readonly [step in Recover["do"]]: (code: string) => Text } = {
  start: (code) => ({
    en: `The recovery of ${code} has begun. Finish it after the delay: cityid recover finish ${code}`,
    zh: `${code} 的恢复已开始。等待期满后执行：cityid recover finish ${code}`,
  }),
  finish: (code) => ({
    en: `${code} has its new keys; all others are closed.`,
    zh: `${code} 已启用新密钥，其余密钥均已停用。`,
  }),
  cancel: (code) => ({
    en: `The recovery of ${code} is cancelled.`,
    zh: `${code} 的恢复已取消。`,
  }),
};

async function readStart(options: Options) {
  const { newKey, threshold } = options;
  if (newKey === undefined) {
    const want = { en: "which key it shall have", zh: "恢复后使用哪个密钥" };
    throw new CliProblem("CLI_MISSING", { want, example: "--new-key city.key.json" });
  }
  return {
    keys: await Promise.all(newKey.map((path) => readKeySpec(path, options))),
    ...(threshold === undefined ? {} : { threshold: readThreshold(threshold) }),
  };
}
