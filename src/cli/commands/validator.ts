import { fileURLToPath } from "node:url";
import { type Command, Option } from "commander";
import type { Cli } from "../cli.ts";
import { addEngineOption, type EngineOption, engineOf } from "../engine-option.ts";
import { addNodeOptions, type NodeOptions, nodeSettings } from "../node-options.ts";
import { onNode } from "../node-problem.ts";
import type { Run } from "../run.ts";
import { addValidatorDecisions } from "../validator/decide.ts";
import { addValidatorInit } from "../validator/init.ts";
import { addValidatorStatus } from "../validator/status.ts";

type ValidatorOptions = NodeOptions & EngineOption & { readonly supervised?: true };

/** The program of which every process of a validator is one run. */
export const ENTRY: string = fileURLToPath(new URL("../main.js", import.meta.url));

/** Tells a process that it is the application of a validator, and who supervises both is elsewhere. */
export const SUPERVISED = "--supervised";

export function addValidator(program: Command, cli: Cli): void {
  const { say, runOf } = cli;
  const command = program.command("validator").description(
    say({
      en: "runs a validator: the node in its data directory and its CometBFT, as a pair",
      zh: "运行验证节点：数据目录中的节点及其 CometBFT，二者成对运行",
    }),
  );
  addValidatorInit(command, cli);
  addValidatorDecisions(command, cli);
  addValidatorStatus(command, cli);
  addEngineOption(addNodeOptions(command, say), say)
    .addOption(new Option(SUPERVISED).hideHelp())
    .action(async (options: ValidatorOptions, cmd: Command) => {
      const run = runOf(cmd);
      await onNode(() =>
        options.supervised
          ? haltingOnRules(() => runApplication(run, options))
          : runPair(run, options),
      );
    });
}

async function runPair(run: Run, options: ValidatorOptions): Promise<void> {
  const { configFromEnv, runValidator } = await import("../../node/index.ts");
  const { dataDirectory } = configFromEnv(nodeSettings(options), run.terminal.env);
  const binary = await engineOf(run, options);
  process.exitCode = await runValidator({
    ...{ dataDirectory, binary, entry: ENTRY, signal: run.signal },
    arguments: [...process.argv.slice(2), SUPERVISED],
    onRunning: ({ url }) =>
      run.note(
        run.say({ en: `The validator answers at ${url}`, zh: `验证节点已在 ${url} 提供服务` }),
      ),
    onRestart: ({ starts, because }) =>
      run.note(
        run.say({
          en: `Starting the validator again (${starts}): ${because}`,
          zh: `正在重新启动验证节点（第 ${starts} 次）：${because}`,
        }),
      ),
  });
}

/** The application of the pair; whoever supervises it starts the engine once it answers. */
async function runApplication(run: Run, options: NodeOptions): Promise<void> {
  const { configFromEnv, onSupervisorGone, startNode, tellSupervisor } = await import(
    "../../node/index.ts"
  );
  const config = configFromEnv(nodeSettings(options), run.terminal.env);
  const ending = new AbortController();
  onSupervisorGone(() => ending.abort());
  // Also what came while this was being loaded.
  const signal = AbortSignal.any([run.signal, ending.signal]);
  let failed = false;
  await using node = await startNode(config, {
    engineFailed(cause) {
      failed = true;
      ending.abort(cause);
    },
  });
  tellSupervisor({ tell: "ready", url: node.url });
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  if (failed) throw ending.signal.reason;
}

/** Tells the supervisor where starting again would not help: the members voted for rules that this program does not have. */
async function haltingOnRules(work: () => Promise<void>): Promise<void> {
  const { tellSupervisor } = await import("../../node/index.ts");
  try {
    await work();
  } catch (thrown) {
    const isOfRules = thrown instanceof Error && "code" in thrown && thrown.code === "LEDGER_RULES";
    if (isOfRules) tellSupervisor({ tell: "halt" });
    throw thrown;
  }
}
