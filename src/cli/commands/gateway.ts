import { type Command, Option } from "commander";
import type { Cli } from "../cli.ts";
import { readCodeArgument } from "../code-argument.ts";
import { runGateway } from "../gateway/run-gateway.ts";
import { CliProblem } from "../problem.ts";

type Options = {
  readonly broker: string;
  readonly topic: string;
  readonly map: string;
  readonly spool: string;
  readonly source?: string;
  readonly batch: string;
  readonly every: string;
};

const MAX_BATCH = 5000;
const MAX_EVERY_SECONDS = 3600;

export function addGateway(program: Command, { say, runOf }: Cli): void {
  program
    .command("gateway")
    .description(
      say({
        en: "signs for devices that cannot: what they publish at an MQTT broker goes to a dataset in signed batches",
        zh: "为无法签名的设备签名：将其发布到 MQTT 代理的读数分批签名并提交至数据集",
      }),
    )
    .argument("<dataset>", say({ en: "the dataset", zh: "数据集编码" }))
    .requiredOption("--broker <url>", "mqtt[s]://[user:password@]host[:port]")
    .requiredOption("--topic <filter>", say({ en: "what to hear", zh: "订阅的主题" }))
    .requiredOption(
      "--map <file>",
      say({
        en: "mapping.json: what the members are; @topic and @received are two more",
        zh: "mapping.json：各成员的含义；另有 @topic 与 @received",
      }),
    )
    .requiredOption(
      "--spool <directory>",
      say({ en: "where readings lie until they are taken", zh: "读数提交之前的暂存目录" }),
    )
    .option(
      "--source <code>",
      say({ en: "whose data (the signer's)", zh: "数据来源（默认签署方）" }),
    )
    .addOption(
      new Option("--batch <n>", say({ en: "readings of an entry", zh: "每个条目的读数" })).default(
        "1000",
      ),
    )
    .addOption(
      new Option(
        "--every <seconds>",
        say({ en: "what came is sent so often", zh: "提交间隔（秒）" }),
      ).default("5"),
    )
    .action(async (dataset: string, options: Options, command: Command) => {
      const { broker, topic, map, spool, source } = options;
      await runGateway(runOf(command), {
        ...{ dataset: readCodeArgument(dataset), broker: readBroker(broker), topic, map, spool },
        source: source === undefined ? undefined : readCodeArgument(source),
        batchRows: readCount("--batch", options.batch, MAX_BATCH),
        everySeconds: readCount("--every", options.every, MAX_EVERY_SECONDS),
      });
    });
}

function readBroker(text: string): string {
  if (/^mqtts?:\/\/[^\s/]+\/?$/.test(text) && URL.canParse(text)) return text;
  const want = { en: "the address of a broker", zh: "代理的地址" };
  // It may have a password in it.
  const got = text.replace(/\/\/[^@/]*@/, "//…@");
  throw new CliProblem("CLI_ARGUMENT", {
    ...{ name: "--broker", got, want, example: "mqtts://broker.example" },
  });
}

function readCount(name: string, text: string, max: number): number {
  const count = /^[1-9]\d{0,3}$/.test(text) ? Number(text) : 0;
  if (count > 0 && count <= max) return count;
  const want = { en: `1 to ${max}`, zh: `1 至 ${max}` };
  throw new CliProblem("CLI_ARGUMENT", { name, got: text, want, example: `${name} 10` });
}
