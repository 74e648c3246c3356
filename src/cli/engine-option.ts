import type { Command } from "commander";
import { cacheDirectory } from "./cache-directory.ts";
import type { Run } from "./run.ts";
import type { Say } from "./text.ts";

export type EngineOption = { readonly engine?: string };

export function addEngineOption(command: Command, say: Say): Command {
  return command.option(
    "--engine <file>",
    say({
      en: "the CometBFT program (else that of PATH, else it is built once with Go)",
      zh: "CometBFT 程序（默认取 PATH 中的，否则用 Go 构建一次）",
    }),
  );
}

/** The engine's program. @throws LedgerFault LEDGER_ENGINE */
export async function engineOf(run: Run, { engine }: EngineOption): Promise<string> {
  const { ENGINE_VERSION, engineBinary } = await import("../node/index.ts");
  const { env } = run.terminal;
  return engineBinary({
    path: engine,
    env,
    cache: cacheDirectory(env, "bin"),
    building: () =>
      run.note(
        run.say({
          en: `Building CometBFT ${ENGINE_VERSION}: once, for some minutes.`,
          zh: `正在构建 CometBFT ${ENGINE_VERSION}：仅需一次，约数分钟。`,
        }),
      ),
  });
}
