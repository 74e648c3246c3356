import { readFile, rm, writeFile } from "node:fs/promises";
import {
  type Envelope,
  encodePayload,
  equalBytes,
  fitShape,
  type Operation,
  openEnvelope,
  operation as operationShape,
  parseTlogProof,
  utf8,
} from "../core/index.ts";
import type { Signed } from "../sdk/index.ts";
import { fileProblem } from "./file-problem.ts";
import type { Run } from "./run.ts";
import { DRAFT_END, refuseExisting, writeWholeFile } from "./write-file.ts";

/** Beside a receipt lie the bytes that were signed, without which it proves nothing. */
const filesOf = (path: string) => ({ receipt: path, signed: `${path}.cose` });

/**
 * Whether `--receipt` names a place where files can be put, and nothing lies there yet: asked before anything is signed, as what was
 * submitted cannot be taken back.
 *
 * @throws CliProblem CLI_FILE_EXISTS, CLI_FILE
 */
export async function checkReceiptPath({ options, receipts }: Run): Promise<void> {
  const path = options.receipt;
  // What this run wrote is of its own earlier signature, as where a file of seals needs several.
  if (path === undefined || receipts.has(path)) return;
  for (const file of Object.values(filesOf(path))) await refuseExisting(file);
  // Permissions, quotas and full disks are asked by writing alone.
  const probe = `${path}.${process.pid}${DRAFT_END}`;
  try {
    await writeFile(probe, "?");
  } catch (cause) {
    throw fileProblem(path, cause);
  } finally {
    await rm(probe, { force: true }).catch(() => undefined);
  }
}

/**
 * What `--receipt` names may be the receipt of this very operation, which an earlier run signed and handed in: then it is handed in
 * again as it is, which does nothing twice, instead of being signed anew.
 */
export async function signedBefore(
  run: Run,
  operation: Operation,
  { iss, aud }: Pick<Envelope, "iss" | "aud">,
): Promise<Signed | undefined> {
  const bytes = await keptBytes(run);
  const envelope = bytes && openEnvelope(bytes);
  if (bytes === undefined || !envelope?.ok) return undefined;
  const { value: before } = envelope;
  const said = fitShape(operationShape, before.payload);
  if (!said.ok || before.iss !== iss || before.aud !== aud) return undefined;
  if (!equalBytes(encodePayload(said.value), encodePayload(operation))) return undefined;
  await checkReceiptOf(run, bytes);
  return { bytes, id: before.id };
}

/** The same as `checkReceiptPath` of what was signed before, whose own receipt may lie there. @throws CliProblem CLI_FILE_EXISTS, CLI_FILE */
export async function checkReceiptOf(run: Run, bytes: Uint8Array): Promise<void> {
  const path = run.options.receipt;
  if (path === undefined) return;
  const kept = await keptBytes(run);
  if (kept !== undefined && equalBytes(kept, bytes)) run.receipts.add(path);
  await checkReceiptPath(run);
}

/** The signed bytes beside a receipt that is there; `undefined` where there is none, or something else. */
async function keptBytes({ options, receipts }: Run): Promise<Uint8Array | undefined> {
  const path = options.receipt;
  // What this run wrote is of another operation of its own.
  if (path === undefined || receipts.has(path)) return undefined;
  const files = filesOf(path);
  const receipt = await readFile(files.receipt, "utf8").catch(() => "");
  if (!parseTlogProof(receipt).ok) return undefined;
  const bytes = await readFile(files.signed).catch(() => undefined);
  return bytes && new Uint8Array(bytes);
}

/** Keeps a receipt where `--receipt` says. What was signed is done by now: a failure is told behind the result. */
export async function keepReceipt(run: Run, receipt: string, bytes: Uint8Array): Promise<void> {
  const path = run.options.receipt;
  if (path === undefined) return;
  const files = filesOf(path);
  const overwrite = run.receipts.has(path);
  try {
    await writeWholeFile(files.signed, bytes, { overwrite });
    await writeWholeFile(files.receipt, utf8(receipt), { overwrite });
    run.receipts.add(path);
  } catch (problem) {
    run.failLater(problem);
  }
}
