import { fileURLToPath } from "node:url";
import { type Command, Option } from "commander";
import type { RunningNode } from "../../node/index.ts";
import { addChildOptions, anchoring, beginDelegated, type ChildOptions } from "../child-options.ts";
import type { Cli } from "../cli.ts";
import { addNodeOptions, type NodeOptions, nodeSettings } from "../node-options.ts";
import { onNode } from "../node-problem.ts";
import type { Run } from "../run.ts";

type Options = NodeOptions & { readonly supervised?: true };

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
        const node = await startNode(config);
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
        await untilStopped(run, node);
      });
    },
  );
}

export function addDemo(program: Command, { say, runOf }: Cli): void {
  const command = program
    .command("demo")
    .description(
      say({
        en: "runs a demonstration: a real ledger with keys it makes itself, all on this machine",
        zh: "运行演示：真实的账本，密钥自动生成，全部在本机",
      }),
    )
    .addOption(new Option("--supervised").hideHelp());
  addNodeOptions(command, say).action(async (options: Options, cmd: Command) => {
    const run = runOf(cmd);
    await (options.supervised ? runDemo(run, options) : superviseDemo(run));
  });
}

/** The demonstration itself; whoever kills it, its supervisor starts it again. */
async function runDemo(run: Run, options: Options): Promise<void> {
  const { configFromEnv, startDemo } = await import("../../node/index.ts");
  await onNode(async () => {
    const settings = { ...nodeSettings(options), demonstration: true, logFormat: "quiet" as const };
    const config = configFromEnv(settings, run.terminal.env);
    const { language } = run;
    const say = (line: string) => void run.terminal.output.write(`${line}\n`);
    await untilStopped(run, await startDemo({ config, language, say }));
  });
}

async function superviseDemo(run: Run): Promise<void> {
  const { demoMessages, supervise } = await import("../../node/index.ts");
  const messages = demoMessages(run.language);
  const { signal } = run;
  process.exitCode = await supervise({
    entry: fileURLToPath(new URL("../main.js", import.meta.url)),
    arguments: [...process.argv.slice(2), "--supervised"],
    signal,
    onRestart: ({ starts, because }) => run.note(messages.restarted(starts, because)),
  });
}

/** Serves until a signal asks for the end; then finishes what was taken. */
async function untilStopped(run: Run, node: RunningNode): Promise<void> {
  await using _ = node;
  await new Promise<void>((resolve) => {
    if (run.signal.aborted) resolve();
    run.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  run.note(
    run.say({
      en: "Stopping: what was taken is finished first.",
      zh: "正在停止：已接收的内容先写完。",
    }),
  );
}
