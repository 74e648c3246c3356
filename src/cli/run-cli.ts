import { CommanderError } from "commander";
import { createCli } from "./cli.ts";
import { EXIT, type Exit } from "./exit.ts";
import { fileProblem, isDiskFull, isFileError } from "./file-problem.ts";
import { CliProblem } from "./problem.ts";
import { createProgram } from "./program.ts";
import { printReport, reportOf } from "./report.ts";
import type { Terminal } from "./terminal.ts";
import { chooseLanguage, type Say } from "./text.ts";
import { isHelpInstead, isShown, usageProblem } from "./usage.ts";

/** Runs one command line to its end. @returns the exit code */
export async function runCli(
  argv: readonly string[],
  signal: AbortSignal,
  terminal: Terminal,
): Promise<Exit> {
  const language = chooseLanguage(argv, terminal.env);
  const say: Say = (text) => text[language];
  const isJson = argv.includes("--json");
  const late: unknown[] = [];
  const failLater = (problem: unknown) => void late.push(problem);
  const cli = createCli({ terminal, language, say, signal, failLater });
  const program = createProgram(cli, terminal, isJson);
  try {
    await program.parseAsync([...argv], { from: "user" });
    if (late.length > 0) throw late[0];
    return EXIT.done;
  } catch (thrown) {
    if (isShown(thrown)) return EXIT.done;
    if (isHelpInstead(thrown) && !isJson) return EXIT.usage;
    const problem =
      thrown instanceof CommanderError
        ? usageProblem(thrown, say, program, argv)
        : asProblem(thrown, signal);
    const report = reportOf(problem, language);
    printReport(report, isJson, terminal);
    if (terminal.env.CITYID_DEBUG && problem instanceof Error) {
      terminal.errors.write(`${problem.stack}\n`);
    }
    return report.exit;
  }
}

/**
 * After Ctrl-C whatever broke, broke because of it. Only a validator that stops on purpose is asked to end at the same moment,
 * because its engine ends with it.
 */
function asProblem(thrown: unknown, signal: AbortSignal): unknown {
  const isOnPurpose = thrown instanceof CliProblem && thrown.code === "NODE_RULES";
  if (signal.aborted && !isOnPurpose) return signal.reason;
  if (isFileError(thrown)) return fileProblem(thrown.path, thrown);
  return isDiskFull(thrown) ? new CliProblem("CLI_DISK_FULL", {}, { cause: thrown }) : thrown;
}
