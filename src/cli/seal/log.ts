import {
  hex,
  parseCode,
  readSeal,
  type Seal,
  type SealRuns,
  type Seals,
} from "../../core/index.ts";
import { ApiProblem, batchOperation } from "../../sdk/index.ts";
import { CliProblem } from "../problem.ts";
import { Refused } from "../refused.ts";
import type { Run } from "../run.ts";
import { identityOf, printAccepted, signAndSubmit } from "../signing.ts";
import type { SealLine } from "./line.ts";
import { CSV_HEAD, readLines } from "./make.ts";

/** Seals of one batch: a node keeps 2 MiB of leaf hashes of it. */
export const MAX_BATCH = 65_536;

/**
 * Logs the batch of a file, and gives the node what it needs to serve paths. Done again where it was broken off in between:
 * what is logged already is not refused, if the node finds that it is this batch.
 *
 * @param logged serials that stand in batches: a batch that is whole among them is not signed once more, and nothing is said of it
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
  const { record } = await run.client.record(holder);
  const bytes = seals.map((seal) => seal.bytes);
  const reference = `${holder}#${record.generation}`;
  const give = () => run.client.putBatch(reference, file.kid, operation.first, bytes);
  const { length } = seals;
  if (isLogged(operation, logged)) return give();
  const accepted = await signAndSubmit(run, operation, identity).catch(async (refused: unknown) => {
    if (!(refused instanceof Refused) || refused.outcome.code !== OVERLAP) throw refused;
    // Of another batch the node says so, and then the first refusal is the one that helps.
    await give().catch((cause: unknown) => {
      throw cause instanceof ApiProblem ? refused : cause;
    });
    return undefined;
  });
  if (accepted !== undefined) await give();
  // Signed again within the same second it is the same operation, which the ledger has.
  if (accepted !== undefined && accepted.repeated !== true) {
    const done = { en: `Logged ${length} seals.`, zh: `已登记 ${length} 枚签章。` };
    printAccepted(run, accepted, run.say(done));
    return;
  }
  const before = {
    en: `These ${length} seals were logged before; the node has what it needs to prove it.`,
    zh: `这 ${length} 枚签章此前已登记；节点已备齐证明所需的数据。`,
  };
  run.result({ status: "logged", first: operation.first, count: length }, () => [
    run.paint.good("✔ ") + run.say(before),
  ]);
}

const OVERLAP = "STATE_SEALS_OVERLAP";

function isLogged({ first, count }: Seals, logged: SealRuns): boolean {
  return logged.some(([from, length]) => from <= first && first + count <= from + length);
}

/** The seals of a file, if they are one batch: of one key, with serials without a gap. */
async function sealsOf(path: string): Promise<readonly Seal[]> {
  const lines = (await readLines(path)).filter((line) => line !== "" && line !== CSV_HEAD);
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

/** A line as JSON, a row of a table, or the text alone. */
function textOf(line: string): string {
  try {
    return String((JSON.parse(line) as Partial<SealLine>).text);
  } catch {
    return line.slice(line.lastIndexOf(",") + 1);
  }
}
