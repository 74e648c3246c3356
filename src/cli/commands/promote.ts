import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { type DataOption, dataDirectoryOf } from "../data-option.ts";
import { onNode } from "../node-problem.ts";
import { group } from "../progress.ts";

type Options = DataOption & { readonly listen: string; readonly from?: string };

export function addPromote(program: Command, { say, runOf }: Cli): void {
  program
    .command("promote")
    .description(
      say({
        en: "lets validators go on with a ledger that one node has ordered, once the members have decided so; run it on each of them",
        zh: "成员决定后，由验证节点接续原由单一节点排序的账本；在每个验证节点上执行",
      }),
    )
    .option(
      "--data <directory>",
      say({
        en: "the directory of the stopped node, or of a validator that --from fills (CITYID_DATA, else ./cityid-data)",
        zh: "已停止节点的数据目录，或由 --from 填充的验证节点目录（CITYID_DATA，默认 ./cityid-data）",
      }),
    )
    .option(
      "--listen <host:port>",
      say({
        en: "where the other validators reach its engine",
        zh: "供其他验证节点连接的监听地址",
      }),
      "0.0.0.0:26656",
    )
    .option(
      "--from <backup>",
      say({
        en: "a backup of the node, with keys, for a directory that has no ledger yet",
        zh: "节点的含密钥备份，用于尚无账本的目录",
      }),
    )
    .action(async (options: Options, command: Command) => {
      const run = runOf(command);
      const { promote } = await import("../../node/index.ts");
      const dataDirectory = await dataDirectoryOf(run, options);
      const { listen, from } = options;
      const promoted = await onNode(() =>
        promote({ dataDirectory, listen, ...(from === undefined ? {} : { from }) }),
      );
      const { origin, size, id, validators } = promoted;
      run.result(promoted, () => [
        run.paint.good("✔ ") +
          run.say({
            en: `${id} goes on with ${origin} from ${group(size)} entries, with ${validators.join(", ")}.`,
            zh: `${id} 将自第 ${group(size)} 条起接续 ${origin}，验证节点：${validators.join("、")}。`,
          }),
        run.say({
          en: `  Start it with: cityid validator --data ${dataDirectory}`,
          zh: `  启动：cityid validator --data ${dataDirectory}`,
        }),
      ]);
    });
}
