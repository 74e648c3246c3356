import type { Command } from "commander";
import { type Code, codeKey, type Policy } from "../../core/index.ts";
import { ApiProblem } from "../../sdk/index.ts";
import { type Facts, factsOf } from "../certificate/facts.ts";
import { drawCertificate } from "../certificate/page.ts";
import { MAX_PROOF_BYTES, proofAttachment } from "../certificate/proof-file.ts";
import type { Cli } from "../cli.ts";
import { readCodeArgument } from "../code-argument.ts";
import { CliProblem } from "../problem.ts";
import type { Run } from "../run.ts";
import { statusText } from "../show-record.ts";
import { checkSubject } from "../verify/attested.ts";
import { judgeProof } from "../verify/judge.ts";
import { addTrustOptions, type TrustFlags, trustOf } from "../verify/trust.ts";
import { refuseExisting, writeWholeFile } from "../write-file.ts";

type Options = TrustFlags & { readonly out?: string; readonly force?: true };

export function addCertificate(program: Command, { say, runOf }: Cli): void {
  const command = program
    .command("certificate")
    .description(
      say({
        en: "makes a page (PDF) of a code, its history and their proof, which `cityid verify` accepts",
        zh: "生成编码的一页证明书（PDF），含记录、历史及所附证明，可用 `cityid verify` 核验",
      }),
    )
    .argument("<code>")
    .option(
      "--out <file>",
      say({ en: "where to write it (else <code>.pdf)", zh: "输出文件（默认 <编码>.pdf）" }),
    )
    .option("--force", say({ en: "replaces the file if it is there", zh: "如文件已存在则替换" }));
  addTrustOptions(command, say).action(async (text: string, options: Options, command: Command) => {
    const run = runOf(command);
    const code = readCodeArgument(text);
    await makeCertificate(run, code, options);
  });
}

/** Nothing is drawn before it is proved, by the policy of whoever asked. */
async function makeCertificate(run: Run, code: Code, options: Options): Promise<void> {
  const { out = `${code.replaceAll("/", "-")}.pdf`, force = false } = options;
  const trust = await trustOf(run, options);
  if (!force) await refuseExisting(out);
  const proof = await fetchProof(run, code, trust.policy);
  const judged = await judgeProof(proof, trust);
  checkSubject(judged.record.key, code);
  const facts = factsOf(judged);
  if (facts === undefined) {
    throw new CliProblem("CLI_PROOF_SUBJECT", { got: judged.record.key, want: codeKey(code) });
  }
  const { pdf, noted } = drawCertificate(facts, proofAttachment(proof), run.language);
  await writeWholeFile(out, pdf, { overwrite: force });
  if (noted.size > 0) warnOf(run, [...noted]);
  report(run, facts, out, pdf.length);
}

/**
 * The whole history where there is one that a certificate can hold; else the record, or its absence. Who trusts the log alone of a
 * ledger that was delegated out of another gets the record: its history begins in the one above.
 */
async function fetchProof(run: Run, code: Code, policy: Policy): Promise<string> {
  const { client } = run;
  const { origin, parent } = await client.node();
  const isDelegated = parent !== undefined;
  const isTrusted = policy.logs.some(({ key }) => key.name === origin);
  const whole = isDelegated && isTrusted ? undefined : await wholeHistory(run, code);
  if (whole !== undefined) return whole;
  return client.proof(codeKey(code), { effective: true, chain: isDelegated && !isTrusted });
}

/** `undefined` where there is none, or one that is too long. */
async function wholeHistory({ client }: Run, code: Code): Promise<string | undefined> {
  const pages: string[] = [];
  let length = 0;
  try {
    for await (const page of client.historyProof(code)) {
      length += page.length;
      // Written in up to three bytes each.
      if (3 * length > MAX_PROOF_BYTES) return undefined;
      pages.push(page);
    }
  } catch (problem) {
    if (problem instanceof ApiProblem && NO_HISTORY.has(problem.code)) return undefined;
    throw problem;
  }
  return pages.join("\n");
}

const NO_HISTORY: ReadonlySet<string> = new Set(["RESOLVE_UNKNOWN", "RESOLVE_GAZETTE"]);

function warnOf({ note, say, paint }: Run, noted: readonly string[]): void {
  const list = noted
    .map((char) => `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`)
    .join(", ");
  note(
    paint.warn("▲ ") +
      say({
        en: `No font here has these characters; the page shows their numbers: ${list}`,
        zh: `字体中没有以下字符，页面以编号表示：${list}`,
      }),
  );
}

function report(run: Run, facts: Facts, path: string, bytes: number): void {
  const { code, status, changes, trusted } = facts;
  const shown = {
    code,
    certificate: path,
    bytes,
    present: facts.record !== undefined,
    ...(status === undefined ? {} : { effective: status }),
    ...(changes === undefined ? {} : { changes: changes.length }),
    checkpoint: { origin: trusted.checkpoint.origin, size: trusted.checkpoint.size },
  };
  const { say, paint } = run;
  run.result(shown, () => [
    say({ en: `Certificate of ${code} → ${path}`, zh: `${code} 的证明书 → ${path}` }),
    ...(status === undefined ? [] : [`  ${statusText(status.status, say, paint)}`]),
    say({
      en: `  Check it off line: cityid verify ${path} --policy FILE`,
      zh: `  离线核验：cityid verify ${path} --policy 文件`,
    }),
  ]);
}
