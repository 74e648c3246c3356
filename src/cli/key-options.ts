import type { Command } from "commander";
import type { Say } from "./text.ts";

/** Options that describe a new key: what for, within what bounds. */
export function addKeyOptions(command: Command, say: Say): Command {
  return command
    .option(
      "--uses <uses>",
      say({
        en: "govern, issue, record, seal, data (govern,issue,record)",
        zh: "用途：govern、issue、record、seal、data（默认 govern,issue,record）",
      }),
    )
    .option(
      "--label <role>",
      say({
        en: "the role that holds it, never a person's name (office)",
        zh: "持有该密钥的岗位，不写人名（默认 office）",
      }),
    )
    .option("--under <code>", say({ en: "only for what is below this code", zh: "仅限此编码之下" }))
    .option("--classes <classes>", say({ en: "only for these classes", zh: "仅限这些类别" }))
    .option("--expires <time>", say({ en: "only until then", zh: "有效至此时间" }));
}
