import type { Command } from "commander";
import { fromHex } from "../../core/index.ts";
import type { Cli } from "../cli.ts";
import { decideAndSubmit, printDecided } from "../deciding.ts";
import { CliProblem } from "../problem.ts";
import { reasonOption } from "../reason-option.ts";
import { localTime } from "../show-record.ts";

export function addVoid(program: Command, { say, runOf }: Cli): void {
  program
    .command("void")
    .description(
      say({
        en: "takes back a registration or an import, as long as nothing of it was changed",
        zh: "撤回一次登记或导入（其中任何记录未被更改时）",
      }),
    )
    .argument(
      "<id>",
      say({ en: "the id that register or import printed", zh: "register 或 import 输出的编号" }),
    )
    .addOption(reasonOption(say))
    .action(async (id: string, { reason }: { readonly reason: string }, command: Command) => {
      const run = runOf(command);
      const registration = readId(id);
      const { changed, voidUntil, iss } = await run.client.registration(id);
      run.note(
        run.say({
          en: `Registered by ${iss}; ${changed} of its records were changed since. It can be taken back until ${localTime(voidUntil)}.`,
          zh: `由 ${iss} 登记；此后有 ${changed} 条记录被更改。可撤回至 ${localTime(voidUntil)}。`,
        }),
      );
      const decided = await decideAndSubmit(run, { op: "void", registration, reason });
      printDecided(run, decided, run.say({ en: `Taken back: ${id}.`, zh: `已撤回 ${id}。` }));
    });
}

/** A hash as the node writes it: 64 hex digits. */
export function readId(text: string): Uint8Array {
  const bytes = fromHex(text);
  if (bytes?.length === 32) return bytes;
  const want = { en: "an id of 64 hex digits", zh: "64 位十六进制编号" };
  throw new CliProblem("CLI_ARGUMENT", { name: "<id>", got: text, want, example: "5f1c…" });
}
