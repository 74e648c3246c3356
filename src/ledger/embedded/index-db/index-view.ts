import type { Sql } from "../../../sql/index.ts";
import type { FrameSource } from "./frames.ts";
import { Places } from "./places.ts";
import { Runs } from "./runs/runs.ts";

/** What a question is answered from: another thread may be writing meanwhile. */
export class IndexView {
  readonly sql: Sql;
  readonly source: FrameSource;
  readonly runs: Runs;

  constructor(sql: Sql, source: FrameSource) {
    this.sql = sql;
    this.source = source;
    this.runs = new Runs(sql, CACHED_BLOCKS);
  }

  /** Places as they are now. */
  get places(): Places {
    return new Places(this.sql);
  }
}

/** 16 MB: what common words and places need at 10⁶ records. */
const CACHED_BLOCKS = 2048;
