import { hex } from "../core/index.ts";
import { ApiProblem, Elsewhere, NodeUnreachable, ProofMismatch } from "../sdk/index.ts";
import { EXIT, type Exit, exitOf } from "./exit.ts";
import { factWords } from "./fact-words.ts";
import { paintFor } from "./paint.ts";
import { CliProblem } from "./problem.ts";
import { refusalWords } from "./refusal-words.ts";
import { Refused } from "./refused.ts";
import type { Terminal } from "./terminal.ts";
import { fill, type Language } from "./text.ts";
import { untrustedCertificate } from "./untrusted-certificate.ts";
import { writeJson, writeLine } from "./write-line.ts";

/** What went wrong, for people and for programs. */
export type Report = {
  readonly code: string;
  readonly what: string;
  readonly facts: { readonly [name: string]: unknown };
  readonly remedy: string;
  readonly exit: Exit;
  /** The facts stand in the words already. */
  readonly told?: true;
};

export function reportOf(problem: unknown, language: Language): Report {
  const exit = exitOf(problem);
  if (problem instanceof CliProblem) {
    const { code, facts } = problem;
    // A proof is refused for a hundred reasons, whose facts no sentence holds.
    const told = code === "CLI_PROOF" ? {} : ({ told: true } as const);
    return { code, facts, exit, ...told, ...problem.in(language) };
  }
  if (problem instanceof Refused) {
    const what = { en: "The ledger refused it.", zh: "账本拒绝了此操作。" }[language];
    return refused({ ...problem.outcome, what }, language, exit);
  }
  if (problem instanceof ApiProblem) {
    const { code, title: what, facts, remedy } = problem;
    return refused({ code, what, facts, remedy }, language, exit);
  }
  if (problem instanceof Elsewhere) return elsewhere(problem, language, exit);
  if (problem instanceof NodeUnreachable) {
    const untrusted = untrustedCertificate(problem);
    return untrusted ? reportOf(untrusted, language) : unreachable(problem, language, exit);
  }
  if (problem instanceof ProofMismatch) return mismatch(problem, language, exit);
  return unforeseen(problem, language, exit);
}

/** In our own words where we have some; else in those of the node. */
function refused(
  { code, what, facts, remedy }: Pick<Report, "code" | "what" | "facts" | "remedy">,
  language: Language,
  exit: Exit,
): Report {
  const words = refusalWords(code);
  const said = factWords(facts, language);
  return {
    code,
    what: words === undefined ? what : fill(words.what[language], said),
    facts,
    remedy: words === undefined ? remedy : fill(words.remedy[language], said),
    exit,
  };
}

function unreachable({ url }: NodeUnreachable, language: Language, exit: Exit): Report {
  const host = new URL(url).origin;
  const words = {
    en: {
      what: `No node answers at ${host}.`,
      remedy: "Start one with `cityid start`, or give its address: `--url` or CITYID_URL.",
    },
    zh: {
      what: `${host} 没有节点应答。`,
      remedy: "请用 `cityid start` 启动节点，或用 `--url`、环境变量 CITYID_URL 指定地址。",
    },
  };
  return { code: "CLI_NODE_SILENT", facts: { url: host }, exit, ...words[language] };
}

function elsewhere({ location }: Elsewhere, language: Language, exit: Exit): Report {
  const { origin } = new URL(location);
  const words = {
    en: {
      what: `It is not at this node, but at ${origin}: in a ledger of its own, most likely.`,
      remedy: `Ask there, with \`--url ${origin}\`. \`cityid show CODE --proof FILE\` at this node fetches a proof from there that leads through the delegation.`,
    },
    zh: {
      what: `不在此节点，而在 ${origin}：很可能属于另一账本。`,
      remedy: `请用 \`--url ${origin}\` 向其查询。在此节点执行 \`cityid show 编码 --proof 文件\` 可取得经由委托关系的证明。`,
    },
  };
  return { code: "CLI_ELSEWHERE", facts: { location }, exit, ...words[language] };
}

function mismatch(problem: ProofMismatch, language: Language, exit: Exit): Report {
  const words = {
    en: {
      what: `What the node said of ${problem.what} does not hold against its own proof.`,
      remedy: "Do not use it. Ask another node, and tell the operator of this one.",
    },
    zh: {
      what: `节点关于 ${problem.what} 的回答与其证明不符。`,
      remedy: "请勿采信。请向其他节点查询，并告知此节点的运营方。",
    },
  };
  return { code: "CLI_ANSWER_UNPROVED", facts: { ...problem.refusal }, exit, ...words[language] };
}

function unforeseen(problem: unknown, language: Language, exit: Exit): Report {
  const facts = { cause: problem instanceof Error ? `${problem.name}: ${problem.message}` : "?" };
  if (exit === EXIT.interrupted) {
    const words = {
      en: { what: "Interrupted.", remedy: "What the ledger took is in it; an import resumes." },
      zh: { what: "已中断。", remedy: "账本已接收的内容有效；导入可以续传。" },
    };
    return { code: "CLI_INTERRUPTED", facts: {}, exit, ...words[language] };
  }
  const words = {
    en: {
      what: "Something unforeseen went wrong.",
      remedy: "Run it again with CITYID_DEBUG=1 and report what it prints.",
    },
    zh: {
      what: "发生了意外错误。",
      remedy: "请设置 CITYID_DEBUG=1 重新运行，并反馈输出内容。",
    },
  };
  return { code: "CLI_UNFORESEEN", facts, exit, ...words[language] };
}

/** Prints a problem on stderr: what, remedy, code with its facts; with `--json` one line of JSON. */
export function printReport(report: Report, json: boolean, { errors, env }: Terminal): void {
  const { told, ...said } = { ...report, facts: readable(report.facts) as Report["facts"] };
  if (json) {
    writeJson(errors, said);
    return;
  }
  const paint = paintFor(errors, env);
  writeLine(errors, `${paint.bad("✘")} ${report.what}`);
  if (report.remedy !== "") writeLine(errors, `  ${report.remedy}`);
  const facts = told ? [] : factTexts(said.facts);
  writeLine(errors, `  ${paint.quiet([report.code, ...facts].join("  "))}`);
}

/** Hashes and keys among the facts are bytes, which JSON would count out. */
function readable(fact: unknown): unknown {
  if (fact instanceof Uint8Array) return hex(fact);
  if (Array.isArray(fact)) return fact.map(readable);
  if (typeof fact !== "object" || fact === null) return fact;
  return Object.fromEntries(Object.entries(fact).map(([name, each]) => [name, readable(each)]));
}

/** Facts as they stand behind a code. */
export function factTexts(facts: Report["facts"]): string[] {
  return Object.entries(facts).map(([name, value]) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return `${name}=${text}`;
  });
}
