import type { Code } from "../../../core/index.ts";
import { Bucket, thinOut } from "./bucket.ts";
import { type Condition, isAlways } from "./condition.ts";
import { BUCKET_IDS, bucketOf, firstId, firstIdOf, offsetOf, RANKS, rankOfId } from "./layout.ts";
import { offsetsIn } from "./posting.ts";
import type { Progress } from "./progress.ts";
import type { SearchPlan } from "./search-plan.ts";
import type { Row, Sql } from "./sql.ts";

/** Where a search stands: ranks come in order, phases within a rank, ids within a phase. */
export type Position = { readonly phase: number; readonly id: number };

export type Hit = { readonly id: number; readonly code: string };

/** What one step found; everything up to `position` has been looked at. */
export type Step = { readonly position: Position; readonly hits: readonly Hit[] };

/** The phase before those of the plan: records that were named exactly. */
export const EXACT = -1;

const MIN_ROWS = 32;
const MAX_ROWS = 256;
const MAX_VIEWS = 256;
const MAX_LOOKED = 20_000;
/** Rows are read at the latest after so many buckets. */
const BUCKETS_AT_ONCE = 8;

type Looked = { readonly phase: number; readonly row: Row };

/** Walks the records in the order of results: full chunks by what is said of their tokens, the others row by row. */
export class Walk {
  readonly #sql: Sql;
  readonly #plan: SearchPlan;
  readonly #progress: Progress;
  /** So many rows are read at once. */
  readonly #rowsAtOnce: number;
  readonly #exact: ReadonlySet<number>;
  /** What buckets said: the next phase walks the same ones. */
  readonly #views = new Map<number, Bucket>();
  /** Rows that were looked at in an earlier phase: those of a later one; nothing for those of none. */
  readonly #looked = new Map<number, Looked | undefined>();

  constructor(sql: Sql, plan: SearchPlan, progress: Progress, limit: number) {
    this.#sql = sql;
    this.#plan = plan;
    this.#progress = progress;
    this.#rowsAtOnce = Math.min(Math.max(2 * limit, MIN_ROWS), MAX_ROWS);
    this.#exact = new Set(plan.exact);
  }

  *steps(start: Position): Generator<Step> {
    if (start.phase === EXACT) yield this.#lookExact(start.id);
    const from = start.phase === EXACT ? { phase: 0, id: -1 } : start;
    const firstRank = rankOfId(Math.max(from.id, 0));
    for (const rank of RANKS.filter((each) => each >= firstRank)) {
      yield* this.#rank(rank, rank === firstRank ? from : { phase: 0, id: firstId(rank) - 1 });
    }
  }

