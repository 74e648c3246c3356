import { type PolicyRefusal, parsePolicy } from "../core/index.ts";
import { CliProblem } from "./problem.ts";
import { readWhole } from "./verify/read-file.ts";

/** The text of a trust policy that can be read as one. @throws CliProblem CLI_FILE, CLI_FILE_FORMAT */
export async function readPolicyText(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  const text = (await readWhole(path)).toString("utf8");
  const policy = parsePolicy(text);
  if (policy.ok) return text;
  throw noPolicy(path, policy.error);
}

/** What is wrong with a policy, and in which line. */
export function noPolicy(path: string, refusal: PolicyRefusal): CliProblem {
  const [en, zh] =
    "line" in refusal ? [`, line ${refusal.line}`, `，第 ${refusal.line} 行`] : ["", ""];
  const want = {
    en: `a trust policy (${refusal.code}${en})`,
    zh: `信任策略（${refusal.code}${zh}）`,
  };
  return new CliProblem("CLI_FILE_FORMAT", { path, want });
}
