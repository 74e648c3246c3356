import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { printDecided } from "../deciding.ts";
import { fileProblem } from "../file-problem.ts";
import { operationFromJson } from "../operation-json.ts";
import { checkProposedPolicy } from "../policy-file.ts";
import { proposeOnce } from "../proposing.ts";
import { withPrev } from "../with-prev.ts";

export function addPropose(program: Command, { say, runOf }: Cli): void {
  program
    .command("propose")
    .description(
      say({
        en: "puts any operation to the vote, and approves it; other commands propose by themselves where they must",
        zh: "将任一操作提请表决，并表示赞成；其他命令在必要时会自动提请",
      }),
    )
    .argument(
      "<file>",
      say({
        en: "the operation as JSON, as the node writes it; the `prev` of a param, member, validator or class may be left out",
        zh: "操作的 JSON，格式与节点输出相同；参数、成员、验证节点、分类的 `prev` 可省略",
      }),
    )
    .action(async (path: string, _: unknown, command: Command) => {
      const run = runOf(command);
      const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
        throw fileProblem(path, cause);
      });
      const inner = operationFromJson(await withPrev(run, text), path);
      await checkProposedPolicy(path, inner);
      const accepted = await proposeOnce(run, inner);
      printDecided(run, { accepted, proposed: true }, "");
    });
}
