import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { type KeyAlgorithm, type KeyFile, readKeyFile, writeKeyFile } from "../key-file.ts";
import { newPassphrase } from "../passphrase.ts";
import { CliProblem } from "../problem.ts";
import type { Run } from "../run.ts";
import { alignRows } from "../width.ts";

type NewOptions = { readonly for?: string; readonly alg: string; readonly passphrase?: true };

export function addKey(program: Command, { say, runOf }: Cli): void {
  const key = program
    .command("key")
    .description(
      say({ en: "makes keys, shows their public part", zh: "生成密钥，显示其公开部分" }),
    );
  key
    .command("new")
    .description(
      say({
        en: "makes a key in a new file that only you can read",
        zh: "生成密钥，存入仅您可读的新文件",
      }),
    )
    .argument("<file>")
    .option(
      "--for <holder>",
      say({
        en: "whose key it will be: a code, or member/<ID>",
        zh: "持有者：编码或 member/<编号>",
      }),
    )
    .option("--alg <alg>", "Ed25519, P-256", "Ed25519")
    .option("--passphrase", say({ en: "locks the file with a passphrase", zh: "用口令加密此文件" }))
    .action(async (path: string, options: NewOptions, command: Command) => {
      const run = runOf(command);
      printKey(run, await makeKey(run, path, options));
    });
  key
    .command("show")
    .description(
      say({
        en: "shows the public part of a key; with --json a description that others can use",
        zh: "显示密钥的公开部分；加 --json 输出可交给他人使用的描述",
      }),
    )
    .argument("<file>")
    .action(async (path: string, _: unknown, command: Command) => {
      printKey(runOf(command), await readKeyFile(path));
    });
}

/** Makes a key file as the options say, locked where a passphrase is wanted. */
export async function makeKey(run: Run, path: string, options: NewOptions): Promise<KeyFile> {
  const passphrase = await newPassphrase(run, options.passphrase === true);
  return writeKeyFile(path, {
    alg: readAlgorithm(options.alg),
    secret: crypto.getRandomValues(new Uint8Array(32)),
    ...(options.for === undefined ? {} : { holder: options.for }),
    ...(passphrase === undefined ? {} : { passphrase }),
  });
}

function readAlgorithm(text: string): KeyAlgorithm {
  if (text === "Ed25519" || text === "P-256") return text;
  const want = { en: "Ed25519 or P-256", zh: "Ed25519 或 P-256" };
  throw new CliProblem("CLI_ARGUMENT", {
    name: "--alg",
    got: text,
    want,
    example: "--alg Ed25519",
  });
}

function printKey(run: Run, file: KeyFile): void {
  const { path, alg, kid, holder, locked } = file;
  const description = {
    format: "cityid/public-key/v1",
    alg,
    kid,
    public: file.public,
    ...(holder === undefined ? {} : { holder }),
  };
  const { say } = run;
  run.result(description, () =>
    alignRows([
      [say({ en: "file", zh: "文件" }), path],
      [say({ en: "key", zh: "密钥编号" }), `${kid}  ${alg}`],
      [say({ en: "holder", zh: "持有者" }), holder ?? "—"],
      [say({ en: "public part", zh: "公开部分" }), file.public],
      [
        say({ en: "passphrase", zh: "口令" }),
        locked
          ? say({ en: "yes", zh: "有" })
          : say({
              en: "none: anybody who can read the file can sign",
              zh: "无：能读取此文件者即可签署",
            }),
      ],
    ]),
  );
}
