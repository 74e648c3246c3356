import { fileURLToPath } from "node:url";
import { type Command, Option } from "commander";
import type { NodeConfig } from "../../node/index.ts";
import { addChildOptions, anchoring, beginDelegated, type ChildOptions } from "../child-options.ts";
import type { Cli } from "../cli.ts";
import { addNodeOptions, type NodeOptions, nodeSettings, readPort } from "../node-options.ts";
import { onNode } from "../node-problem.ts";
import type { Run } from "../run.ts";

type DemoOptions = NodeOptions & {
  readonly cityPort?: number;
  readonly supervised?: true;
  /** Runs the city's node: of this parent. */
  readonly cityOf?: string;
};

type StartOptions = NodeOptions & ChildOptions;

export function addStart(program: Command, { say, runOf }: Cli): void {
  const command = program.command("start").description(
    say({
      en: "runs a node on the ledger in its data directory",
      zh: "在数据目录的账本上运行节点",
    }),
  );
  addChildOptions(addNodeOptions(command, say), say).action(
    async (options: StartOptions, cmd: Command) => {
      const run = runOf(cmd);
      const { configFromEnv, startNode } = await import("../../node/index.ts");
      await onNode(async () => {
        const config = configFromEnv(nodeSettings(options), run.terminal.env);
        await beginDelegated(run, options, config);
        await using node = await startNode(config);
        await using _ = await anchoring(run, config, node);
        run.note(
          run.say({
            en: `${node.origin} answers at ${node.url}`,
            zh: `${node.origin} 已在 ${node.url} 提供服务`,
          }),
        );
        if (node.witnessVkey !== undefined) {
          run.note(
            run.say({
              en: `As a witness of other ledgers it is ${node.witnessVkey}`,
              zh: `作为其他账本的见证方，其密钥为 ${node.witnessVkey}`,
            }),
          );
        }
        const fault = node.ledger.unready();
        if (fault !== undefined) {
          run.note(
            run.say({ en: `It takes no writes: ${fault.code}`, zh: `暂不接受写入：${fault.code}` }),
          );
        }
        await untilStopped(run);
      });
    },
  );
}

export function addDemo(program: Command, { say, runOf }: Cli): void {
  const command = program.command("demo").description(
    say({
      en: "runs a demonstration: two real ledgers with keys it makes itself, all on this machine",
      zh: "运行演示：两个真实的账本，密钥自动生成，全部在本机",
    }),
  );
  addNodeOptions(command, say)
    .option(
      "--city-port <port>",
      say({
        en: "port of the second node, which Haikou runs (two above --port)",
        zh: "第二个节点（海口）的端口（默认为 --port 加 2）",
      }),
      readCityPort,
    )
    .addOption(new Option("--supervised").hideHelp())
    .addOption(new Option("--city-of <url>").hideHelp())
    .action(async (options: DemoOptions, cmd: Command) => {
      const run = runOf(cmd);
      await (options.supervised ? runDemo(run, options) : runBoth(run, options));
    });
}

function readCityPort(text: string): number {
  return readPort(text, "--city-port");
}

async function demoConfig(run: Run, options: DemoOptions): Promise<NodeConfig> {
  const { configFromEnv } = await import("../../node/index.ts");
  const settings = { ...nodeSettings(options), demonstration: true, logFormat: "quiet" as const };
  return configFromEnv(settings, run.terminal.env);
}

/** One of the two nodes; whoever kills it, its supervisor starts it again. */
async function runDemo(run: Run, options: DemoOptions): Promise<void> {
  const { onSupervisorGone, startDemo, startDemoCity } = await import("../../node/index.ts");
  onSupervisorGone(() => process.kill(process.pid, "SIGTERM"));
  await onNode(async () => {
    const config = await demoConfig(run, options);
    const { language } = run;
    const { cityPort, cityOf: parentUrl } = options;
    const say = (line: string) => void run.terminal.output.write(`${line}\n`);
    const common = { config, language, say };
    await using _ =
      parentUrl !== undefined && cityPort !== undefined
        ? await startDemoCity({ ...common, port: cityPort, parentUrl })
        : await startDemo({ ...common, ...(cityPort !== undefined && { cityPort }) });
    // One of them says that it stops.
    await untilStopped(run, parentUrl === undefined);
  });
}

async function runBoth(run: Run, options: DemoOptions): Promise<void> {
  const { superviseDemo } = await import("../../node/index.ts");
  const { language, signal } = run;
  await onNode(async () => {
    process.exitCode = await superviseDemo({
      ...{ language, signal, cityPort: options.cityPort },
      config: await demoConfig(run, options),
      entry: fileURLToPath(new URL("../main.js", import.meta.url)),
      arguments: process.argv.slice(2),
      note: (line) => run.note(line),
    });
  });
}

/** Waits until a signal asks for the end; whoever holds the node then lets it finish what was taken. */
async function untilStopped(run: Run, isSaid = true): Promise<void> {
  await new Promise<void>((resolve) => {
    if (run.signal.aborted) resolve();
    run.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  if (!isSaid) return;
  run.note(
    run.say({
      en: "Stopping: what was taken is finished first.",
      zh: "正在停止：已接收的内容先写完。",
    }),
  );
}
