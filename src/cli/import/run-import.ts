import type { RegisterItem } from "../../core/index.ts";
import { type ManifestPlan, planManifest } from "../../sdk/index.ts";
import { CliProblem } from "../problem.ts";
import { group } from "../progress.ts";
import type { Run } from "../run.ts";
import { type BadRows, tellBadRows } from "./bad-rows.ts";
import { createRowJudge, type Judged, type Surroundings } from "./item.ts";
import { openMapped } from "./open-mapped.ts";
import type { AskedImport, ImportRequest } from "./request.ts";
import type { Row } from "./row.ts";
import { sendChunks } from "./send-chunks.ts";
import { openManifest, resumed, signPlan } from "./signed-manifest.ts";
import { dropState, type ImportState, readState } from "./state-file.ts";
import { lookAround } from "./surroundings.ts";

/**
 * Imports a file as one manifest: judges every row, signs once, sends the parts. Before the operation is sent it is kept
 * beside the file, so that the same command goes on where a break, a crash or a vote interrupted it.
 */
export async function runImport(run: Run, asked: AskedImport): Promise<void> {
  const before = asked.dryRun ? undefined : await readState(asked.path);
  const { request, items } =
    before === undefined ? await judgedImport(run, asked) : resumedImport(asked, before);
  const bad = await tellBadRows(run, before === undefined ? request.report : undefined);
  const plan = await planRows(run, request, items(bad));
  await bad.end();
  refuseBadRows(request, bad, plan);
  if (request.dryRun) return tellDryRun(run, request, plan, bad.lines.length);
  const signed =
    before === undefined
      ? await signPlan(run, request, plan, bad.lines)
      : resumed(request, before, plan);
  if (!(await openManifest(run, request.path, signed, before))) return;
  await sendChunks(run, request, plan, signed.id, items());
  await dropState(request.path);
}

/** The good rows as items, in order; read anew at each call. `bad` is told of the others. */
type ReadItems = (bad?: BadRows) => AsyncGenerator<RegisterItem, void, undefined>;

type Import = { readonly request: ImportRequest; readonly items: ReadItems };

async function judgedImport(run: Run, asked: AskedImport): Promise<Import> {
  const found = await lookAround(run, asked);
  const terms = { ...asked.terms, first: asked.terms.first ?? found.nextNumber };
  const request = { ...asked, terms };
  return { request, items: judgedRows(request, found) };
}

/** With the terms that were signed: its rows keep the numbers that they had. */
function resumedImport(asked: AskedImport, before: ImportState): Import {
  const request = { ...asked, ...before };
  return { request, items: signedRows(request, before) };
}

function judgedRows(request: ImportRequest, surroundings: Surroundings): ReadItems {
  return async function* (bad) {
    for await (const { row, judged } of judgeRows(request, surroundings)) {
      if (judged.ok) yield judged.item;
      else bad?.add(row, judged.problems);
    }
  };
}

/** The rows of an import that was signed: what it left out stays out, and what it found in the ledger may be its own. */
function signedRows(request: ImportRequest, { skipped }: ImportState): ReadItems {
  const left = new Set(skipped);
  const anything: Surroundings = {
    taken: () => false,
    knowsClass: () => true,
    holderOf: () => undefined,
  };
  return async function* () {
    for await (const { row, judged } of judgeRows(request, anything)) {
      if (judged.ok && !left.has(row.line)) yield judged.item;
    }
  };
}

async function* judgeRows(
  request: ImportRequest,
  surroundings: Surroundings,
): AsyncGenerator<{ readonly row: Row; readonly judged: Judged }, void, undefined> {
  const { source, mapping } = await openMapped(request);
  const judge = createRowJudge(mapping, request.terms, surroundings);
  for await (const row of source.rows()) yield { row, judged: judge(row) };
}

async function planRows(
  run: Run,
  { path, terms }: ImportRequest,
  items: AsyncIterable<RegisterItem>,
): Promise<ManifestPlan> {
  run.note(run.say({ en: `Reading ${path} …`, zh: `正在读取 ${path} ……` }));
  return planManifest(items, { what: "register", under: terms.under });
}

function refuseBadRows({ path, skipBad, dryRun }: ImportRequest, bad: BadRows, plan: ManifestPlan) {
  const { count } = plan.operation;
  const left = bad.lines.length;
  if (left > 0 && !skipBad) throw new CliProblem("IMPORT_ROWS", { bad: left, rows: count + left });
  if (count === 0 && !dryRun) throw new CliProblem("IMPORT_EMPTY", { path });
}

function tellDryRun(
  run: Run,
  { path, terms }: ImportRequest,
  plan: ManifestPlan,
  bad: number,
): void {
  const { count, chunks } = plan.operation;
  run.result(
    { file: path, under: terms.under, rows: count + bad, good: count, bad, chunks },
    () => [
      run.say({
        en: `${group(count)} rows can be issued below ${terms.under}; ${group(bad)} are left out. Nothing was signed.`,
        zh: `${group(count)} 行可在 ${terms.under} 之下签发；${group(bad)} 行被跳过。未签署任何内容。`,
      }),
    ],
  );
}
