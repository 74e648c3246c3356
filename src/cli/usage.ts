import { type Argument, type Command, CommanderError, Help, type Option } from "commander";
import { CliProblem } from "./problem.ts";
import { takesReceipt } from "./receipt-option.ts";
import type { Say, Text } from "./text.ts";

// Commander speaks English; here its headings and complaints get their other half.

const TITLES: { readonly [english: string]: string } = {
  "Usage:": "用法：",
  "Arguments:": "参数：",
  "Options:": "选项：",
  "Global Options:": "通用选项：",
  "Commands:": "命令：",
};

function localTitle(say: Say, title: string): string {
  return say({ en: title, zh: TITLES[title] ?? title });
}

/** What stands behind the description of an option or argument. */
const NOTES = /(?:^| )\(((?:choices|default): .*)\)$/;

/** Titles and notes of all helps, in the language of the run, with the options that each command takes. */
export function localHelp(say: Say): Partial<Help> {
  const local = (text: string): string =>
    say({
      en: text,
      zh: text.replace(NOTES, (_, notes: string) => `（${notesInChinese(notes)}）`),
    });
  const english = new Help();
  english.showGlobalOptions = true;
  return {
    visibleGlobalOptions: (command) =>
      english
        .visibleGlobalOptions(command)
        .filter(({ long }) => long !== "--receipt" || takesReceipt(command)),
    styleTitle: (title) => localTitle(say, title),
    optionDescription: (option: Option) => local(english.optionDescription(option)),
    argumentDescription: (argument: Argument) => local(english.argumentDescription(argument)),
  };
}

function notesInChinese(notes: string): string {
  return notes
    .replace(/^choices: /, "可选：")
    .replace(/^default: /, "默认：")
    .replace(/, default: /, "，默认：");
}

const COMPLAINTS: { readonly [code: string]: Text } = {
  "commander.help": { en: "It is not said which command.", zh: "没有说明要执行哪个命令。" },
  "commander.unknownOption": { en: "There is no option {word}.", zh: "没有选项 {word}。" },
  "commander.unknownCommand": { en: "There is no command {word}.", zh: "没有命令 {word}。" },
  "commander.missingArgument": { en: "{word} is missing.", zh: "缺少参数 {word}。" },
  "commander.optionMissingArgument": {
    en: "The option {word} needs a value.",
    zh: "选项 {word} 需要一个值。",
  },
  "commander.missingMandatoryOptionValue": {
    en: "The option {word} must be given.",
    zh: "必须给出选项 {word}。",
  },
  "commander.excessArguments": {
    en: "There are more words than the command takes.",
    zh: "参数过多。",
  },
  "commander.conflictingOption": {
    en: "The option {word} cannot stand beside the others given.",
    zh: "选项 {word} 不能与已给出的其他选项同时使用。",
  },
};

/** Help and version were asked for and shown: nothing is wrong. */
export function isShown(problem: unknown): boolean {
  return problem instanceof CommanderError && problem.exitCode === 0;
}

/** A command was left out, and the help that lists them was shown instead: it says all that there is to say. */
export function isHelpInstead(problem: unknown): boolean {
  return problem instanceof CommanderError && problem.code === "commander.help";
}

/** What commander objected to, as a problem of ours. */
export function usageProblem(
  problem: CommanderError,
  say: Say,
  program: Command,
  argv: readonly string[],
): CliProblem {
  const detail = (wrongChoice(problem, say) ?? complaint(problem, say)) + suggestion(problem, say);
  const command = commandPath(program, argv).map((name) => ` ${name}`);
  return new CliProblem("CLI_USAGE", { detail, command: command.join("") });
}

/** The command that was called, by the names that lead to it: `dataset list`. */
function commandPath(program: Command, argv: readonly string[]): string[] {
  const path: string[] = [];
  let at = program;
  for (const word of argv) {
    const next = at.commands.find((each) => each.name() === word);
    if (next === undefined) continue;
    path.push(word);
    at = next;
  }
  return path;
}

// Words that people try first, and how it is done.
const OTHERWISE: { readonly [word: string]: string } = {
  suspend: "status <code> suspend",
  resume: "status <code> resume",
  retire: "status <code> retire",
  approve: "endorse <decision>",
  reject: "endorse <decision> --reject",
  vote: "endorse <decision>",
  issue: "register <code>",
  merge: "succeed --type merge",
  split: "succeed --type split",
  rename: "update <code> --name <text>",
  prove: "show <code> --proof <file>",
  proof: "show <code> --proof <file>",
  run: "start",
};

/** What may have been meant: how a thing is done that is no command, else what commander sees that is nearly the same. */
function suggestion({ code, message }: CommanderError, say: Say): string {
  const otherwise = code === "commander.unknownCommand" ? OTHERWISE[wordOf(message)] : undefined;
  if (otherwise !== undefined) {
    return say({
      en: ` It is \`cityid ${otherwise}\`.`,
      zh: `请用 \`cityid ${otherwise}\`。`,
    });
  }
  const words = /\(Did you mean (?:one of )?(.+)\?\)$/.exec(message)?.[1];
  if (words === undefined) return "";
  return say({
    en: ` Did you mean ${words}?`,
    zh: `您是否想用 ${words.replaceAll(", ", "、")}？`,
  });
}

/** What a complaint is about. */
function wordOf(message: string): string {
  return /'([^']+)'/.exec(message)?.[1] ?? "";
}

function complaint({ code, message }: CommanderError, say: Say): string {
  const known = COMPLAINTS[code];
  return known === undefined
    ? message.replace(/^error: /, "")
    : say(known).replace("{word}", wordOf(message));
}

/** A word that is none of those an option or an argument takes. */
function wrongChoice({ code, message }: CommanderError, say: Say): string | undefined {
  if (code !== "commander.invalidArgument") return undefined;
  const words = [...message.matchAll(/'([^']+)'/g)].map(([, word = ""]) => word);
  const choices = /Allowed choices are (.*)\.$/.exec(message)?.[1];
  // Of an option its name stands first, of an argument last.
  const [name, value] = message.includes("for argument") ? words.toReversed() : words;
  if (choices === undefined || name === undefined || value === undefined) return undefined;
  return say({
    en: `${name} is one of ${choices}; “${value}” is none of them.`,
    zh: `${name} 只能是 ${choices.replaceAll(", ", "、")}，不能是“${value}”。`,
  });
}

/** A list option: may be given several times. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
