import type { Code } from "../../../core/index.ts";
import type { Sql } from "../../../sql/index.ts";
import type { ExactWriter } from "./exact-writer.ts";
import { underFacet } from "./facets.ts";
import type { FrameSource } from "./frames.ts";
import { CHUNK_IDS, idAt, RANKS, rankOf } from "./layout.ts";
import { Places } from "./places.ts";
import type { Progress } from "./progress.ts";
import { type RecordFields, sameFields } from "./record-fields.ts";
import type { RunStore } from "./runs/run-store.ts";
import { Runs } from "./runs/runs.ts";
import { findRecords, recordAt } from "./stored-records.ts";
import { TokenChanges } from "./token-changes.ts";
import { TokenWriter } from "./token-writer.ts";

/** A version of a record. */
export type Version = {
  readonly code: Code;
  readonly fields: RecordFields;
  /** Where its frame begins. */
  readonly offset: number;
};

/** The newest versions of records that were there before. */
type Changed = ReadonlyMap<Code, Version>;

export type RecordWriterParts = {
  readonly sql: Sql;
  readonly source: FrameSource;
  readonly runs: RunStore;
  readonly exact: ExactWriter;
};

/** Writes records, new and changed, and what they are found by. */
export class RecordWriter {
  readonly #parts: RecordWriterParts;
  readonly #tokens: TokenWriter;
  readonly #changes: TokenChanges;
  readonly #places: Places;
  readonly #lookup: Runs;
  /** New records that wait for those of the last rank: nearly all are things, and are taken as they come. */
  #waiting: { readonly id: number; readonly version: Version }[] = [];
  /** Codes that came since the last write, with their ids. */
  #fresh: { readonly id: number; readonly code: Code }[] = [];

  constructor(parts: RecordWriterParts) {
    this.#parts = parts;
    this.#tokens = new TokenWriter(parts.runs);
    this.#changes = new TokenChanges(parts.runs);
    this.#places = new Places(parts.sql);
    this.#lookup = new Runs(parts.sql, CACHED_BLOCKS);
  }

  /** Whether the record that was inserted last is the last one of its chunk. */
  get endsChunk(): boolean {
    const last = this.#fresh.at(-1);
    return last !== undefined && (last.id + 1) % CHUNK_IDS === 0;
  }

  /** Adds a record whose code was never seen before. */
  insert(version: Version, { records, byKind }: Progress): void {
    const { code, fields, offset } = version;
    const rank = rankOf(code);
    const position = records[rank] ?? 0;
    records[rank] = position + 1;
    byKind[fields.kind] = (byKind[fields.kind] ?? 0) + 1;
    const id = idAt(rank, position);
    this.#fresh.push({ id, code });
    if (rank === LAST_RANK) this.#tokens.add(id, code, fields);
    else this.#waiting.push({ id, version });
    this.#places.set(id, offset);
    this.#parts.exact.addCode(code, id);
  }

  /**
   * Writes what was inserted, and takes in the newest versions of records that are there. The children of each must have
   * been written before.
   */
  write(changed: Changed, progress: Progress): void {
    const ids = this.#idsOf(changed);
    for (const version of changed.values()) {
      if (!ids.has(version.code)) this.insert(version, progress);
    }
    this.#writeFresh();
    for (const version of changed.values()) {
      const id = ids.get(version.code);
      if (id !== undefined) this.#change(id, version, progress);
      this.#markInactive(version);
    }
    this.#changes.flush();
    this.#places.flush();
  }

  /** Of records that stand in runs, and of those that are about to. */
  #idsOf(changed: Changed): Map<Code, number> {
    const ids = new Map<Code, number>();
    if (changed.size === 0) return ids;
    this.#lookup.refresh();
    const parts = { runs: this.#lookup, places: this.#places, source: this.#parts.source };
    for (const [code, { id }] of findRecords(parts, changed.keys())) ids.set(code, id);
    for (const { id, code } of this.#fresh) if (changed.has(code)) ids.set(code, id);
    return ids;
  }

  #writeFresh(): void {
    // By id, so that each chunk is gathered once.
    this.#waiting.sort((a, b) => a.id - b.id);
    for (const { id, version } of this.#waiting) this.#tokens.add(id, version.code, version.fields);
    this.#waiting = [];
    this.#fresh = [];
    this.#tokens.flush();
    this.#parts.exact.flush();
    this.#parts.runs.endRun();
  }

  #change(id: number, { fields, offset }: Version, progress: Progress): void {
    const before = recordAt(this.#parts.source, this.#places.offset(id));
    if (sameFields(before.fields, fields)) return;
    this.#places.set(id, offset);
    recount(progress, before.fields.kind, fields.kind);
    this.#changes.add(id, before, fields);
  }

  /** What stands below a suspended or retired record, or below an earlier generation, is not in force. */
  #markInactive({ code, fields }: Version): void {
    const { sql } = this.#parts;
    if (fields.status === "active" && fields.generation === 1) return;
    if (sql.get("SELECT 1 FROM parent WHERE code = ?", [code]) === undefined) return;
    sql.run("INSERT OR IGNORE INTO inactive VALUES (?)", [underFacet(code)]);
  }
}

const LAST_RANK = RANKS.length - 1;

/** For looking codes up that changed, one transaction after the other. */
const CACHED_BLOCKS = 512;

function recount({ byKind }: Progress, before: string, after: string): void {
  byKind[before] = (byKind[before] ?? 0) - 1;
  byKind[after] = (byKind[after] ?? 0) + 1;
}
