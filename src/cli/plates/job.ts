import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { lockDirectory } from "../../node/index.ts";
import { fileProblem } from "../file-problem.ts";
import { CliProblem } from "../problem.ts";
import { DRAFT_END, writeWholeFile } from "../write-file.ts";
import { LAYOUT_NAMES, type LayoutName, type Where } from "./layout.ts";

// A job lies in its directory, so that the same command goes on where a kill interrupted it. First `plan.ndjson` says what is to
// be sealed, then `job.json` with which serials; then come the seals, one file for each batch, then sheets, symbols, manifest.
// Each file but those of seals has all of its content or is not there; those of seals grow by whole lines.

/** What was asked for: the same when a job goes on. */
export type JobOrder = {
  readonly parent: string;
  readonly class?: string;
  readonly layout: LayoutName;
  readonly where: Where;
  readonly host: string;
  readonly sample: boolean;
  /** Unix seconds. */
  readonly expires?: number;
  readonly holder: string;
  readonly kid: string;
};

export type Job = {
  readonly format: "cityid/plates/v1";
  readonly order: JobOrder;
  /** Unix seconds: every seal of a job says so, and its files too. */
  readonly iat: number;
  readonly first: number;
  readonly count: number;
  /** Modules on a side of every symbol, quiet zone included. */
  readonly modules: number;
  readonly leftOut: { readonly ended: number; readonly sealThemselves: number };
};

const JOB = "job.json";
const PLAN = "plan.ndjson";
const LOCKS = ["lock", "lock.pid", "lock.guard"];

export type JobFiles = {
  readonly plan: string;
  readonly manifest: string;
  readonly batch: (index: number) => string;
  readonly sheets: (index: number) => string;
  readonly symbols: (index: number) => string;
};

export function filesOf(directory: string): JobFiles {
  const numbered = (name: string, end: string) => (index: number) =>
    join(directory, `${name}-${String(index + 1).padStart(4, "0")}.${end}`);
  return {
    plan: join(directory, PLAN),
    manifest: join(directory, "manifest.csv"),
    batch: numbered("seals", "ndjson"),
    sheets: numbered("sheets", "pdf"),
    symbols: numbered("symbols", "zip"),
  };
}

/**
 * Does the work while nobody else works in the directory, which is made if it is not there.
 *
 * @throws CliProblem PLATES_DIRECTORY where something else lies in it; PLATES_BUSY; CLI_FILE
 */
export async function inJobDirectory<T>(directory: string, work: () => Promise<T>): Promise<T> {
  await refuseForeign(directory);
  const lock = await lockDirectory(directory).catch((cause: unknown) => {
    throw lockProblem(directory, cause);
  });
  try {
    await refuseForeign(directory);
    for (const name of await readdir(directory)) {
      if (name.endsWith(DRAFT_END)) await rm(join(directory, name), { force: true });
    }
    return await work();
  } finally {
    await lock.release();
  }
}

async function refuseForeign(directory: string): Promise<void> {
  const names = await readdir(directory).catch((cause: NodeJS.ErrnoException): string[] => {
    if (cause.code === "ENOENT") return [];
    throw fileProblem(directory, cause);
  });
  if (names.includes(JOB)) return;
  const foreign = names.find((name) => name !== PLAN && !LOCKS.includes(name) && !isOwnDraft(name));
  if (foreign !== undefined) throw new CliProblem("PLATES_DIRECTORY", { path: directory, foreign });
}

function isOwnDraft(name: string): boolean {
  return name.endsWith(DRAFT_END) && (name.startsWith(PLAN) || name.startsWith(JOB));
}

function lockProblem(path: string, cause: unknown): unknown {
  const { code, facts = {} } = Object(cause) as {
    code?: unknown;
    facts?: { pid?: unknown; reason?: unknown };
  };
  if (code === "DATA_DIR_IN_USE") {
    return new CliProblem("PLATES_BUSY", { path, pid: facts.pid }, { cause });
  }
  if (code === "DATA_DIR_ACCESS") return fileProblem(path, { code: facts.reason });
  return cause;
}

/**
 * The job that lies in a directory, if it is the one that is asked for.
 *
 * @throws CliProblem PLATES_JOB where it is another one; CLI_FILE_FORMAT where it is none
 */
export async function readJob(directory: string, order: JobOrder): Promise<Job | undefined> {
  const path = join(directory, JOB);
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return undefined;
    throw fileProblem(path, cause);
  });
  if (text === undefined) return undefined;
  const job = parseJob(text);
  if (job === undefined) {
    const want = { en: "a job of plates", zh: "铭牌任务文件" };
    throw new CliProblem("CLI_FILE_FORMAT", { path, want });
  }
  for (const field of FIELDS) {
    const [got, want] = [order[field], job.order[field]];
    if (got === want) continue;
    throw new CliProblem("PLATES_JOB", { path, field, got: got ?? "–", want: want ?? "–" });
  }
  return job;
}

const FIELDS = [
  "parent",
  "class",
  "layout",
  "where",
  "host",
  "sample",
  "expires",
  "holder",
  "kid",
] as const satisfies readonly (keyof JobOrder)[];

function parseJob(text: string): Job | undefined {
  try {
    const job = JSON.parse(text) as Job;
    const { format, order, iat, first, count, modules, leftOut } = job;
    const numbers = [iat, first, count, modules, leftOut.ended, leftOut.sealThemselves];
    const isWhole = numbers.every((number) => Number.isSafeInteger(number) && number >= 0);
    const isKnown = format === "cityid/plates/v1" && LAYOUT_NAMES.includes(order.layout);
    return isWhole && isKnown ? job : undefined;
  } catch {
    return undefined;
  }
}

/** From now on the serials of the job are those of its plan. */
export async function writeJob(directory: string, job: Job): Promise<void> {
  const text = `${JSON.stringify(job, undefined, 2)}\n`;
  await writeWholeFile(join(directory, JOB), Buffer.from(text), { overwrite: true });
}
