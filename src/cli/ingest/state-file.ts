import { type ResumeFile, resumeFile } from "../resume-file.ts";

/** How far an ingest came: enough to go on after a break, from the same file, and to send nothing twice. */
export type IngestState = {
  readonly format: "cityid/ingest/v1";
  /** SHA-256 over file, mapping and how it is read, hex. */
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

const file: ResumeFile<IngestState> = resumeFile<IngestState>(ingestStateOf, "cityid/ingest/v1", {
  en: "the state of an ingest",
  zh: "数据接入的进度文件",
});

export const readIngestState: ResumeFile<IngestState>["read"] = file.read;
export const writeIngestState: ResumeFile<IngestState>["write"] = file.write;
export const dropIngestState: ResumeFile<IngestState>["drop"] = file.drop;
