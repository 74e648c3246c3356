import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { type Policy, parsePolicy } from "../../core/index.ts";
import type { Cli } from "../cli.ts";
import { addDataOption, type DataOption, dataDirectoryOf } from "../data-option.ts";
import { fileProblem } from "../file-problem.ts";
import { onNode } from "../node-problem.ts";
import { CliProblem } from "../problem.ts";
import type { Run } from "../run.ts";

/** Whom the node of this machine cosigns for. */
export function addWitness(program: Command, cli: Cli): void {
  const { say } = cli;
  const witness = program.command("witness").description(
    say({
      en: "the ledgers of others whose checkpoints this node cosigns",
      zh: "本节点为哪些其他账本的检查点作见证（共签）",
    }),
  );
  addDataOption(
    witness
      .command("add")
      .description(
        say({
          en: "adds a ledger, by its policy or the key of its log; a running node takes it up at once",
          zh: "按账本的信任策略或日志公钥添加；运行中的节点随即生效",
        }),
      )
      .argument(
        "<policy-or-vkey>",
        say({
          en: "a file, as `cityid export policy` writes it, or a vkey",
          zh: "`cityid export policy` 所写的文件，或日志公钥（vkey）",
        }),
      ),
    say,
  ).action((source: string, options: DataOption, command: Command) =>
    add(cli.runOf(command), source, options),
  );
  addDataOption(
    witness.command("show").description(
      say({
        en: "the key with which this node cosigns, and the ledgers that it knows",
        zh: "本节点共签所用的公钥，以及它所认识的账本",
      }),
    ),
    say,
  ).action((options: DataOption, command: Command) => show(cli.runOf(command), options));
}

async function add(run: Run, source: string, options: DataOption): Promise<void> {
  const text = source.includes("+") ? `log ${source}\nquorum none\n` : await readText(source);
  const logs = logsOf(text, source);
  const { addLogs, readDescription, dataDirectory } = await import("../../node/index.ts");
  const root = await dataDirectoryOf(run, options);
  const file = await onNode(async () => {
    const description = await readDescription(root);
    if (description === undefined) throw new CliProblem("NODE_NOT_BEGUN", { path: root });
    if (logs.includes(description.origin)) {
      throw new CliProblem("WITNESS_OWN_LOG", { origin: description.origin });
    }
    return addLogs(dataDirectory(root), text);
  });
  run.result({ file, logs }, () => [
    run.paint.good("✔ ") +
      run.say({ en: `It cosigns for ${list(logs)}`, zh: `将为 ${list(logs)} 共签` }),
  ]);
}

async function show(run: Run, options: DataOption): Promise<void> {
  const { dataDirectory, readDescription, readLogs, readWitnessVkey } = await import(
    "../../node/index.ts"
  );
  const root = await dataDirectoryOf(run, options);
  await onNode(async () => {
    const description = await readDescription(root);
    if (description === undefined) throw new CliProblem("NODE_NOT_BEGUN", { path: root });
    const directory = dataDirectory(root);
    const unreadable: { name: string; cause: string }[] = [];
    const known = await readLogs(directory, description.origin, (name, cause) =>
      unreadable.push({ name, cause }),
    );
    const vkey = await readWitnessVkey(directory);
    run.result({ ...(vkey === undefined ? {} : { vkey }), logs: known.origins, unreadable }, () => [
      vkey ?? run.say({ en: "The first start makes the key.", zh: "首次启动时生成密钥。" }),
      ...known.origins.map((origin) => `  ${origin}`),
      ...unreadable.map(({ name, cause }) => run.paint.bad(`  ${name}: ${cause}`)),
    ]);
  });
}

async function readText(path: string): Promise<string> {
  return readFile(path, "utf8").catch((cause) => {
    throw fileProblem(path, cause);
  });
}

/** The logs that a policy names, at least one. */
function logsOf(text: string, path: string): readonly string[] {
  const policy = parsePolicy(text);
  const logs: Policy["logs"] = policy.ok ? policy.value.logs : [];
  if (logs.length > 0) return logs.map(({ key }) => key.name);
  const cause = policy.ok ? "no log" : policy.error.code;
  const want = {
    en: `a trust policy that names a log (${cause})`,
    zh: `列有日志的信任策略（${cause}）`,
  };
  throw new CliProblem("CLI_FILE_FORMAT", { path, want });
}

function list(names: readonly string[]): string {
  return [...new Set(names)].join(", ");
}
