import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { fileProblem } from "../file-problem.ts";
import { CliProblem } from "../problem.ts";

/** How far an ingest came: enough to go on after a break, from the same file, and to send nothing twice. */
export type IngestState = {
  readonly format: "cityid/ingest/v1";
  /** SHA-256 over file and mapping, hex. */
  readonly input: string;
  readonly dataset: string;
  /** Good rows that were taken. */
  readonly taken: number;
  /** The batch that was signed and perhaps sent: it is sent again as it is, and stands in the log once. */
  readonly pending?: { readonly rows: number; readonly entry: string; readonly facts: string };
};

/** Beside the file, so that the same command finds it again. */
export function ingestStateOf(path: string): string {
  return `${path}.ingest.json`;
}

export async function readIngestState(path: string): Promise<IngestState | undefined> {
  const file = ingestStateOf(path);
  const text = await readFile(file, "utf8").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return undefined;
    throw fileProblem(file, cause);
  });
  if (text === undefined) return undefined;
  const state = parse(text);
  if (state?.format === "cityid/ingest/v1") return state;
  const want = { en: "the state of an ingest", zh: "数据接入的进度文件" };
  throw new CliProblem("CLI_FILE_FORMAT", { path: file, want });
}

/** Whole or not at all: it is written before a batch is sent. */
export async function writeIngestState(path: string, state: IngestState): Promise<void> {
  const file = ingestStateOf(path);
  await writeFile(`${file}.new`, `${JSON.stringify(state)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

export async function dropIngestState(path: string): Promise<void> {
  await rm(ingestStateOf(path), { force: true });
}

function parse(text: string): IngestState | undefined {
  try {
    return JSON.parse(text) as IngestState;
  } catch {
    return undefined;
  }
}
