import type { Command } from "commander";
import { refuseReceipt } from "./receipt-option.ts";
import type { GlobalOptions, Run } from "./run.ts";
import { createRun, type RunParts } from "./run.ts";
import type { Say } from "./text.ts";

/** What a command file needs to add its command. */
export type Cli = {
  readonly say: Say;
  /** The run of a command that was called. */
  runOf(command: Command): Run;
};

export function createCli(parts: RunParts): Cli {
  return {
    say: parts.say,
    runOf: (command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      refuseReceipt(command, options);
      return createRun(parts, options);
    },
  };
}
