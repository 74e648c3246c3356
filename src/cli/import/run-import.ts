import { base64, fromBase64, hex, openEnvelope, type RegisterItem } from "../../core/index.ts";
import {
  ApiProblem,
  ItemsChanged,
  type ManifestPlan,
  manifestChunks,
  planManifest,
  type Signed,
} from "../../sdk/index.ts";
import { CliProblem } from "../problem.ts";
import { duration, group } from "../progress.ts";
import { Refused } from "../refused.ts";
import type { Run } from "../run.ts";
import { signShown } from "../signing.ts";
import { type BadRows, tellBadRows } from "./bad-rows.ts";
import { hasTarget, mapColumns } from "./columns.ts";
import type { Terms } from "./draft.ts";
import { createRowJudge } from "./item.ts";
import { openRows } from "./open-rows.ts";
import { dropState, type ImportState, readState, stateFileOf, writeState } from "./state-file.ts";

export type ImportRequest = {
  readonly path: string;
  readonly terms: Terms;
  readonly map: readonly string[];
  readonly rest: "attributes" | "ignore";
  readonly encoding?: string;
  readonly skipBad: boolean;
  readonly dryRun: boolean;
  /** Where all bad rows are written to. */
  readonly report?: string;
};

/**
 * Imports a file as one manifest: judges every row, signs once, sends the parts. Before the operation is sent it is kept
 * beside the file, so that the same command goes on where a break, a crash or a vote interrupted it.
 */
export async function runImport(run: Run, asked: ImportRequest): Promise<void> {
  const before = asked.dryRun ? undefined : await readState(asked.path);
  const request = before === undefined ? asked : { ...asked, ...before };
  const taken = await takenBelow(run, request, before);
  const bad = tellBadRows(run, before === undefined ? request.report : undefined);
  const plan = await planRows(run, request, taken, bad);
  await bad.end();
  refuseBadRows(request, bad, plan);
  if (request.dryRun) return tellDryRun(run, request, plan, bad.count());
  const signed =
    before === undefined ? await signPlan(run, request, plan) : resumed(request, before, plan);
  if (!(await openManifest(run, signed, before))) return;
  await sendChunks(run, request, taken, plan, signed.id);
  await dropState(request.path);
}

/** The codes that stand below already, so that a row can be refused before anything is signed. */
async function takenBelow(
  run: Run,
  { terms }: ImportRequest,
  before: ImportState | undefined,
): Promise<ReadonlySet<string>> {
  const taken = new Set<string>();
  // What a resumed import finds there may be its own.
  if (before !== undefined) return taken;
  const { record } = await run.client.record(terms.under);
  if (record.children.count === 0) return taken;
  for await (const { code, effective } of run.client.everyChild(terms.under)) {
    if (effective.status !== "void" && effective.status !== "retired") taken.add(code);
  }
  return taken;
}

/** The items of the good rows, in order; tells `bad` of the others. */
async function* goodItems(
  request: ImportRequest,
  taken: ReadonlySet<string>,
  bad: BadRows | undefined,
): AsyncGenerator<RegisterItem, void, undefined> {
  const source = await openRows(request.path, request.encoding);
  const mapping = mapColumns(source.columns, request.map, request.rest);
  if (request.terms.name === undefined && !hasTarget(mapping, "name")) {
    const want = { en: "the name", zh: "名称" };
    const got = source.columns.join(", ");
    throw new CliProblem("IMPORT_COLUMNS", { path: request.path, want, got, example: "设施=name" });
  }
  const judge = createRowJudge(mapping, request.terms, (code) => taken.has(code));
  for await (const row of source.rows()) {
    const judged = judge(row);
    if (judged.ok) yield judged.item;
    else bad?.add(row, judged.problems);
  }
}

async function planRows(
  run: Run,
  request: ImportRequest,
  taken: ReadonlySet<string>,
  bad: BadRows,
): Promise<ManifestPlan> {
  run.note(run.say({ en: `Reading ${request.path} …`, zh: `正在读取 ${request.path} ……` }));
  const { under } = request.terms;
  return planManifest(goodItems(request, taken, bad), { what: "register", under });
}

