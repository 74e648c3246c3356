import { Option } from "commander";
import type { Say } from "./text.ts";

/** `--reason`, which stands in the log for good. */
export function reasonOption(say: Say): Option {
  const text = say({ en: "why; it is public and stays", zh: "理由；将公开并永久保留" });
  return new Option("--reason <text>", text).makeOptionMandatory();
}
