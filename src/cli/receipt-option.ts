import type { Command } from "commander";
import { CliProblem } from "./problem.ts";
import type { GlobalOptions } from "./run.ts";
import type { Text } from "./text.ts";

const MANY: Text = {
  en: "it signs many things, each with a receipt of its own",
  zh: "它签署多项内容，各有回执",
};

/** Commands that sign and keep no receipt, by the words that call them, and why. */
const WITHOUT: { readonly [words: string]: Text } = {
  apply: {
    en: "an application is in no ledger before a member admits it",
    zh: "申请在成员受理之前不在账本中",
  },
  ingest: MANY,
  gateway: MANY,
  "dataset devices": MANY,
  "dataset enrol": MANY,
};

/** Whether `--receipt` is an option of a command. */
export function takesReceipt(command: Command): boolean {
  return WITHOUT[wordsOf(command)] === undefined;
}

/** @throws CliProblem CLI_USAGE where a receipt is asked for that there will never be */
export function refuseReceipt(command: Command, { receipt }: GlobalOptions): void {
  const words = wordsOf(command);
  const why = WITHOUT[words];
  if (receipt === undefined || why === undefined) return;
  const detail = {
    en: `\`cityid ${words}\` keeps no receipt: ${why.en}. Leave out --receipt.`,
    zh: `\`cityid ${words}\` 不保存回执：${why.zh}。请去掉 --receipt。`,
  };
  throw new CliProblem("CLI_USAGE", { detail, command: ` ${words}` });
}

/** `dataset enrol`; the program itself has no word. */
function wordsOf(command: Command): string {
  const { parent } = command;
  return parent === null ? "" : `${wordsOf(parent)} ${command.name()}`.trim();
}
