import { base64, sha256 } from "../../../core/index.ts";
import type { Sql } from "../../../sql/index.ts";
import type { FrameSource } from "./frames.ts";
import { RANKS } from "./layout.ts";

/** How far the index got, kept with what it took in. */
export type Progress = {
  /** Frames of the values file before this are taken in. */
  offset: number;
  /** Entries of the log before this are taken in. */
  size: number;
  /** Log index of the last frame; −1 before the first. */
  lastIndex: number;
  /** How many records of each rank there are. */
  readonly records: number[];
  values: number;
  operations: number;
  readonly byKind: { [kind: string]: number };
  /** `tailOf` what was taken in. */
  tail: string;
};

/** Nothing was taken in; frames begin at `start` of the values file. */
export function noProgress(start: number): Progress {
  return {
    offset: start,
    size: 0,
    lastIndex: -1,
    records: RANKS.map(() => 0),
    values: 0,
    operations: 0,
    byKind: {},
    tail: "",
  };
}

export function loadProgress(sql: Sql): Progress {
  const row = sql.get("SELECT value FROM meta WHERE name = 'progress'");
  return JSON.parse(String(row?.[0])) as Progress;
}

export function saveProgress(sql: Sql, progress: Progress): void {
  sql.run("INSERT OR REPLACE INTO meta VALUES ('progress', ?)", [JSON.stringify(progress)]);
}

/** At least the last frame, with its hashes and its checksum. */
const TAIL_BYTES = 4096;

/** Says in short what stands in the values file before `offset`: tells one file from another, and a cut one from a whole one. */
export function tailOf(source: FrameSource, offset: number): string {
  return base64(sha256(source.tail(offset, TAIL_BYTES)));
}
