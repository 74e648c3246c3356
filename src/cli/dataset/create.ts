import { type Code, type Dataset, fromHex, hashLeaf, parentOf } from "../../core/index.ts";
import { ApiProblem, fromBase64, type OpenedLog } from "../../sdk/index.ts";
import { chainOf } from "../chain.ts";
import { kindOf } from "../code-kind.ts";
import { type Decided, decideAndSubmit } from "../deciding.ts";
import { CliProblem } from "../problem.ts";
import type { Run } from "../run.ts";
import { requesterOf } from "../signing.ts";
import { today } from "../time-argument.ts";
import { splitTitle, type TermOptions, termsOf } from "./terms.ts";

export type CreateOptions = TermOptions & { readonly title: readonly string[] };

/**
 * Makes a dataset with its log, step by step; run again, it does what is missing. Each step is shown and signed by itself: the code,
 * the node's own key for it, what the dataset is, and the beginning of its log.
 */
export async function createDataset(run: Run, code: Code, options: CreateOptions): Promise<void> {
  const client = run.client.as(await requesterOf(run));
  const log = await client.openDatasetLog(code);
  const steps = [
    () => register(run, code, options),
    () => giveKey(run, code, log),
    () => describe(run, code, log, options),
    () => anchorFirst(run, code, log),
  ];
  for (const step of steps) {
    const decided = await step();
    if (decided?.proposed !== true) continue;
    run.note(
      run.say({
        en: "Others must agree first; run this command again then.",
        zh: "须先经他人同意；同意后请再次运行本命令。",
      }),
    );
    return;
  }
  run.result({ code, log: { origin: log.origin, vkeys: log.vkeys, url: log.url } }, () => [
    run.paint.good("✔ ") +
      run.say({
        en: `The dataset ${code} takes entries.`,
        zh: `数据集 ${code} 已可接收条目。`,
      }),
    `  ${run.say({ en: "log", zh: "日志" })} ${log.origin}`,
  ]);
}

async function register(
  run: Run,
  code: Code,
  { title }: CreateOptions,
): Promise<Decided | undefined> {
  const parent = parentOf(code);
  const wanted = [parent, code].filter((each) => each !== undefined);
  const missing: Code[] = [];
  for (const each of wanted) if (!(await exists(run, each))) missing.push(each);
  if (missing.length === 0) return undefined;
  const validFrom = today(run.now());
  const names = Object.fromEntries(
    title.map(splitTitle).map(([language, value]) => [language, { value, validFrom }]),
  );
  const items = missing.map((each) => ({
    code: each,
    kind: each === code ? ("dataset" as const) : kindOf(each),
    names,
  }));
  return decideAndSubmit(run, { op: "register", items });
}

async function exists(run: Run, code: Code): Promise<boolean> {
  return run.client.record(code).then(
    () => true,
    (problem: unknown) => {
      if (problem instanceof ApiProblem && problem.status === 404) return false;
      throw problem;
    },
  );
}

/** The node anchors the log from now on, and signs for sources that cannot; nothing else, and only here. */
async function giveKey(run: Run, code: Code, log: OpenedLog): Promise<Decided | undefined> {
  const { record } = await run.client.record(code);
  if (record.holds.includes("data")) return undefined;
  const key = { key: log.gateway, uses: ["data" as const], label: "node", scope: { under: code } };
  const prev = await chainOf(run, code, "control");
  return decideAndSubmit(run, { op: "keys", code, prev, add: [key] });
}

async function describe(
  run: Run,
  code: Code,
  { origin, vkeys, url }: OpenedLog,
  options: CreateOptions,
): Promise<Decided | undefined> {
  const known = await run.client.dataset(code).catch((problem: unknown) => {
    if (problem instanceof ApiProblem && problem.code === "DATA_NO_LOG") return undefined;
    throw problem;
  });
  if (known?.log.origin === origin) return undefined;
  const operation: Dataset = {
    ...{ op: "dataset", code, prev: await chainOf(run, code, "op") },
    ...termsOf(options),
    log: { origin, vkeys, url },
  };
  return decideAndSubmit(run, operation);
}

/** Which log is meant is certain from its first checkpoint on. */
async function anchorFirst(run: Run, code: Code, log: OpenedLog): Promise<Decided | undefined> {
  const { log: known } = await run.client.dataset(code);
  if (known.genesis !== undefined) return undefined;
  const client = run.client.as(await requesterOf(run));
  const { entry } = await client.datasetEntry(code, 0);
  const genesis = hashLeaf(fromBase64(entry ?? "") ?? new Uint8Array());
  const { checkpoint, path } = log;
  return decideAndSubmit(run, { op: "anchor", items: [{ code, checkpoint, genesis, path }] });
}

/** A number of an entry. */
export function readIndex(text: string): number {
  if (/^(?:0|[1-9]\d{0,14})$/.test(text)) return Number(text);
  const want = { en: "the number of an entry", zh: "条目序号" };
  throw new CliProblem("CLI_ARGUMENT", { name: "index", got: text, want, example: "0" });
}

/** SHA-256 in hex. */
export function readHash(text: string): string {
  if (fromHex(text)?.length === 32) return text;
  const want = { en: "64 hexadecimal digits", zh: "64 位十六进制数" };
  const example = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  throw new CliProblem("CLI_ARGUMENT", { name: "sha256", got: text, want, example });
}
