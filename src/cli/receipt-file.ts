import { rm, writeFile } from "node:fs/promises";
import { utf8 } from "../core/index.ts";
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
