import type { Command } from "commander";
import { onNode } from "./node-problem.ts";
import type { Run } from "./run.ts";
import type { Say } from "./text.ts";

/** Of a command that works on the data directory of a node. */
export type DataOption = { readonly data?: string };

export function addDataOption(command: Command, say: Say): Command {
  return command.option(
    "--data <directory>",
    say({
      en: "the data directory (CITYID_DATA, else ./cityid-data)",
      zh: "数据目录（CITYID_DATA，默认 ./cityid-data）",
    }),
  );
}

/** Where the data directory is. @throws CliProblem NODE_SETTING where the environment has a setting that is none */
export async function dataDirectoryOf(run: Run, { data }: DataOption): Promise<string> {
  const { configFromEnv } = await import("../node/index.ts");
  return onNode(async () => configFromEnv({ dataDirectory: data }, run.terminal.env).dataDirectory);
}
