import { resolve } from "node:path";
import type { Command } from "commander";
import { MAX_VALIDATORS } from "../../core/index.ts";
import type { Testnet } from "../../node/index.ts";
import type { Cli } from "../cli.ts";
import { addEngineOption, type EngineOption, engineOf } from "../engine-option.ts";
import { readPort } from "../node-options.ts";
import { onNode } from "../node-problem.ts";
import { CliProblem } from "../problem.ts";
import type { Run } from "../run.ts";
import { ENTRY, SUPERVISED } from "./validator.ts";

type TestnetOptions = EngineOption & {
  readonly data: string;
  readonly validators: number;
  readonly port: number;
  readonly peerPort: number;
};

const DEFAULT_PORT = 8156;
const DEFAULT_PEER_PORT = 26656;

export function addTestnet(program: Command, { say, runOf }: Cli): void {
  const command = program.command("testnet").description(
    say({
      en: "runs a ledger of several validators on this machine, with keys it makes itself, to try things out",
      zh: "在本机运行多个验证节点的账本，密钥自动生成，供试用",
    }),
  );
  addEngineOption(command, say)
    .option("--data <directory>", say({ en: "its directory", zh: "其目录" }), "cityid-testnet")
    .option(
      "--validators <count>",
      say({ en: "how many validators", zh: "验证节点数" }),
      readCount,
      4,
    )
    .option(
      "--port <port>",
      say({
        en: "port of each node, on 127.0.0.1, 127.0.0.2, …",
        zh: "各节点的端口，地址依次为 127.0.0.1、127.0.0.2 等",
      }),
      (text) => readPort(text),
      DEFAULT_PORT,
    )
    .option(
      "--peer-port <port>",
      say({ en: "port between the validators", zh: "验证节点之间的端口" }),
      (text) => readPort(text, "--peer-port"),
      DEFAULT_PEER_PORT,
    )
    .action(async (options: TestnetOptions, cmd: Command) => {
      const run = runOf(cmd);
      await onNode(() => runTestnet(run, options));
    });
}

function readCount(text: string): number {
  const count = Number(text);
  if (/^\d{1,2}$/.test(text) && count >= 1 && count <= MAX_VALIDATORS) return count;
  const want = { en: `a count from 1 to ${MAX_VALIDATORS}`, zh: `1 到 ${MAX_VALIDATORS} 之间的数` };
  const name = "--validators";
  throw new CliProblem("CLI_ARGUMENT", { name, got: text, want, example: `${name} 4` });
}

async function runTestnet(run: Run, options: TestnetOptions): Promise<void> {
  const { openTestnet, runValidator } = await import("../../node/index.ts");
  const { port, peerPort, validators: count } = options;
  const binary = await engineOf(run, options);
  const directory = resolve(options.data);
  const testnet = await openTestnet({ directory, validators: count, port, peerPort });
  sayTestnet(run, testnet, port);
  const ending = new AbortController();
  const signal = AbortSignal.any([run.signal, ending.signal]);
  const statuses = await Promise.all(
    testnet.validators.map(async ({ name, dataDirectory, host }) => {
      const status = await runValidator({
        ...{ dataDirectory, binary, entry: ENTRY, signal },
        arguments: [
          ...["validator", SUPERVISED, "--data", dataDirectory],
          ...["--host", host, "--port", String(port)],
        ],
        onRunning: (pair) => run.note(JSON.stringify({ event: "running", name, ...pair })),
        onRestart: (facts) => run.note(JSON.stringify({ event: "restarted", name, ...facts })),
      });
      // One that cannot even begin ends all: the others would wait for it.
      if (status !== 0) ending.abort();
      return status;
    }),
  );
  process.exitCode = Math.max(...statuses);
}

function sayTestnet(run: Run, { validators, memberKeys }: Testnet, port: number): void {
  for (const { name, host, dataDirectory } of validators) {
    run.note(`${name}: http://${host}:${port}  ${dataDirectory}`);
  }
  for (const { holder, path } of memberKeys) {
    run.note(run.say({ en: `key of ${holder}: ${path}`, zh: `${holder} 的密钥：${path}` }));
  }
}
