import type { Command } from "commander";
import { describe, expect, test } from "vitest";
import { exampleLines } from "../../src/cli/examples.ts";
import { createProgram } from "../../src/cli/program.ts";
import { parseCode } from "../../src/core/index.ts";
import { runHere } from "./in-process.ts";

const program = createProgram(
  {
    say: ({ en }) => en,
    runOf: () => {
      throw new Error("nothing is run here");
    },
  },
  { input: process.stdin, output: process.stdout, errors: process.stderr, env: {} },
  true,
);

/** What is typed, as commander reads it: options that are not there, or have other values than they take, are none. */
function read(line: string): { command: Command; words: string[]; unknown: string[] } {
  const { operands, unknown } = program.parseOptions(line.split(" "));
  let command = program;
  let rest = operands;
  for (;;) {
    const next = command.commands.find((each) => each.name() === rest[0]);
    if (next === undefined) break;
    [command, rest] = [next, rest.slice(1)];
  }
  const own = command.parseOptions(unknown);
  return { command, words: [...rest, ...own.operands], unknown: own.unknown };
}

function pathOf(command: Command): string {
  return command.parent === null ? "" : `${pathOf(command.parent)} ${command.name()}`.trim();
}

describe.each(exampleLines())("the example of %j: %s", (path, line) => {
  test("is what the command takes", () => {
    const { command, words, unknown } = read(line);
    expect(command).not.toBe(program);
    if (path !== "") expect(pathOf(command)).toBe(path);
    expect(unknown).toEqual([]);
    const required = command.registeredArguments.filter((argument) => argument.required);
    expect(words.length).toBeGreaterThanOrEqual(required.length);
    const isVariadic = command.registeredArguments.at(-1)?.variadic === true;
    if (!isVariadic) expect(words.length).toBeLessThanOrEqual(command.registeredArguments.length);
    for (const [i, { argChoices }] of command.registeredArguments.entries()) {
      if (argChoices !== undefined) expect(argChoices).toContain(words[i]);
    }
  });

  test("names codes that can be", () => {
    for (const word of line.split(" ").filter((each) => each.startsWith("MA."))) {
      expect(parseCode(word)).toMatchObject({ ok: true });
    }
  });
});

test("they stand at the end of the help, in both languages", async () => {
  const { out } = await runHere(["show", "--help"]);
  expect(out).toMatch(/\nExamples:\n {2}# as it is\n {2}cityid show MA\.156\.1301\n/);
  expect((await runHere(["show", "--help", "--lang", "zh"])).out).toContain(
    "\n示例：\n  # 当前记录\n",
  );
  expect((await runHere(["--help"])).out).toContain("cityid demo");
});

test.each([
  ["suspend", "status <code> suspend"],
  ["issue", "register <code>"],
  ["vote", "endorse <decision>"],
])("who tries %s is told how it is done", async (word, how) => {
  const { exit, errors } = await runHere([word, "MA.156.1301"]);
  expect(exit).toBe(2);
  expect(errors).toContain(`It is \`cityid ${how}\`.`);
  expect((await runHere([word, "--lang", "zh"])).errors).toContain(`请用 \`cityid ${how}\`。`);
});
