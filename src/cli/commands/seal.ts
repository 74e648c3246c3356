import { type Command, Option } from "commander";
import { fromHex } from "../../core/index.ts";
import type { Cli } from "../cli.ts";
import { readCodeArgument } from "../code-argument.ts";
import { decideAndSubmit, printDecided } from "../deciding.ts";
import { CliProblem } from "../problem.ts";
import { reasonOption } from "../reason-option.ts";
import { type CheckOptions, checkSealText } from "../seal/check.ts";
import { logBatch } from "../seal/log.ts";
import { type MakeOptions, makeSealsOf } from "../seal/make.ts";
import { identityOf } from "../signing.ts";
import { collect } from "../usage.ts";

export function addSeal(program: Command, { say, runOf }: Cli): void {
  const seal = program
    .command("seal")
    .description(
      say({
        en: "makes seals for plates with your own key; checks and logs them",
        zh: "用您自己的密钥为铭牌制作签章；核验、登记签章",
      }),
    )
    .argument("[codes...]")
    .option(
      "--file <file>",
      say({ en: "codes, one a line; - reads stdin", zh: "编码文件，每行一个；- 为标准输入" }),
    )
    .option("--expires <time>", say({ en: "until when they are good", zh: "有效期至" }))
    .option(
      "--host <host>",
      say({ en: "where plates resolve (else the node's)", zh: "铭牌的解析主机（默认为节点的）" }),
    )
    .option(
      "--batch <file>",
      say({
        en: "writes them to a new file, for `seal log`",
        zh: "写入新文件，供 `seal log` 登记",
      }),
    )
    .option(
      "--csv",
      say({ en: "CSV instead of one JSON a line", zh: "输出 CSV，而非每行一个 JSON" }),
    )
    .option(
      "--first <serial>",
      say({ en: "the first serial (else goes on by itself)", zh: "起始序号（默认自动接续）" }),
    )
    .action(async (codes: readonly string[], options: MakeOptions, command: Command) =>
      makeSealsOf(runOf(command), codes, options),
    );
  seal
    .command("check")
    .description(say({ en: "checks a seal as it was scanned", zh: "核验扫描到的签章" }))
    .argument(
      "<text>",
      say({ en: "the address, or the digits; - reads stdin", zh: "网址或数字；- 为标准输入" }),
    )
    .option(
      "--policy <file>",
      say({ en: "whom to believe: a tlog-policy file", zh: "信任策略文件（tlog-policy）" }),
    )
    .addOption(
      new Option(
        "--offline <file>",
        say({
          en: "asks nobody: evidence that was kept; may be given again",
          zh: "离线：使用留存的核验依据；可重复",
        }),
      ).argParser(collect),
    )
    .option("--save <file>", say({ en: "keeps what the node answered", zh: "留存节点的应答" }))
    .option(
      "--max-age <seconds>",
      say({ en: "how old it may be", zh: "依据至多可有多旧" }),
      "86400",
    )
    .action(async (text: string, options: CheckOptions, command: Command) =>
      checkSealText(runOf(command), text, options),
    );
  seal
    .command("log")
    .description(
      say({
        en: "logs a batch, so that a leaked key cannot condemn it",
        zh: "登记批次，以免密钥泄露时受牵连",
      }),
    )
    .argument("<file>")
    .action(async (path: string, _: object, command: Command) => logBatch(runOf(command), path));
}

type UnsealOptions = { readonly kid?: string; readonly reason: string };

export function addUnseal(program: Command, { say, runOf }: Cli): void {
  program
    .command("unseal")
    .description(
      say({ en: "withdraws seals of a key by their serials", zh: "按序号撤销某密钥的签章" }),
    )
    .argument(
      "<holder>",
      say({ en: "whose key made them: a code", zh: "签章密钥的持有者（编码）" }),
    )
    .argument("<serials...>", say({ en: "serials, or spans: 3 10-19", zh: "序号或区间：3 10-19" }))
    .option(
      "--kid <kid>",
      say({ en: "the key (else the one that signs)", zh: "签章密钥（默认为签署密钥）" }),
    )
    .addOption(reasonOption(say))
    .action(
      async (text: string, spans: readonly string[], options: UnsealOptions, command: Command) => {
        const run = runOf(command);
        const code = readCodeArgument(text);
        const kidText = options.kid ?? (await identityOf(run)).file.kid;
        const kid = fromHex(kidText);
        if (kid?.length !== 8) {
          const want = { en: "16 hexadecimal digits", zh: "16 位十六进制数" };
          const example = "--kid 142c2d84e95673d2";
          throw new CliProblem("CLI_ARGUMENT", { name: "--kid", got: kidText, want, example });
        }
        const serials = [...new Set(spans.flatMap(readSpan))].sort((a, b) => a - b);
        const { reason } = options;
        const decided = await decideAndSubmit(run, { op: "unseal", code, kid, serials, reason });
        const { length } = serials;
        const done = { en: `Withdrew ${length} seals.`, zh: `已撤销 ${length} 枚签章。` };
        printDecided(run, decided, run.say(done));
      },
    );
}

const MAX_SPAN = 4096;

function readSpan(text: string): readonly number[] {
  const [, from = "", to = from] = /^(\d{1,7})(?:-(\d{1,7}))?$/.exec(text) ?? [];
  const length = Number(to) - Number(from) + 1;
  if (from !== "" && length >= 1 && length <= MAX_SPAN) {
    return Array.from({ length }, (_, i) => Number(from) + i);
  }
  const want = { en: "serials", zh: "序号" };
  throw new CliProblem("CLI_ARGUMENT", { name: "serials", got: text, want, example: "3 10-19" });
}
