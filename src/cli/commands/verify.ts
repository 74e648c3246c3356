import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import {
  decodeCbor,
  fitShape,
  hex,
  type Operation,
  openEnvelope,
  operation as operationShape,
  type Policy,
  parsePolicy,
} from "../../core/index.ts";
import { describeOperation } from "../../sdk/index.ts";
import {
  CONSISTENCY_FORMAT,
  FRAUD_FORMAT,
  HISTORY_FORMAT,
  type RecordVerdict,
  type TrustOptions,
  verifyProofChain,
  verifyReceipt,
  verifyRecordProof,
} from "../../verify/index.ts";
import type { Cli } from "../cli.ts";
import { fileProblem } from "../file-problem.ts";
import { CliProblem } from "../problem.ts";
import type { Run } from "../run.ts";
import { localTime, statusText } from "../show-record.ts";
import { ageText, checkSubject, delegationText, refused, whoLines } from "../verify/attested.ts";
import { historyPages } from "../verify/history-file.ts";
import { verifyConsistencyFile } from "../verify/verify-consistency.ts";
import { verifyFraudFile } from "../verify/verify-fraud.ts";
import { verifyHistoryFile } from "../verify/verify-history.ts";

type Options = {
  readonly policy?: string;
  readonly vkey?: string;
  readonly entry?: string;
  readonly code?: string;
  readonly maxAge?: string;
};

export function addVerify(program: Command, { say, runOf }: Cli): void {
  program
    .command("verify")
    .description(
      say({
        en: "checks a proof or a receipt off line, by your own policy: whoever served it is not trusted",
        zh: "按您自己的信任策略离线核验证明或回执，不信任提供者",
      }),
    )
    .argument(
      "<file>",
      say({
        en: "a record proof (`show --proof`), a history (`history --proof`), a receipt (`--receipt`), a proof of consistency or of fraud",
        zh: "记录证明（`show --proof`）、完整历史（`history --proof`）、回执（`--receipt`），或日志一致性证明、欺诈证明",
      }),
    )
    .option(
      "--policy <file>",
      say({ en: "whom to believe: a tlog-policy file", zh: "信任策略文件（tlog-policy）" }),
    )
    .option(
      "--vkey <key>",
      say({ en: "instead: the log's verifier key alone", zh: "或仅给出日志的验证公钥" }),
    )
    .option(
      "--entry <file>",
      say({
        en: "of a receipt: the signed bytes (<file>.cose)",
        zh: "回执所证明的签名原文（默认 <file>.cose）",
      }),
    )
    .option(
      "--code <code>",
      say({ en: "the proof must be about this code", zh: "证明须是关于此标识码的" }),
    )
    .option("--max-age <seconds>", say({ en: "refuses what is older", zh: "拒绝早于此秒数的证明" }))
    .action(async (path: string, options: Options, command: Command) => {
      const run = runOf(command);
      const pages = await historyPages(path);
      if (pages !== undefined) {
        return verifyHistoryFile(run, pages, await trustOf(run, options), options.code);
      }
      const text = await readText(path);
      const trust = await trustOf(run, options);
      if (text.startsWith("[")) return verifyChain(run, text, trust, options.code);
      if (!text.startsWith("{")) {
        return verifyReceiptFile(run, text, options.entry ?? `${path}.cose`, trust);
      }
      switch (formatOf(text)) {
        case HISTORY_FORMAT:
          return verifyHistoryFile(run, [text], trust, options.code);
        case CONSISTENCY_FORMAT:
          return verifyConsistencyFile(run, text, trust);
        case FRAUD_FORMAT:
          return verifyFraudFile(run, text, trust);
        default:
          return verifyProof(run, text, trust, options.code);
      }
    });
}

/** What a file says that it is; whoever verifies it reads it strictly. */
function formatOf(text: string): unknown {
  try {
    return (JSON.parse(text) as { readonly format?: unknown }).format;
  } catch {
    return undefined;
  }
}

async function readText(path: string): Promise<string> {
  return (await readBytes(path)).toString("utf8");
}

async function readBytes(path: string): Promise<Buffer> {
  return readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw fileProblem(path, cause);
  });
}

async function trustOf(run: Run, { policy, vkey, maxAge }: Options): Promise<TrustOptions> {
  return {
    policy: await readPolicy(policy, vkey),
    nowSeconds: Math.floor(run.now().getTime() / 1000),
    maxAgeSeconds: maxAge === undefined ? Number.POSITIVE_INFINITY : readSeconds(maxAge),
  };
}

async function readPolicy(path: string | undefined, vkey: string | undefined): Promise<Policy> {
  if (path === undefined && vkey === undefined) throw new CliProblem("CLI_POLICY");
  const text = path === undefined ? `log ${vkey}\nquorum none\n` : await readText(path);
  const policy = parsePolicy(text);
  if (policy.ok) return policy.value;
  const want = {
    en: `a trust policy (${policy.error.code})`,
    zh: `信任策略（${policy.error.code}）`,
  };
  throw new CliProblem("CLI_FILE_FORMAT", { path: path ?? vkey, want });
}

