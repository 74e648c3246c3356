import { Option } from "commander";
import { CliProblem } from "./problem.ts";
import type { Say } from "./text.ts";

/** `--limit`: how many items of a list are wanted. */
export function countOption(say: Say, fallback = "100"): Option {
  const text = say({ en: "how many at most, or `all`", zh: "最多显示多少项，或 `all`（全部）" });
  return new Option("--limit <count>", text).default(fallback);
}

export function parseCount(text: string): number {
  if (text === "all") return Number.POSITIVE_INFINITY;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  const want = { en: "a count", zh: "数量" };
  throw new CliProblem("CLI_ARGUMENT", { name: "--limit", got: text, want, example: "--limit 50" });
}
