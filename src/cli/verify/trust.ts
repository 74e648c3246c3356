import { type Command, Option } from "commander";
import { type Policy, parsePolicy } from "../../core/index.ts";
import type { TrustOptions } from "../../verify/index.ts";
import { noPolicy, readPolicyText } from "../policy-file.ts";
import { CliProblem } from "../problem.ts";
import type { Run } from "../run.ts";
import type { Say } from "../text.ts";

/** Whom to believe, as the command line says it. */
export type TrustFlags = {
  readonly policy?: string;
  readonly vkey?: string;
  readonly maxAge?: string;
};

export function addTrustOptions(command: Command, say: Say): Command {
  return command
    .option(
      "--policy <file>",
      say({ en: "whom to believe: a tlog-policy file", zh: "信任策略文件（tlog-policy）" }),
    )
    .addOption(
      new Option(
        "--vkey <key>",
        say({ en: "instead: the log's verifier key alone", zh: "或仅给出日志的验证公钥" }),
      ).conflicts("policy"),
    )
    .option(
      "--max-age <seconds>",
      say({ en: "refuses what is older", zh: "拒绝早于此秒数的证明" }),
    );
}

/** @throws CliProblem CLI_POLICY, CLI_FILE, CLI_FILE_FORMAT, CLI_ARGUMENT */
export async function trustOf(
  run: Run,
  { policy, vkey, maxAge }: TrustFlags,
): Promise<TrustOptions> {
  return {
    policy: await readPolicy(policy, vkey),
    nowSeconds: Math.floor(run.now().getTime() / 1000),
    maxAgeSeconds: maxAge === undefined ? Number.POSITIVE_INFINITY : readSeconds(maxAge),
  };
}

async function readPolicy(path: string | undefined, vkey: string | undefined): Promise<Policy> {
  if (path === undefined && vkey === undefined) throw new CliProblem("CLI_POLICY");
  const text = (await readPolicyText(path)) ?? `log ${vkey}\nquorum none\n`;
  const policy = parsePolicy(text);
  if (policy.ok) return policy.value;
  throw noPolicy(path ?? String(vkey), policy.error);
}

/** @throws CliProblem CLI_ARGUMENT */
export function readSeconds(text: string): number {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  const want = { en: "a number of seconds", zh: "秒数" };
  throw new CliProblem("CLI_ARGUMENT", {
    name: "--max-age",
    got: text,
    want,
    example: "--max-age 3600",
  });
}
