import { hex, type RegisterItem } from "../../core/index.ts";
import { ItemsChanged, type ManifestPlan, manifestChunks } from "../../sdk/index.ts";
import { CliProblem } from "../problem.ts";
import { duration, group } from "../progress.ts";
import { refusalText } from "../refusal-text.ts";
import type { Run } from "../run.ts";
import type { ImportRequest } from "./request.ts";
import { stateFileOf } from "./state-file.ts";

/** More than one request at once keeps the node busy while this process reads the file. */
const CONCURRENCY = 2;

/** Sends the parts that the ledger has not; at the end all of them are durable. */
export async function sendChunks(
  run: Run,
  request: ImportRequest,
  plan: ManifestPlan,
  id: Uint8Array,
  items: AsyncIterable<RegisterItem>,
): Promise<void> {
  const { count, chunks } = plan.operation;
  const manifest = hex(id);
  const lacks = await missingChunks(run, manifest);
  const wanted = plan.leaves.map((_, index) => index).filter(lacks);
  const started = Date.now();
  const bar = run.progress(run.say({ en: "Issuing", zh: "正在签发" }), chunks);
  const entries = manifestChunks(plan.leaves, id, items, lacks);
  let at = 0;
  try {
    for await (const outcome of run.client.submitMany(entries, { concurrency: CONCURRENCY })) {
      const index = wanted[at++] ?? 0;
      if (outcome.status === "refused" && outcome.code !== "BULK_CHUNK_TAKEN") {
        const part = { index, part: index + 1, chunks, manifest };
        const { code: cause, facts } = outcome;
        const why = refusalText(cause, facts);
        throw new CliProblem("IMPORT_REFUSED", { ...facts, ...part, cause, why });
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
        zh: `已在 ${request.terms.under} 之下签发 ${group(count)} 个编码，用时 ${duration(milliseconds)}。`,
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
