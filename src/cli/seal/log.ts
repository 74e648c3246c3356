import {
  hex,
  parseCode,
  readSeal,
  type Seal,
  type SealRuns,
  type Seals,
} from "../../core/index.ts";
import { batchOperation } from "../../sdk/index.ts";
import { CliProblem } from "../problem.ts";
import type { Run } from "../run.ts";
import { identityOf, printAccepted, signAndSubmit } from "../signing.ts";
import type { SealLine } from "./line.ts";
import { readLines } from "./make.ts";

/** Seals of one batch: a node keeps 2 MiB of leaf hashes of it. */
export const MAX_BATCH = 65_536;

/**
 * Logs the batch of a file, and gives the node what it needs to serve paths.
 *
 * @param logged serials that stand in batches: a batch that is whole among them is not logged once more
 */
export async function logBatch(run: Run, path: string, logged: SealRuns = []): Promise<void> {
  const seals = await sealsOf(path);
  const identity = await identityOf(run);
  const { file, holder } = identity;
  const code = parseCode(holder);
  const [first] = seals;
  if (!code.ok || first === undefined || hex(first.kid) !== file.kid) {
    const want = { en: `seals made with key ${file.kid}`, zh: `由密钥 ${file.kid} 制作的签章` };
    throw new CliProblem("CLI_FILE_FORMAT", { path, want });
  }
  const operation = batchOperation(code.value, seals);
  const accepted = isLogged(operation, logged)
    ? undefined
    : await signAndSubmit(run, operation, identity);
  const { record } = await run.client.record(holder);
  const bytes = seals.map((seal) => seal.bytes);
  const reference = `${holder}#${record.generation}`;
  await run.client.putBatch(reference, file.kid, operation.first, bytes);
  const { length } = seals;
  if (accepted === undefined) return;
  printAccepted(
    run,
    accepted,
    run.say({ en: `Logged ${length} seals.`, zh: `已登记 ${length} 枚签章。` }),
  );
}

function isLogged({ first, count }: Seals, logged: SealRuns): boolean {
  return logged.some(([from, length]) => from <= first && first + count <= from + length);
}

/** The seals of a file, if they are one batch: of one key, with serials without a gap. */
async function sealsOf(path: string): Promise<readonly Seal[]> {
  const lines = (await readLines(path)).filter((line) => line !== "");
  const wrong = (en: string, zh: string) =>
    new CliProblem("CLI_FILE_FORMAT", { path, want: { en, zh } });
  if (lines.length > MAX_BATCH)
    throw wrong(`at most ${MAX_BATCH} seals`, `至多 ${MAX_BATCH} 枚签章`);
  const seals = lines.map((line, i) => {
    const read = readSeal(textOf(line));
    if (!read.ok) throw wrong(`a seal in line ${i + 1}`, `第 ${i + 1} 行应为签章`);
    return read.value.seal;
  });
  const [first] = seals;
  const odd = seals.findIndex(({ serial, kid }, i) => {
    return first && (serial !== first.serial + i || hex(kid) !== hex(first.kid));
  });
  if (odd < 0) return seals;
  const line = odd + 1;
  throw wrong(
    `one key, and serials without a gap (line ${line})`,
    `同一密钥、连续的序号（第 ${line} 行）`,
  );
}

function textOf(line: string): string {
  try {
    return String((JSON.parse(line) as Partial<SealLine>).text);
  } catch {
    return line;
  }
}
