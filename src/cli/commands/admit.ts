import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { fromBase64, readApplication } from "../../core/index.ts";
import { describeOperation } from "../../sdk/index.ts";
import type { Cli } from "../cli.ts";
import { fileProblem } from "../file-problem.ts";
import { CliProblem } from "../problem.ts";
import type { Run } from "../run.ts";
import { printAccepted, requesterOf, signAndSubmit } from "../signing.ts";

export function addAdmit(program: Command, { say, runOf }: Cli): void {
  program
    .command("admit")
    .description(
      say({
        en: "brings an application into the ledger, for the members to decide",
        zh: "将申请录入账本，交由成员表决",
      }),
    )
    .argument(
      "<application>",
      say({ en: "its id in the inbox, or a file", zh: "收件箱中的编号，或文件" }),
    )
    .action(async (which: string, _: unknown, command: Command) => {
      const run = runOf(command);
      const application = await applicationBytes(run, which);
      const read = readApplication(application);
      if (!read.ok) {
        const want = {
          en: `an application (${read.error.code})`,
          zh: `申请（${read.error.code}）`,
        };
        throw new CliProblem("CLI_FILE_FORMAT", { path: which, want });
      }
      for (const line of describeOperation(read.value.body, run.language)) run.note(`  ${line}`);
      const accepted = await signAndSubmit(run, { op: "admit", application });
      const id = Buffer.from(read.value.envelope.id).toString("hex");
      printAccepted(
        run,
        { ...accepted, id },
        run.say({
          en: `Admitted. Members vote with: cityid endorse ${id}`,
          zh: `已录入。成员表决请执行：cityid endorse ${id}`,
        }),
      );
    });
}

async function applicationBytes(run: Run, which: string): Promise<Uint8Array> {
  if (!/^[0-9a-f]{64}$/.test(which)) {
    return readFile(which).catch((cause: NodeJS.ErrnoException) => {
      throw fileProblem(which, cause);
    });
  }
  const inbox = run.client.as(await requesterOf(run));
  return fromBase64((await inbox.application(which)).application) ?? new Uint8Array();
}