function readSeconds(text: string): number {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  const want = { en: "a number of seconds", zh: "秒数" };
  throw new CliProblem("CLI_ARGUMENT", {
    name: "--max-age",
    got: text,
    want,
    example: "--max-age 3600",
  });
}

/** A proof that begins at the ledger that the policy is of, and ends in the one that the code lives in. */
async function verifyChain(
  run: Run,
  text: string,
  trust: TrustOptions,
  code: string | undefined,
): Promise<void> {
  const verdict = await verifyProofChain(text, trust);
  if (!verdict.ok) throw refused(verdict.error);
  const { links, last } = verdict.value;
  const shown = links.map(({ code: delegated, origin, verdict: { checkpoint, age } }) => ({
    code: delegated,
    by: checkpoint.origin,
    to: origin,
    ...(age === undefined ? {} : { age }),
  }));
  showVerdict(run, last, code, { delegations: shown }, () =>
    links.map((link) => `  ${delegationText(run, link)}`),
  );
}

async function verifyProof(
  run: Run,
  text: string,
  trust: TrustOptions,
  code: string | undefined,
): Promise<void> {
  const verdict = await verifyRecordProof(text, trust);
  if (!verdict.ok) throw refused(verdict.error);
  showVerdict(run, verdict.value, code, {}, () => []);
}

function showVerdict(
  run: Run,
  verdict: RecordVerdict,
  code: string | undefined,
  more: object,
  lines: () => readonly string[],
): void {
  const { key, value, effective, checkpoint, block, age } = verdict;
  checkSubject(key, code);
  const shown = {
    key,
    present: value !== undefined,
    ...(effective === undefined ? {} : { effective }),
    checkpoint: { origin: checkpoint.origin, size: checkpoint.size, root: hex(checkpoint.root) },
    time: new Date(block.time).toISOString(),
    ...(age === undefined ? {} : { age }),
    signedBy: verdict.signedBy,
    cosignatures: verdict.cosignatures,
    ...more,
  };
  run.result(shown, () => [...proofLines(run, verdict), ...lines()]);
}

function proofLines(run: Run, verdict: RecordVerdict): string[] {
  const { key, value, record, effective, block } = verdict;
  const { say, paint } = run;
  const subject = key.replace(/^code\//, "");
  const head =
    value === undefined
      ? say({
          en: `${subject}: never issued in this ledger.`,
          zh: `${subject}：本账本从未签发。`,
        })
      : say({ en: `${subject}: the record is as stated.`, zh: `${subject}：记录属实。` });
  const names = Object.values(record?.names ?? {}).flatMap((name) =>
    "value" in name ? [name.value] : [],
  );
  return [
    paint.good("✔ ") + head,
    ...(names.length === 0 ? [] : [`  ${names.join(" / ")}`]),
    ...(effective === undefined ? [] : [`  ${statusText(effective.status, say, paint)}`]),
    `  ${say({ en: "state of", zh: "状态时间" })} ${localTime(new Date(block.time).toISOString())}${ageText(run, verdict.age)}`,
    ...whoLines(run, verdict),
  ];
}

async function verifyReceiptFile(
  run: Run,
  text: string,
  entryPath: string,
  trust: TrustOptions,
): Promise<void> {
  const entry = new Uint8Array(await readBytes(entryPath));
  const verdict = await verifyReceipt(text, entry, trust);
  if (!verdict.ok) throw refused(verdict.error);
  const { index, hash, checkpoint } = verdict.value;
  const { origin, size } = checkpoint;
  run.result(
    { index, hash: hex(hash), checkpoint: { origin, size }, signedBy: verdict.value.signedBy },
    () => [
      run.paint.good("✔ ") +
        run.say({ en: `In the log, as entry ${index}.`, zh: `已在日志中，序号 ${index}。` }),
      ...operationWords(run, entry).map((line) => `  ${line}`),
      run.paint.quiet(`  ${hex(hash)}`),
      ...whoLines(run, verdict.value),
    ],
  );
}

/** What the entry says, if it is an operation; who signed it is the ledger's to judge, and it took it. */
function operationWords(run: Run, entry: Uint8Array): string[] {
  const envelope = openEnvelope(entry);
  const operation = envelope.ok ? fitShape(operationShape, envelope.value.payload) : undefined;
  if (!envelope.ok || !operation?.ok) return decodeCbor(entry).ok ? ["chunk / block"] : [];
  const { iss, iatSeconds } = envelope.value;
  const when = localTime(new Date(iatSeconds * 1000).toISOString());
  return [`${iss}, ${when}:`, ...describeOperation(operation.value as Operation, run.language)];
}
