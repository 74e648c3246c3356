import { readFile } from "node:fs/promises";
import { parsePolicy } from "../core/index.ts";
import { fileProblem } from "./file-problem.ts";
import { CliProblem } from "./problem.ts";

/** The text of a trust policy that can be read as one. @throws CliProblem CLI_FILE, CLI_FILE_FORMAT */
export async function readPolicyText(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw fileProblem(path, cause);
  });
  const policy = parsePolicy(text);
  if (policy.ok) return text;
  const { code } = policy.error;
  const want = { en: `a trust policy (${code})`, zh: `信任策略（${code}）` };
  throw new CliProblem("CLI_FILE_FORMAT", { path, want });
}
