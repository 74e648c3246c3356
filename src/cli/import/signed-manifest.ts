import {
  base64,
  equalBytes,
  fitShape,
  fromBase64,
  hex,
  type Operation,
  openEnvelope,
  operation as operationShape,
} from "../../core/index.ts";
import { ApiProblem, type ManifestPlan, type Signed } from "../../sdk/index.ts";
import { CliProblem } from "../problem.ts";
import { checkReceiptOf } from "../receipt-file.ts";
import { Refused } from "../refused.ts";
import type { Run } from "../run.ts";
import { signShown, submitSigned } from "../signing.ts";
import type { ImportRequest } from "./request.ts";
import { dropState, type ImportState, stateFileOf, writeState } from "./state-file.ts";

/** Shows the manifest, signs it, and keeps it before anything is sent. */
export async function signPlan(
  run: Run,
  request: ImportRequest,
  { operation }: ManifestPlan,
  skipped: readonly number[],
): Promise<Signed> {
  const several = await needsVotes(run, request.terms.under);
  const signed = await signShown(run, several ? { op: "propose", inner: operation } : operation);
  const { terms, map, rest } = request;
  const state = { id: hex(signed.id), operation: base64(signed.bytes), terms, map, rest, skipped };
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
export function resumed({ path }: ImportRequest, before: ImportState, plan: ManifestPlan): Signed {
  const bytes = fromBase64(before.operation) ?? new Uint8Array();
  const envelope = openEnvelope(bytes);
  const body = envelope.ok ? fitShape(operationShape, envelope.value.payload) : envelope;
  if (envelope.ok && body.ok && commitsTo(body.value, plan))
    return { bytes, id: envelope.value.id };
  throw new CliProblem("IMPORT_CHANGED", { path, state: stateFileOf(path) });
}

function commitsTo(signed: Operation, { operation }: ManifestPlan): boolean {
  const manifest = signed.op === "propose" ? signed.inner : signed;
  return manifest.op === "manifest" && equalBytes(manifest.root, operation.root);
}

/** Puts the manifest into the ledger. @returns whether its parts can be sent: a proposed one awaits votes */
export async function openManifest(
  run: Run,
  path: string,
  signed: Signed,
  before: ImportState | undefined,
): Promise<boolean> {
  const id = hex(signed.id);
  await checkReceiptOf(run, signed.bytes);
  // One that is there is handed in again for its receipt alone.
  const wantsReceipt = run.options.receipt !== undefined;
  if (before === undefined || wantsReceipt || !(await isOpen(run, id))) {
    await submitSigned(run, signed).catch(async (cause: unknown) => {
      // Refused as it is signed: the next try signs anew.
      if (cause instanceof Refused) await dropState(path);
      throw cause;
    });
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
