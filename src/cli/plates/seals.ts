import { type Code, fromHex, hex, type ResolverHost } from "../../core/index.ts";
import { makeSeals, type SealSubject, type Signer } from "../../sdk/index.ts";
import { CliProblem } from "../problem.ts";
import type { Run } from "../run.ts";
import { judgeText } from "../seal/check.ts";
import { type SealLine, sealLine } from "../seal/line.ts";
import { MAX_BATCH } from "../seal/log.ts";
import { sealWords } from "../seal/words.ts";
import type { Job, JobFiles } from "./job.ts";
import { openLines, readDocuments } from "./lines.ts";
import type { PlateSubject } from "./subjects.ts";

/** How many lines are written at once; more would only be lost by a kill, and be made again. */
const AT_ONCE = 256;

export function batchCount({ count }: Job): number {
  return Math.ceil(count / MAX_BATCH);
}

/**
 * Seals what the plan names, each with the serial of its place: the first code with the job's first serial, and so on. What a
 * run made before it was killed stays; when this returns, all of it is on the disk.
 */
export async function sealPlan(run: Run, job: Job, files: JobFiles, signer: Signer): Promise<void> {
  const progress = run.progress(run.say({ en: "Sealing ", zh: "制作签章" }), job.count);
  try {
    for (let index = 0; index < batchCount(job); index++) {
      await sealBatch(run, job, files, signer, index, progress.to);
    }
  } finally {
    progress.end();
  }
}

async function sealBatch(
  run: Run,
  { order, iat, first, count }: Job,
  files: JobFiles,
  signer: Signer,
  index: number,
  tell: (done: number) => void,
): Promise<void> {
  const [from, to] = [index * MAX_BATCH, Math.min(count, (index + 1) * MAX_BATCH)];
  const file = await openLines(files.batch(index));
  try {
    const begin = from + file.lines;
    const terms = {
      first: first + begin,
      iatSeconds: iat,
      ...(order.expires !== undefined && { expSeconds: order.expires }),
    };
    let [at, lines]: [number, string[]] = [begin, []];
    for await (const made of makeSeals(planned(files.plan, begin, to), terms, signer)) {
      lines.push(JSON.stringify(sealLine(made, hex(signer.kid), order.host as ResolverHost)));
      at += 1;
      if (lines.length < AT_ONCE) continue;
      await file.append(lines);
      lines = [];
      tell(at);
      run.signal.throwIfAborted();
    }
    await file.append(lines);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function* planned(
  path: string,
  from: number,
  to: number,
): AsyncGenerator<SealSubject, void, undefined> {
  if (from >= to) return;
  let at = from;
  for await (const { code, born } of readDocuments<PlateSubject>(path, from)) {
    yield { code: code as Code, born: fromHex(born) ?? new Uint8Array() };
    at += 1;
    if (at === to) return;
  }
}

/** A plate that was sealed: what its plan says, and its seal. */
export type Plate = { readonly subject: PlateSubject; readonly seal: SealLine };

/** All plates from one on, in order. @throws CliProblem CLI_FILE_FORMAT where a file of seals is not what the job made */
export async function* platesOf(
  job: Job,
  files: JobFiles,
  from = 0,
): AsyncGenerator<Plate, void, undefined> {
  let at = from;
  const seals = sealsOf(job, files, from);
  for await (const subject of readDocuments<PlateSubject>(files.plan, from)) {
    const { value: seal } = await seals.next();
    if (seal?.code !== subject.code || seal.serial !== job.first + at) {
      const path = files.batch(Math.floor(at / MAX_BATCH));
      const want = {
        en: `the seal of ${subject.code} with serial ${job.first + at}`,
        zh: `${subject.code} 的签章，序号 ${job.first + at}`,
      };
      throw new CliProblem("CLI_FILE_FORMAT", { path, want });
    }
    yield { subject, seal };
    at += 1;
  }
}

async function* sealsOf(
  job: Job,
  files: JobFiles,
  from: number,
): AsyncGenerator<SealLine, undefined, undefined> {
  for (let index = Math.floor(from / MAX_BATCH); index < batchCount(job); index++) {
    const skipped = Math.max(0, from - index * MAX_BATCH);
    yield* readDocuments<SealLine>(files.batch(index), skipped);
  }
  return undefined;
}

/**
 * Checks the first seal as whoever scans the plate would, by what the node says and the policy that it states.
 *
 * @throws CliProblem PLATES_NOT_GENUINE, CLI_FILE_FORMAT
 */
export async function checkFirst(run: Run, job: Job, files: JobFiles): Promise<void> {
  for await (const { seal } of platesOf(job, files)) {
    const verdict = await judgeText(run, seal.text, { maxAge: "86400" });
    if (verdict.outcome === "genuine") return;
    const { code: cause, ...facts } = verdict.because;
    const why = sealWords(verdict.because);
    if (verdict.outcome !== "unsure") {
      throw new CliProblem("PLATES_NOT_GENUINE", { ...facts, cause, why, subject: seal.code });
    }
    run.note(
      run.say({
        en: `  Checked, and unsure: ${why.en} (${cause})`,
        zh: `  核验结果不确定：${why.zh}（${cause}）`,
      }),
    );
    return;
  }
}
