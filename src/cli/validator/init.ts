import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import { VALIDATOR_ID } from "../../core/index.ts";
import type { StateSync } from "../../node/index.ts";
import type { Cli } from "../cli.ts";
import { type DataOption, dataDirectoryOf } from "../data-option.ts";
import { fileProblem } from "../file-problem.ts";
import { readLogKey } from "../init/log-key.ts";
import { onNode } from "../node-problem.ts";
import { CliProblem } from "../problem.ts";
import type { Run } from "../run.ts";
import { writeWholeFile } from "../write-file.ts";
import { cardJson } from "./card.ts";
import { validators } from "./list.ts";

type Options = DataOption & {
  readonly name: string;
  readonly address: string;
  readonly listen?: string;
  readonly nodeUrl?: string;
  readonly chain?: string;
  readonly logKey?: string;
  readonly syncFrom?: string;
  readonly trust?: string;
  readonly log?: string;
};

export function addValidatorInit(validator: Command, { say, runOf }: Cli): void {
  validator
    .command("init")
    .description(
      say({
        en: "makes a validator's keys and the card that the members decide upon; with --chain all that it joins a running chain with",
        zh: "生成验证节点的密钥，以及供成员表决的登记卡；加 --chain 则备齐加入运行中的链所需的一切",
      }),
    )
    .requiredOption(
      "--name <name>",
      say({ en: "its name in the ledger, as validator-5", zh: "它在账本中的名称，如 validator-5" }),
    )
    .requiredOption(
      "--address <host:port>",
      say({ en: "where the other validators reach it", zh: "其他验证节点连接它的地址" }),
    )
    .option(
      "--listen <host:port>",
      say({
        en: "where its engine listens, if not on every address with that port",
        zh: "其引擎的监听地址（默认为所有地址上的同一端口）",
      }),
    )
    .option(
      "--log <origin>",
      say({
        en: "for a ledger that is still to be founded: the log's name, as in `init member --log`",
        zh: "用于尚未创建的账本：日志名称，与 `init member --log` 相同",
      }),
    )
    .option("--node-url <url>", say({ en: "where its node answers", zh: "其节点的对外地址" }))
    .option(
      "--chain <file>",
      say({
        en: "comet/config/genesis.json of a validator that runs",
        zh: "任一运行中验证节点的 comet/config/genesis.json",
      }),
    )
    .option(
      "--log-key <file>",
      say({ en: "the log's key, which all validators hold", zh: "日志密钥，由全部验证节点共有" }),
    )
    .option(
      "--sync-from <rpc,rpc>",
      say({
        en: "take a snapshot first, judged by the engines that answer at these addresses",
        zh: "先取快照，并以这些地址上的引擎核验",
      }),
    )
    .option(
      "--trust <height:hash>",
      say({ en: "a block that is believed, for --sync-from", zh: "与 --sync-from 合用：可信区块" }),
    )
    // `--data` is an option of `cityid validator` too, and so of what stands below it.
    .action(async (_: Options, command: Command) =>
      init(runOf(command), command.optsWithGlobals<Options>()),
    );
}

/** A port is one of 1 to 65535. */
const HOST_AND_PORT =
  /^[^\s/@,]+:(?:[1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5])$/;

