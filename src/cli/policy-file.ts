import { type InnerOperation, type PolicyRefusal, parsePolicy } from "../core/index.ts";
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

/**
 * Refuses, before anybody votes on it, a policy of the ledger that cannot be read, or whose witnesses could not be asked: the
 * ledger takes any address, and nodes pass over what is none.
 *
 * @throws CliProblem CLI_FILE_FORMAT
 */
export async function checkProposedPolicy(path: string, op: InnerOperation): Promise<void> {
  if (op.op !== "param" || op.name !== "policy") return;
  const { witnessAddress } = await import("../node/index.ts");
  const { now, next } = op.value;
  for (const text of next === undefined ? [now] : [now, next]) {
    const policy = parsePolicy(text);
    if (!policy.ok) throw noPolicy(path, policy.error);
    const deaf = policy.value.witnesses.find(
      (each) => each.url !== undefined && witnessAddress(each) === undefined,
    );
    if (deaf === undefined) continue;
    const { name, url } = deaf;
    const want = {
      en: `a policy whose witnesses can be asked: the address of “${name}” is to be like https://witness.example, not “${url}”`,
      zh: `可用的信任策略：见证方“${name}”的地址应形如 https://witness.example，而非“${url}”`,
    };
    throw new CliProblem("CLI_FILE_FORMAT", { path, want });
  }
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