function refuseBadRows({ path, skipBad, dryRun }: ImportRequest, bad: BadRows, plan: ManifestPlan) {
  const { count } = plan.operation;
  const rows = count + bad.count();
  if (bad.count() > 0 && !skipBad) throw new CliProblem("IMPORT_ROWS", { bad: bad.count(), rows });
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

async function signPlan(
  run: Run,
  request: ImportRequest,
  { operation }: ManifestPlan,
): Promise<Signed> {
  const several = await needsVotes(run, request.terms.under);
  const signed = await signShown(run, several ? { op: "propose", inner: operation } : operation);
  const { terms, map, rest } = request;
  const state = { id: hex(signed.id), operation: base64(signed.bytes), terms, map, rest };
  await writeState(request.path, { format: "cityid/import/v1", ...state });
  return signed;
}

/** Whether the nearest holder of `issue` asks for several signatures. */
async function needsVotes(run: Run, under: string): Promise<boolean> {
  const { ancestors = [] } = await run.client.record(under, { ancestors: 1 });
  for (const code of [under, ...ancestors.map(({ code }) => code).reverse()]) {
    const { record } = await run.client.record(code);
    if (record.holds.includes("issue")) return record.threshold > 1;
  }
  return true;
}

/** The operation of an import that was begun; the file must still be the one that was signed. */
function resumed({ path }: ImportRequest, before: ImportState, plan: ManifestPlan): Signed {
  const bytes = fromBase64(before.operation) ?? new Uint8Array();
  const envelope = openEnvelope(bytes);
  const payload = envelope.ok ? JSON.stringify(envelope.value.payload) : "";
  const [signedRoot, nowRoot] = [payload, JSON.stringify(plan.operation.root)];
  if (!envelope.ok || !signedRoot.includes(nowRoot)) {
    throw new CliProblem("IMPORT_CHANGED", { path, state: stateFileOf(path) });
  }
  return { bytes, id: envelope.value.id };
}

/** Puts the manifest into the ledger. @returns whether its parts can be sent: a proposed one awaits votes */
async function openManifest(
  run: Run,
  signed: Signed,
  before: ImportState | undefined,
): Promise<boolean> {
  const id = hex(signed.id);
  if (before === undefined || !(await isOpen(run, id))) {
    const outcome = await run.client.submit(signed.bytes);
    if (outcome.status === "refused") throw new Refused(outcome);
  }
  if (await isOpen(run, id)) return true;
  run.result({ manifest: id, state: "proposed" }, () => [
    run.say({
      en: `Proposed: others must approve (cityid endorse ${id}). Then run the same command again.`,
      zh: `已提请表决，须他人赞成（cityid endorse ${id}）。通过后请再次执行同一命令。`,
    }),
  ]);
  return false;
}

async function isOpen(run: Run, id: string): Promise<boolean> {
  return run.client.manifest(id).then(
    () => true,
    (problem: unknown) => {
      if (problem instanceof ApiProblem && problem.status === 404) return false;
      throw problem;
    },
  );
}

/** More than one request at once keeps the node busy while this process reads the file. */
const CONCURRENCY = 2;

async function sendChunks(
  run: Run,
  request: ImportRequest,
  taken: ReadonlySet<string>,
  plan: ManifestPlan,
  id: Uint8Array,
): Promise<void> {
  const { count, chunks } = plan.operation;
  const manifest = hex(id);
  const lacks = await missingChunks(run, manifest);
  const wanted = plan.leaves.map((_, index) => index).filter(lacks);
  const started = Date.now();
  const bar = run.progress(run.say({ en: "Issuing", zh: "正在签发" }), chunks);
  const entries = manifestChunks(plan.leaves, id, goodItems(request, taken, undefined), lacks);
  let at = 0;
  try {
    for await (const outcome of run.client.submitMany(entries, { concurrency: CONCURRENCY })) {
      const index = wanted[at++] ?? 0;
      if (outcome.status === "refused" && outcome.code !== "BULK_CHUNK_TAKEN") {
        throw new CliProblem("IMPORT_REFUSED", {
          index,
          chunks,
          manifest,
          cause: outcome.code,
          ...outcome.facts,
        });
      }
      bar.to(chunks - wanted.length + at);
    }
  } catch (cause) {
    if (!(cause instanceof ItemsChanged)) throw cause;
    throw new CliProblem(
      "IMPORT_CHANGED",
      { path: request.path, state: stateFileOf(request.path) },
      { cause },
    );
  } finally {
    bar.end();
  }
  const milliseconds = Date.now() - started;
  run.result({ manifest, under: request.terms.under, count, milliseconds }, () => [
    run.paint.good("✔ ") +
      run.say({
        en: `Issued ${group(count)} codes below ${request.terms.under} in ${duration(milliseconds)}.`,
        zh: `已在 ${request.terms.under} 之下签发 ${group(count)} 个标识码，用时 ${duration(milliseconds)}。`,
      }),
    run.say({
      en: `  Take it back with: cityid void ${manifest} --reason …`,
      zh: `  如需撤回：cityid void ${manifest} --reason ……`,
    }),
  ]);
}

/** Which chunks the ledger has not. */
async function missingChunks(run: Run, manifest: string): Promise<(index: number) => boolean> {
  const { missing, more } = await run.client.manifest(manifest);
  const last = missing.at(-1)?.[1] ?? -1;
  return (index) =>
    missing.some(([from, to]) => from <= index && index <= to) || (more === true && index > last);
}
