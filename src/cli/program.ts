import { Command } from "commander";
import { SOFTWARE } from "../node/version.ts";
import type { Cli } from "./cli.ts";
import { COMMANDS } from "./commands/index.ts";
import { addExamples } from "./examples.ts";
import { CliProblem } from "./problem.ts";
import { DEFAULT_URL } from "./run.ts";
import type { Terminal } from "./terminal.ts";
import { localHelp } from "./usage.ts";

/** The whole command line. With `isForPrograms` no help is shown where a problem is told as JSON. */
export function createProgram(cli: Cli, terminal: Terminal, isForPrograms: boolean): Command {
  const { say } = cli;
  const program = new Command("cityid")
    .description(
      say({
        en: "An open identity ledger for cities: apply for codes, issue them, check them.",
        zh: "城市标识账本：申请、签发、核验编码。",
      }),
    )
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void terminal.output.write(text),
      writeErr: (text) => void (isForPrograms || terminal.errors.write(text)),
      // The problem is reported once, where all problems are.
      outputError: () => undefined,
    })
    .configureHelp({
      showGlobalOptions: true,
      ...localHelp(say),
    })
    .helpCommand("help [command]", say({ en: "shows how a command is used", zh: "显示命令的用法" }))
    .helpOption("-h, --help", say({ en: "shows how it is used", zh: "显示用法" }))
    .version(SOFTWARE, "-V, --version", say({ en: "shows its version", zh: "显示版本" }));
  addGlobalOptions(program, cli);
  for (const add of COMMANDS) add(program, cli);
  addExamples(program, say);
  return program;
}

function addGlobalOptions(program: Command, { say }: Cli): void {
  program
    .option(
      "--url <url>",
      say({
        en: `address of the node (CITYID_URL, else ${DEFAULT_URL})`,
        zh: `节点地址（CITYID_URL，默认 ${DEFAULT_URL}）`,
      }),
    )
    .option(
      "--key <file>",
      say({ en: "key to sign with (CITYID_KEY)", zh: "签名密钥文件（CITYID_KEY）" }),
    )
    .option(
      "--as <holder>",
      say({
        en: "whose key it is: a code, or member/<ID> (else as the key file says)",
        zh: "密钥的持有者：编码或 member/<编号>（默认取密钥文件所载）",
      }),
    )
    .option(
      "--passphrase-file <file>",
      say({ en: "file that holds the passphrase of the key", zh: "存放密钥口令的文件" }),
    )
    .option(
      "--receipt <file>",
      say({
        en: "keeps the receipt there, and the signed bytes in <file>.cose",
        zh: "将回执存入该文件，签名原文存入 <file>.cose",
      }),
    )
    .option(
      "-y, --yes",
      say({
        en: "signs without asking; what is signed is still shown",
        zh: "不询问直接签署（仍会显示内容）",
      }),
    )
    .option(
      "--json",
      say({ en: "prints JSON, one document a line", zh: "输出 JSON，每行一个文档" }),
    )
    .option(
      "--lang <language>",
      say({ en: "en or zh (else as LANG says)", zh: "en 或 zh（默认随 LANG）" }),
      checkLanguage,
    );
}

/** It was read before (`chooseLanguage`); another one is not passed over in silence. */
function checkLanguage(text: string): string {
  if (/^(?:en|zh)/i.test(text)) return text;
  const want = { en: "a language that is spoken here", zh: "可用的语言" };
  throw new CliProblem("CLI_ARGUMENT", { name: "--lang", got: text, want, example: "zh" });
}
