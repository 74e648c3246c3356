import type { Command } from "commander";
import {
  decodeCbor,
  fitShape,
  hex,
  type Operation,
  openEnvelope,
  operation as operationShape,
  TLOG_PROOF_MAGIC,
} from "../../core/index.ts";
import { describeOperation } from "../../sdk/index.ts";
import { FACTS_FORMAT } from "../../verify/data/index.ts";
import {
  type ChainLink,
  CONSISTENCY_FORMAT,
  FRAUD_FORMAT,
  HISTORY_FORMAT,
  PROOF_FORMAT,
  type RecordVerdict,
  type TrustOptions,
  verifyReceipt,
} from "../../verify/index.ts";
import { isPdf, proofInPdf } from "../certificate/proof-file.ts";
import type { Cli } from "../cli.ts";
import { readCodeArgument } from "../code-argument.ts";
import { CliProblem } from "../problem.ts";
import type { Run } from "../run.ts";
import { localTime, statusText } from "../show-record.ts";
import { ageText, checkSubject, delegationText, refused, whoLines } from "../verify/attested.ts";
import { historyPages } from "../verify/history-file.ts";
import { type Judged, judgeProof } from "../verify/judge.ts";
import { isReadAgain, readWhole, textOf } from "../verify/read-file.ts";
import { addTrustOptions, type TrustFlags, trustOf } from "../verify/trust.ts";
import { besidePage } from "../verify/verify-certificate.ts";
import { verifyConsistencyFile } from "../verify/verify-consistency.ts";
import { EXPORT_BEGINNING, isExportProof, verifyExportFile } from "../verify/verify-export.ts";
import { verifyFactsFile } from "../verify/verify-facts.ts";
import { verifyFraudFile } from "../verify/verify-fraud.ts";
import { showHistory, verifyHistoryFile } from "../verify/verify-history.ts";

type Options = TrustFlags & {
  readonly entry?: string;
  readonly code?: string;
  readonly table?: string;
};

export function addVerify(program: Command, { say, runOf }: Cli): void {
  const command = program
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
        en: "a record proof (`show --proof`), a history (`history --proof`), a certificate (PDF), a receipt (`--receipt`), a proof of consistency, of fraud or of an export",
        zh: "记录证明（`show --proof`）、完整历史（`history --proof`）、证明书（PDF）、回执（`--receipt`），或日志一致性证明、欺诈证明、导出证明",
      }),
    )
    .option(
      "--entry <file>",
      say({
        en: "of a receipt: the signed bytes (<file>.cose)",
        zh: "回执所证明的签名原文（默认 <file>.cose）",
      }),
    )
    .option(
      "--table <file>",
      say({
        en: "of the proof of an export: the table (<file> without .proof)",
        zh: "导出证明所指的表（默认去掉 .proof 后缀）",
      }),
    )
    .option(
      "--code <code>",
      say({ en: "the proof must be about this code", zh: "证明须是关于此编码的" }),
    );
  addTrustOptions(command, say).action(async (path: string, options: Options, command: Command) => {
    const run = runOf(command);
    // Before the file is opened: what is no code cannot be what a proof is about.
    const code = options.code === undefined ? undefined : readCodeArgument(options.code);
    const trust = await trustOf(run, options);
    if (await isReadAgain(path)) {
      const pages = await historyPages(path);
      if (pages !== undefined) return verifyHistoryFile(run, pages, trust, code);
      if (await isExportProof(path)) {
        return verifyExportFile(run, path, options.table, trust, code);
      }
    }
    const bytes = await readWhole(path);
    if (isPdf(bytes)) return verifyPdf(run, path, bytes, trust, code);
    const text = textOf(bytes);
    if (text.startsWith(TLOG_PROOF_MAGIC)) {
      return verifyReceiptFile(run, text, options.entry ?? `${path}.cose`, trust, code);
    }
    switch (kindOf(path, text)) {
      case CONSISTENCY_FORMAT:
        return verifyConsistencyFile(run, text, trust, code);
      case FACTS_FORMAT:
        return verifyFactsFile(run, text, trust, code);
      case FRAUD_FORMAT:
        return verifyFraudFile(run, text, trust, code);
      default:
        return verifyProof(run, text, trust, code);
    }
  });
}

const KINDS: ReadonlySet<unknown> = new Set([
  PROOF_FORMAT,
  HISTORY_FORMAT,
  CONSISTENCY_FORMAT,
  FACTS_FORMAT,
  FRAUD_FORMAT,
]);

/** What a text says that it is. What is broken is left to the verifier. @throws CliProblem CLI_FILE_FORMAT, CLI_FILE */
function kindOf(path: string, text: string): unknown {
  if (text.startsWith("[")) return undefined;
  if (text.startsWith(EXPORT_BEGINNING)) {
    const detail = {
      en: "the proof of an export is read more than once, so it cannot come through a pipe",
      zh: "导出证明需多次读取，不能来自管道",
    };
    throw new CliProblem("CLI_FILE", { path, detail });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    if (text.startsWith("{")) return undefined;
  }
  const format = (value as { readonly format?: unknown } | null | undefined)?.format;
  if (KINDS.has(format)) return format;
  const want = {
    en: "a proof, a receipt or a certificate",
    zh: "证明、回执或证明书",
  };
  throw new CliProblem("CLI_FILE_FORMAT", { path, want });
}

/** Of a certificate only the proof counts that is attached to it. */
async function verifyPdf(
  run: Run,
  path: string,
  bytes: Uint8Array,
  trust: TrustOptions,
  code: string | undefined,
): Promise<void> {
  const judged = await judgeProof(proofInPdf(path, bytes), trust);
  showJudged(besidePage(run, path, judged), judged, code);
}

async function verifyProof(
  run: Run,
  text: string,
  trust: TrustOptions,
  code: string | undefined,
): Promise<void> {
  showJudged(run, await judgeProof(text, trust), code);
}

function showJudged(run: Run, { record, links, history }: Judged, code: string | undefined): void {
  if (history !== undefined) showHistory(run, history, code);
  else if (links.length > 0) showChain(run, record, links, code);
  else showVerdict(run, record, code, {}, () => []);
}

/** A proof that begins at the ledger that the policy is of, and ends in the one that the code lives in. */
function showChain(
  run: Run,
  last: RecordVerdict,
  links: readonly ChainLink[],
  code: string | undefined,
): void {
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
  code: string | undefined,
): Promise<void> {
  const entry = new Uint8Array(await readWhole(entryPath));
  const verdict = await verifyReceipt(text, entry, trust);
  if (!verdict.ok) throw refused(verdict.error);
  const { index, hash, checkpoint } = verdict.value;
  checkSubject(`op/${hex(hash)}`, code);
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
