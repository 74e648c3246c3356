import { type Command, Option } from "commander";
import type { Cli } from "../cli.ts";
import { readCodeArgument } from "../code-argument.ts";
import { LAYOUT_NAMES, LAYOUTS, type LayoutName, type Where } from "../plates/layout.ts";
import { CliProblem } from "../problem.ts";
import { hostOf } from "../seal/make.ts";
import { parseSeconds } from "../time-argument.ts";

type Options = {
  readonly parent: string;
  readonly out: string;
  readonly class?: string;
  readonly layout: LayoutName;
  readonly where?: Where;
  readonly host?: string;
  readonly expires?: string;
  readonly sample?: true;
  readonly log?: true;
};

export function addPlates(program: Command, { say, runOf }: Cli): void {
  program
    .command("plates")
    .description(
      say({
        en: "seals every active code below one, and prints the plates: sheets (PDF), symbols (SVG in ZIP), a manifest (CSV)",
        zh: "为某编码之下所有有效的编码制作签章并绘制铭牌：拼版（PDF）、单个码（ZIP 中的 SVG）、清单（CSV）",
      }),
    )
    .requiredOption("--parent <code>", say({ en: "below which code", zh: "上级编码" }))
    .requiredOption(
      "--out <directory>",
      say({
        en: "a new one, or that of a job that was interrupted",
        zh: "输出目录：新目录，或中断任务的目录",
      }),
    )
    .option("--class <class>", say({ en: "only things of this class", zh: "仅此类别的物" }))
    .addOption(
      new Option("--layout <layout>", say({ en: "how plates stand on sheets", zh: "版式" }))
        .choices(LAYOUT_NAMES)
        .default("A4-3x8"),
    )
    .addOption(
      new Option(
        "--where <where>",
        say({
          en: "where they hang: symbols for outdoors bear more damage and have larger modules (else as the layout is meant)",
          zh: "安装位置：户外的码更耐损、模块更大（默认随版式）",
        }),
      ).choices(["indoors", "outdoors"]),
    )
    .option(
      "--host <host>",
      say({ en: "where plates resolve (else the node's)", zh: "铭牌的解析主机（默认为节点的）" }),
    )
    .option("--expires <time>", say({ en: "until when they are good", zh: "有效期至" }))
    .option(
      "--sample",
      say({
        en: "samples, marked as such: also for hosts that are not public",
        zh: "样品（印有标记）：主机不公开时也可用",
      }),
    )
    .option(
      "--log",
      say({
        en: "logs the batches before anything is printed, as `seal log` does",
        zh: "印制前登记批次（同 `seal log`）",
      }),
    )
    .action(async (options: Options, command: Command) => {
      const run = runOf(command);
      const { isPublicHost } = await import("../plates/public-host.ts");
      const { makePlates } = await import("../plates/make-plates.ts");
      const parent = readCodeArgument(options.parent);
      const host = await hostOf(run, options.host);
      const sample = options.sample === true;
      if (!sample && !isPublicHost(host)) throw new CliProblem("PLATES_HOST", { host });
      await makePlates(run, {
        parent,
        directory: options.out,
        layout: options.layout,
        where: options.where ?? LAYOUTS[options.layout].where,
        host,
        sample,
        log: options.log === true,
        ...(options.class !== undefined && { class: options.class }),
        ...(options.expires !== undefined && {
          expires: parseSeconds(options.expires, "--expires"),
        }),
      });
    });
}