async function init(run: Run, options: Options): Promise<void> {
  const { name, address, nodeUrl } = options;
  mustFit("--log", options.log ?? "host/log", /^[^\s+]+$/, {
    want: { en: "a log's name", zh: "日志名称" },
    example: "--log id.example.org/log",
  });
  mustFit("--name", name, VALIDATOR_ID, {
    want: { en: "small letters, digits, hyphens", zh: "小写字母、数字、连字符" },
    example: "--name validator-5",
  });
  mustFit("--address", address, HOST_AND_PORT, {
    want: { en: "host and port", zh: "主机与端口" },
    example: "--address 10.0.0.5:26656",
  });
  const { originOfChain, prepareValidator, readDescription, validatorCard } = await import(
    "../../node/index.ts"
  );
  const dataDirectory = await dataDirectoryOf(run, options);
  const chain = options.chain === undefined ? undefined : await read(options.chain);
  const logKey = chain === undefined ? undefined : logKeyOf(options);
  if (logKey !== undefined) {
    // Nobody would believe what a validator signs with another.
    const { origin, policy } = await run.client.node();
    await readLogKey(logKey, policy, origin);
  }
  const card = await onNode(async () => {
    const known = (await readDescription(dataDirectory))?.origin;
    const origin =
      chain === undefined
        ? (options.log ?? known ?? (await run.client.node()).origin)
        : originOfChain(chain);
    const url = nodeUrl === undefined ? {} : { url: nodeUrl };
    const made = await validatorCard({ id: name, dataDirectory, origin, address, ...url });
    if (chain !== undefined && logKey !== undefined) {
      await prepareValidator({
        ...{ dataDirectory, id: name, chain, logKey },
        listen: options.listen ?? `0.0.0.0:${address.slice(address.lastIndexOf(":") + 1)}`,
        peers: await peersOf(run, name),
        ...stateSyncOf(options),
      });
    }
    return cardJson(made);
  });
  const file = join(dataDirectory, "validator.json");
  const text = `${JSON.stringify(card, null, 2)}\n`;
  await writeWholeFile(file, new TextEncoder().encode(text), { overwrite: true });
  run.result({ file, card }, () => [
    run.paint.good("✔ ") + file,
    options.log === undefined
      ? run.say({
          en: `  A member proposes it with: cityid validator join ${file}`,
          zh: `  由一个成员提请表决：cityid validator join ${file}`,
        })
      : run.say({
          en: `  All members found the ledger with: cityid init genesis … --validator ${file}`,
          zh: `  各成员创建账本时使用：cityid init genesis … --validator ${file}`,
        }),
  ]);
}

function logKeyOf({ logKey }: Options): string {
  if (logKey !== undefined) return logKey;
  throw new CliProblem("CLI_MISSING", {
    want: { en: "the log's key", zh: "日志密钥" },
    example: "--log-key log.key",
  });
}

/** The validators that the node at `--url` knows, as peers. */
async function peersOf(run: Run, own: string): Promise<readonly string[]> {
  const peers: string[] = [];
  for (const { id, active, peer, address } of await validators(run)) {
    if (active && id !== own && address !== undefined) peers.push(`${peer}@${address}`);
  }
  return peers;
}

function stateSyncOf({ syncFrom, trust }: Options): { readonly stateSync?: StateSync } {
  if (syncFrom === undefined) return {};
  const [, height, hash] = /^([1-9]\d{0,14}):([0-9A-Fa-f]{64})$/.exec(trust ?? "") ?? [];
  const servers = syncFrom.split(",");
  if (height === undefined || hash === undefined || servers.length < 2) {
    throw new CliProblem("CLI_ARGUMENT", {
      name: "--sync-from, --trust",
      got: `${syncFrom} ${trust ?? ""}`,
      want: {
        en: "two addresses, and the height and hash of a block that you believe",
        zh: "两个地址，以及可信区块的高度与哈希",
      },
      example: "--sync-from http://a:26657,http://b:26657 --trust 1200:3F…",
    });
  }
  return { stateSync: { servers, height: Number(height), hash: hash.toUpperCase() } };
}

function mustFit(
  name: string,
  got: string,
  form: RegExp,
  facts: { readonly want: { readonly en: string; readonly zh: string }; readonly example: string },
): void {
  if (!form.test(got)) throw new CliProblem("CLI_ARGUMENT", { name, got, ...facts });
}

async function read(path: string): Promise<string> {
  return readFile(path, "utf8").catch((cause) => {
    throw fileProblem(path, cause);
  });
}
