import { readFile, writeFile } from "node:fs/promises";
import { hex, readSeal } from "../../core/index.ts";
import { NoSealEvidence, readSealEvidence } from "../../sdk/index.ts";
import {
  checkSeal,
  isLasting,
  parsePolicy,
  type SealEvidence,
  type SealFact,
  type SealVerdict,
} from "../../verify/seal/index.ts";
import { fileProblem } from "../file-problem.ts";
import { readPolicyText } from "../policy-file.ts";
import { CliProblem } from "../problem.ts";
import type { Run } from "../run.ts";
import type { Text } from "../text.ts";
import { readSeconds } from "../verify/trust.ts";
import { readLines } from "./make.ts";
import { sealWords } from "./words.ts";

export type CheckOptions = {
  readonly policy?: string;
  readonly offline?: readonly string[];
  readonly save?: string;
  readonly maxAge: string;
};

/** Checks one seal: by what the node says, or off line by what was kept. */
export async function checkSealText(run: Run, given: string, options: CheckOptions): Promise<void> {
  const text = given === "-" ? ((await readLines("-"))[0] ?? "") : given;
  const verdict = await judgeText(run, text, options);
  if (verdict.outcome !== "genuine") throw problemOf(verdict);
  run.result(shownOf(verdict), () => linesOf(run, verdict));
}

/** The verdict on what was scanned, as `checkSealText` prints it. */
export async function judgeText(
  run: Run,
  text: string,
  options: CheckOptions,
): Promise<SealVerdict> {
  return checkSeal(text, await evidenceOf(run, text, options), {
    policy: await policyOf(run, options),
    nowSeconds: Math.floor(run.now().getTime() / 1000),
    maxAgeSeconds: readSeconds(options.maxAge),
  });
}

/** Of what was scanned only the code and the key are needed to ask; what holds no seal needs no evidence. */
async function evidenceOf(
  run: Run,
  text: string,
  { offline, save }: CheckOptions,
): Promise<SealEvidence> {
  if (offline !== undefined) {
    const kept = await Promise.all(offline.map(readKept));
    return {
      proofs: kept.flatMap(({ proofs = [] }) => proofs),
      statuses: kept.flatMap(({ statuses = [] }) => statuses),
      paths: kept.flatMap(({ paths = [] }) => paths),
    };
  }
  const read = readSeal(text);
  if (!read.ok) return {};
  const { code, kid, serial } = read.value.seal;
  const evidence = await run.client.sealEvidence(code, hex(kid), serial);
  const readable = await readGiven(evidence, run.client.url);
  if (save !== undefined) await writeFile(save, evidence);
  return readable;
}

async function readKept(path: string): Promise<SealEvidence> {
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw fileProblem(path, cause);
  });
  return readGiven(text, path);
}

async function readGiven(text: string, path: string): Promise<SealEvidence> {
  return readSealEvidence(text).catch((cause: unknown) => {
    if (!(cause instanceof NoSealEvidence)) throw cause;
    const want = { en: "evidence (`seal check --save`)", zh: "核验依据（`seal check --save`）" };
    throw new CliProblem("CLI_FILE_FORMAT", { path, want });
  });
}

async function policyOf(run: Run, { policy: path, offline }: CheckOptions) {
  const given = await readPolicyText(path);
  if (given === undefined && offline !== undefined) throw new CliProblem("CLI_POLICY");
  // Whoever asks a node and names no policy believes that node.
  const policy = parsePolicy(given ?? (await run.client.node()).policy);
  if (policy.ok) return policy.value;
  const want = {
    en: `a trust policy (${policy.error.code})`,
    zh: `信任策略（${policy.error.code}）`,
  };
  throw new CliProblem("CLI_FILE_FORMAT", { path: path ?? "/.well-known/cityid", want });
}

const PROBLEMS = {
  wrong: "CLI_SEAL_WRONG",
  ended: "CLI_SEAL_ENDED",
  unsure: "CLI_SEAL_UNSURE",
} as const;

function problemOf(verdict: Exclude<SealVerdict, { outcome: "genuine" }>): CliProblem {
  const { outcome, because, signer } = verdict;
  const by: Text =
    signer === undefined
      ? { en: "", zh: "" }
      : { en: ` Signed by ${signer.holder}.`, zh: `签章者：${signer.holder}。` };
  const { code: cause, ...facts } = because;
  const words = { why: sealWords(because), by };
  return new CliProblem(PROBLEMS[outcome], { cause, ...facts, ...words });
}

function shownOf({ outcome, scanned, signer, facts }: SealVerdict) {
  return {
    outcome,
    code: scanned?.seal.code,
    serial: scanned?.seal.serial,
    holder: signer?.holder,
    kid: signer?.kid,
    facts,
  };
}

const FACTS: Readonly<Record<SealFact["fact"], Text>> = {
  address: { en: "the address names this code", zh: "网址与签章一致" },
  issued: { en: "the code was issued", zh: "编码确已签发" },
  entitled: { en: "the key may seal it", zh: "密钥有权签章" },
  signature: { en: "the signature is right", zh: "签名正确" },
  batch: { en: "it stands in a logged batch", zh: "在已登记的批次中" },
  unexpired: { en: "it has not expired", zh: "未过期" },
  "not-withdrawn": { en: "it was not withdrawn", zh: "未被撤销" },
  active: { en: "the code is active", zh: "编码有效" },
};

function linesOf(run: Run, { scanned, signer, facts }: SealVerdict): string[] {
  const head = run.say({
    en: `Genuine and current: ${scanned?.seal.code}, sealed by ${signer?.holder}.`,
    zh: `真实有效：${scanned?.seal.code}，由 ${signer?.holder} 签章。`,
  });
  const hint = run.say({
    en: "It proves the source, not that this plate is the original: a seal can be photographed.",
    zh: "签章证明来源，不证明这块铭牌是原件：签章可以被翻拍。",
  });
  return [
    run.paint.good("✔ ") + head,
    ...facts.map((fact) => `  ${run.say(FACTS[fact.fact])}${ageOf(run, fact)}`),
    run.paint.quiet(`  ${hint}`),
  ];
}

/** Only of what may have changed since it is said how old it is. */
function ageOf(run: Run, fact: SealFact): string {
  if (isLasting(fact) || !("ageSeconds" in fact)) return "";
  const { ageSeconds } = fact;
  return run.say({ en: `, ${ageSeconds} s ago`, zh: `（${ageSeconds} 秒前）` });
}
