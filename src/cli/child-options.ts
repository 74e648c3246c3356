import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { isKeyName, parseCode } from "../core/index.ts";
import type { Delegate, NodeConfig, RunningNode } from "../node/index.ts";
import { type Client, createClient, NodeUnreachable } from "../sdk/index.ts";
import { beginProgress } from "./begin-progress.ts";
import { fileProblem } from "./file-problem.ts";
import { CliProblem } from "./problem.ts";
import { nodeUrl, type Run } from "./run.ts";
import { identityOf, openSigner } from "./signing.ts";
import type { Say } from "./text.ts";
import { untrustedCertificate } from "./untrusted-certificate.ts";

/** What makes a node that of a delegated code. */
export type ChildOptions = {
  readonly namespace?: string;
  readonly parent?: string;
  readonly parentPolicy?: string;
  readonly origin?: string;
};

export function addChildOptions(command: Command, say: Say): Command {
  return command
    .option(
      "--namespace <code>",
      say({
        en: "runs the ledger of this code, which its parent delegates; begins it where that was not done",
        zh: "运行此编码自己的账本（由上级账本委托）；尚未建立时先建立",
      }),
    )
    .option(
      "--parent <url>",
      say({ en: "the node of the parent ledger", zh: "上级账本的节点地址" }),
    )
    .option(
      "--parent-policy <file>",
      say({
        en: "whom to believe about the parent's log; else what its node says, taken once",
        zh: "上级账本的信任策略文件；缺省时采用其节点首次给出的策略",
      }),
    )
    .option(
      "--origin <name>",
      say({
        en: "name of the new log (host of --public-url, and /log)",
        zh: "新日志的名称（默认为 --public-url 的主机名加 /log）",
      }),
    );
}

/** Begins the ledger of a delegated code, where `--namespace` asks for one and none was begun. */
export async function beginDelegated(
  run: Run,
  options: ChildOptions,
  config: NodeConfig,
): Promise<void> {
  if (options.namespace === undefined) return;
  const { parentClient } = await import("../node/index.ts");
  const parent = parentClient({ url: parentUrl(options), signal: run.signal });
  const delegate = await delegateOf(run, options.namespace);
  if (options.origin !== undefined && !isKeyName(options.origin)) {
    const want = { en: "the name of a log", zh: "日志名称" };
    const example = "--origin id.city.example/log";
    throw new CliProblem("CLI_ARGUMENT", { name: "--origin", got: options.origin, want, example });
  }
  const begun = await begin(run, options, config, parent, delegate).catch((cause: unknown) => {
    if (!(cause instanceof NodeUnreachable)) throw cause;
    const url = new URL(cause.url).origin;
    throw untrustedCertificate(cause) ?? new CliProblem("PARENT_SILENT", { url }, { cause });
  });
  if (!begun) return keepPolicy(options, config);
  run.note(
    run.say({
      en: `${delegate.code} has a ledger of its own now; ${parent.url} keeps its checkpoints.`,
      zh: `${delegate.code} 已有自己的账本；其检查点锚定于 ${parent.url}。`,
    }),
  );
}

async function begin(
  run: Run,
  options: ChildOptions,
  config: NodeConfig,
  parent: Client,
  delegate: Delegate,
): Promise<boolean> {
  const { beginChild, policyOf } = await import("../node/index.ts");
  const publicUrl = config.publicUrl ?? `http://${config.host}:${config.port}`;
  const parentPolicy = await policyFor(options, () => policyOf(parent));
  const progress = beginProgress(run);
  return beginChild({
    dataDirectory: config.dataDirectory,
    parent,
    parentPolicy,
    delegate,
    publicUrl,
    origin: options.origin ?? `${new URL(publicUrl).host}/log`,
    nowMilliseconds: () => run.now().getTime(),
    signal: run.signal,
    onProgress: progress.to,
  }).finally(progress.end);
}

/** Of a ledger that was begun before: whom to believe about its parent from now on, where that is said. */
async function keepPolicy(options: ChildOptions, config: NodeConfig): Promise<void> {
  if (options.parentPolicy === undefined) return;
  const { dataDirectory, readDescription, writeDescription } = await import("../node/index.ts");
  const { root } = dataDirectory(config.dataDirectory);
  const description = await readDescription(root);
  if (description?.parent === undefined) return;
  const policy = await policyFor(options, async () => "");
  const { format: _, ...rest } = description;
  await writeDescription(root, { ...rest, parent: { ...description.parent, policy } });
}

function parentUrl({ parent, namespace }: ChildOptions): string {
  if (parent !== undefined) return nodeUrl("--parent", parent);
  const want = { en: "the node of the parent ledger", zh: "上级账本的节点地址" };
  throw new CliProblem("CLI_MISSING", {
    want,
    example: `--namespace ${namespace} --parent https://id.example`,
  });
}

async function delegateOf(run: Run, namespace: string): Promise<Delegate> {
  const code = parseCode(namespace);
  if (!code.ok) {
    const want = { en: `a code (${code.error.code})`, zh: `编码（${code.error.code}）` };
    const example = "--namespace MA.156.1301";
    throw new CliProblem("CLI_ARGUMENT", { name: "--namespace", got: namespace, want, example });
  }
  const identity = await identityOf(run);
  return { code: code.value, iss: identity.holder, signer: await openSigner(run, identity) };
}

async function policyFor(
  { parentPolicy: path }: ChildOptions,
  ofNode: () => Promise<string>,
): Promise<string> {
  if (path === undefined) return ofNode();
  return readFile(path, "utf8").catch((cause) => {
    throw fileProblem(path, cause);
  });
}

/** Anchors the ledger in its parent while the node runs, where it has one. */
export async function anchoring(
  run: Run,
  config: NodeConfig,
  node: RunningNode,
): Promise<AsyncDisposable> {
  const { dataDirectory, readDescription, startAnchoring, writeFraud } = await import(
    "../node/index.ts"
  );
  const directory = dataDirectory(config.dataDirectory);
  const description = await readDescription(directory.root);
  const parent = description?.parent;
  if (parent === undefined) return NOTHING;
  if (run.options.key === undefined && run.terminal.env.CITYID_KEY === undefined) {
    run.note(
      run.say({
        en: `Without --key its checkpoints are not anchored in ${parent.url}.`,
        zh: `未提供 --key，检查点不会锚定于 ${parent.url}。`,
      }),
    );
    return NOTHING;
  }
  return startAnchoring({
    ledger: node.ledger,
    parent: createClient({ url: parent.url }),
    delegate: await delegateOf(run, parent.code),
    nowMilliseconds: () => run.now().getTime(),
    fraud: (proof) => writeFraud(directory, proof, node.log),
    log: node.log,
  });
}

const NOTHING: AsyncDisposable = { [Symbol.asyncDispose]: async () => undefined };