  *#rank(rank: number, { phase: firstPhase, id }: Position): Generator<Step> {
    const conditions = this.#conditions(rank);
    let tail: ReadonlySet<number> | undefined;
    for (let phase = firstPhase; phase < conditions.length; phase++) {
      const from = phase === firstPhase ? id + 1 : firstId(rank);
      yield* this.#buckets(rank, phase, from, conditions);
      tail ??= this.#tailPhases(rank);
      if (tail.has(phase)) yield* this.#tail(rank, phase, from);
    }
  }

  #lookExact(after: number): Step {
    const { exact, filter } = this.#plan;
    const ids = JSON.stringify(exact.filter((id) => id > after));
    const rows = this.#sql.all(
      `SELECT id, code, facts FROM record
       WHERE id IN (SELECT value FROM json_each(?)) AND ${filter.sql} ORDER BY id`,
      [ids, ...filter.args],
    );
    return { position: { phase: EXACT, id: firstId(RANKS.length) }, hits: this.#hits(rows) };
  }

  /** The conditions of the plan, as narrow as they are worth in this rank. */
  #conditions(rank: number): readonly Condition[] {
    const sealed = this.#progress.sealed[rank] ?? 0;
    if (sealed === 0) return this.#plan.phases;
    const middle = bucketOf(firstId(rank) + Math.floor(sealed / 2));
    return this.#plan.phases.map((condition) => thinOut(this.#sql, middle, condition));
  }

  /** The full chunks of a rank, bucket by bucket, from an id on. Rows are read when there are enough to read. */
  *#buckets(
    rank: number,
    phase: number,
    from: number,
    conditions: readonly Condition[],
  ): Generator<Step> {
    const end = this.#sealedEnd(rank);
    let ids: number[] = [];
    let gathered = 0;
    for (let id = from; id < end; id = firstIdOf(bucketOf(id) + 1)) {
      const bucket = bucketOf(id);
      const first = firstIdOf(bucket);
      for (const offset of this.#offsets(bucket, phase, offsetOf(id), conditions)) {
        // A chunk that was sealed since the search began is still part of its tail.
        if (first + offset >= end) break;
        ids.push(first + offset);
        if (ids.length < this.#rowsAtOnce) continue;
        yield this.#look(ids, phase, first + offset);
        ids = [];
      }
      gathered += 1;
      if (ids.length > 0 && gathered < BUCKETS_AT_ONCE) continue;
      // Every step leads on: whoever stops after it does not begin again where it began.
      yield this.#look(ids, phase, Math.min(first + BUCKET_IDS, end) - 1);
      ids = [];
      gathered = 0;
    }
    if (ids.length > 0) yield this.#look(ids, phase, end - 1);
  }

  #look(ids: readonly number[], phase: number, at: number): Step {
    this.#lookUp(ids.filter((id) => !this.#looked.has(id)));
    const rows = ids.flatMap((id) => {
      const looked = this.#looked.get(id);
      return looked?.phase === phase ? [looked.row] : [];
    });
    if (phase === this.#plan.phases.length - 1) for (const id of ids) this.#looked.delete(id);
    if (this.#looked.size > MAX_LOOKED) this.#looked.clear();
    return { position: { phase, id: at }, hits: this.#others(rows) };
  }

  #lookUp(ids: readonly number[]): void {
    if (ids.length === 0) return;
    for (const id of ids) this.#looked.set(id, undefined);
    const { phase, filter } = this.#plan;
    const rows = this.#sql.all(
      `SELECT id, code, facts, ${phase.sql} FROM record
       WHERE id IN (SELECT value FROM json_each(?)) AND ${filter.sql}`,
      [...phase.args, JSON.stringify(ids), ...filter.args],
    );
    for (const row of rows) {
      const [id, , , at] = row;
      if (at !== null) this.#looked.set(Number(id), { phase: Number(at), row });
    }
  }

  #offsets(
    bucket: number,
    phase: number,
    from: number,
    conditions: readonly Condition[],
  ): Iterable<number> {
    const condition = conditions[phase];
    if (condition === undefined || isAlways(condition)) return numbers(from, BUCKET_IDS);
    const bits = this.#view(bucket, conditions).candidates(condition);
    return bits === undefined ? [] : offsetsIn(bits, from);
  }

  #view(bucket: number, conditions: readonly Condition[]): Bucket {
    const known = this.#views.get(bucket);
    if (known !== undefined) return known;
    const view = new Bucket(this.#sql, bucket, conditions);
    if (this.#views.size < MAX_VIEWS) this.#views.set(bucket, view);
    return view;
  }

  /** The records beyond the full chunks are looked at one by one: fewer than a chunk holds. */
  *#tail(rank: number, phase: number, from: number): Generator<Step> {
    let at = Math.max(from, this.#sealedEnd(rank));
    for (;;) {
      const rows = this.#tailRows(at, firstId(rank + 1), phase);
      const isLast = rows.length < this.#rowsAtOnce;
      const last = isLast ? firstId(rank + 1) - 1 : Number(rows.at(-1)?.[0]);
      yield { position: { phase, id: last }, hits: this.#others(rows) };
      if (isLast) return;
      at = last + 1;
    }
  }

  /** Which phases records of the tail belong to, so that most queries read it once. */
  #tailPhases(rank: number): ReadonlySet<number> {
    const { phase, filter } = this.#plan;
    const rows = this.#sql.all(
      `SELECT DISTINCT ${phase.sql} FROM record WHERE id >= ? AND id < ? AND ${filter.sql}`,
      [...phase.args, this.#sealedEnd(rank), firstId(rank + 1), ...filter.args],
    );
    return new Set(rows.flatMap(([each]) => (each === null ? [] : [Number(each)])));
  }

  #tailRows(from: number, to: number, phase: number): Row[] {
    const { phase: phaseOf, filter } = this.#plan;
    return this.#sql.all(
      `SELECT id, code, facts FROM record
       WHERE id >= ? AND id < ? AND ${filter.sql} AND ${phaseOf.sql} = ? ORDER BY id LIMIT ?`,
      [from, to, ...filter.args, ...phaseOf.args, phase, this.#rowsAtOnce],
    );
  }

  /** Without those that came first. */
  #others(rows: readonly Row[]): Hit[] {
    return this.#hits(rows).filter(({ id }) => !this.#exact.has(id));
  }

  #hits(rows: readonly Row[]): Hit[] {
    const hits: Hit[] = [];
    for (const [id, code, facts] of rows) {
      if (this.#plan.accepts(String(code) as Code, String(facts))) {
        hits.push({ id: Number(id), code: String(code) });
      }
    }
    return hits;
  }

  #sealedEnd(rank: number): number {
    return firstId(rank) + (this.#progress.sealed[rank] ?? 0);
  }
}

function* numbers(from: number, to: number): Generator<number> {
  for (let number = from; number < to; number++) yield number;
}
