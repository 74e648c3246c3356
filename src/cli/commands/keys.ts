import { type Command, Option } from "commander";
import { fromHex, type Keys } from "../../core/index.ts";
import { chainOf } from "../chain.ts";
import type { Cli } from "../cli.ts";
import { readCodeArgument } from "../code-argument.ts";
import { decideAndSubmit, printDecided } from "../deciding.ts";
import { type KeyOptions, readKeySpec } from "../key-argument.ts";
import { addKeyOptions } from "../key-options.ts";
import { CliProblem } from "../problem.ts";
import { parseSeconds } from "../time-argument.ts";
import { collect } from "../usage.ts";

type Options = KeyOptions & {
  readonly add?: readonly string[];
  readonly close?: readonly string[];
  readonly compromisedSince?: string;
  readonly relabel?: readonly string[];
  readonly threshold?: string;
};

export function addKeys(program: Command, { say, runOf }: Cli): void {
  const command = program
    .command("keys")
    .description(
      say({
        en: "adds, closes or re-labels keys of a code or member; sets how many must agree",
        zh: "为编码或成员增加、停用、改标密钥，设定须同意的密钥数",
      }),
    )
    .argument("<holder>", say({ en: "a code, or member/<ID>", zh: "编码或 member/<编号>" }))
    .addOption(
      new Option(
        "--add <file>",
        say({
          en: "a public description (`key show --json`) or key file",
          zh: "公开描述文件（`key show --json`）或密钥文件",
        }),
      ).argParser(collect),
    )
    .addOption(
      new Option(
        "--close <kid>",
        say({ en: "closes this key, for good", zh: "永久停用此密钥" }),
      ).argParser(collect),
    )
    .option(
      "--compromised-since <time>",
      say({
        en: "others may have had the closed keys since then",
        zh: "被停用的密钥自此时间起可能已泄露",
      }),
    )
    .addOption(
      new Option("--relabel <kid=role>", say({ en: "another label", zh: "更改标签" })).argParser(
        collect,
      ),
    )
    .option(
      "--threshold <count>",
      say({ en: "how many govern keys must agree from now on", zh: "此后须同意的管理密钥数" }),
    );
  addKeyOptions(command, say).action(async (text: string, options: Options, cmd: Command) => {
    const run = runOf(cmd);
    const holder = text.startsWith("member/") ? text : readCodeArgument(text);
    const chain = holder.startsWith("member/") ? "op" : "control";
    const operation: Keys = {
      op: "keys",
      code: holder,
      prev: await chainOf(run, holder, chain),
      ...(await readChanges(options)),
    };
    const decided = await decideAndSubmit(run, operation);
    printDecided(
      run,
      decided,
      run.say({ en: `Changed the keys of ${holder}.`, zh: `已更改 ${holder} 的密钥。` }),
    );
  });
}

async function readChanges(options: Options): Promise<Omit<Keys, "op" | "code" | "prev">> {
  const { add, close, relabel, threshold, compromisedSince } = options;
  const since = compromisedSince && parseSeconds(compromisedSince, "--compromised-since");
  const closing =
    typeof since === "number"
      ? { why: "compromised" as const, since }
      : { why: "retired" as const };
  return {
    ...(add === undefined
      ? {}
      : { add: await Promise.all(add.map((path) => readKeySpec(path, options))) }),
    ...(close === undefined
      ? {}
      : { close: close.map((kid) => ({ kid: readKid(kid), ...closing })) }),
    ...(relabel === undefined ? {} : { relabel: relabel.map(readLabel) }),
    ...(threshold === undefined ? {} : { threshold: readThreshold(threshold) }),
  };
}

function readKid(text: string): Uint8Array {
  const kid = fromHex(text);
  if (kid?.length === 8) return kid;
  const want = { en: "a kid of 16 hex digits", zh: "16 位十六进制密钥编号" };
  throw new CliProblem("CLI_ARGUMENT", {
    name: "kid",
    got: text,
    want,
    example: "1f2e3d4c5b6a7980",
  });
}

function readLabel(text: string): { readonly kid: Uint8Array; readonly label: string } {
  const [kid = "", ...label] = text.split("=");
  return { kid: readKid(kid), label: label.join("=") };
}

export function readThreshold(text: string): number {
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  const want = { en: "a count", zh: "数量" };
  throw new CliProblem("CLI_ARGUMENT", {
    name: "--threshold",
    got: text,
    want,
    example: "--threshold 2",
  });
}
