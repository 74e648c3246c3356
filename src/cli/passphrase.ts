import { readFile } from "node:fs/promises";
import { fileProblem } from "./file-problem.ts";
import { CliProblem } from "./problem.ts";
import { askSecret } from "./prompt.ts";
import type { Run } from "./run.ts";

/** The passphrase that opens `path`: from `--passphrase-file`, else asked for. */
export async function passphraseFor(run: Run, path: string): Promise<string> {
  const given = await passphraseFromFile(run);
  if (given !== undefined) return given;
  if (run.terminal.input.isTTY !== true) throw new CliProblem("CLI_PASSPHRASE_NEEDED", { path });
  return askSecret(
    run.terminal,
    run.say({ en: `Passphrase for ${path}: `, zh: `${path} 的口令：` }),
  );
}

/** A new passphrase, typed twice; `undefined` when none is wanted. */
export async function newPassphrase(run: Run, wanted: boolean): Promise<string | undefined> {
  if (!wanted) return undefined;
  const given = await passphraseFromFile(run);
  if (given !== undefined) return given;
  if (run.terminal.input.isTTY !== true) {
    throw new CliProblem("CLI_PASSPHRASE_NEEDED", { path: "" });
  }
  for (;;) {
    const first = await askSecret(
      run.terminal,
      run.say({ en: "New passphrase: ", zh: "新口令：" }),
    );
    const again = await askSecret(
      run.terminal,
      run.say({ en: "Once more: ", zh: "请再输入一次：" }),
    );
    if (first !== "" && first === again) return first;
    run.note(
      run.say({ en: "They differ, or are empty. Again.", zh: "两次不一致或为空，请重新输入。" }),
    );
  }
}

async function passphraseFromFile({ options }: Run): Promise<string | undefined> {
  const path = options.passphraseFile;
  if (path === undefined) return undefined;
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw fileProblem(path, cause);
  });
  return text.replace(/\r?\n$/, "");
}
