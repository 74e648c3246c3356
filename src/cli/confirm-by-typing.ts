import { CliProblem } from "./problem.ts";
import { askLine } from "./prompt.ts";
import type { Run } from "./run.ts";

/** For what cannot be taken back: the code has to be typed. */
export async function confirmByTyping(run: Run, code: string): Promise<void> {
  if (run.yes) return;
  if (run.terminal.input.isTTY !== true) throw new CliProblem("CLI_CONFIRMATION");
  const question = run.say({
    en: `This cannot be taken back. Type ${code} to go on: `,
    zh: `此操作不可撤销。如需继续，请输入 ${code}：`,
  });
  if ((await askLine(run.terminal, question)) !== code) throw new CliProblem("CLI_DECLINED");
}
