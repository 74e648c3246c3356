import type { Code } from "../../../core/index.ts";
import type { SearchPage, SearchQuery } from "../../port.ts";
import { candidates } from "./condition.ts";
import { BUCKET_IDS, bucketOf, firstId, firstIdOf, offsetOf, RANKS, rankOfId } from "./layout.ts";
import type { Names } from "./names.ts";
import { offsetsIn } from "./posting.ts";
import { loadProgress, type Progress } from "./progress.ts";
import { planSearch, type SearchPlan } from "./search-plan.ts";
import type { Row, Sql } from "./sql.ts";

const MAX_LIMIT = 1000;
const ROWS_AT_ONCE = 256;

/** Where a search stands: ranks come in order, phases within a rank, ids within a phase. */
type Position = { readonly phase: number; readonly id: number };

/** Stops before a step when told `false`; then the page may be short, and its cursor leads on. */
export type Steps<T> = Generator<undefined, T, boolean>;

/** Looks for records, step by step, so that a long search does not keep others waiting. */
export function* search(sql: Sql, names: Names, query: SearchQuery): Steps<SearchPage> {
  const progress = loadProgress(sql);
  const { size: indexedSize } = progress;
  const start = query.cursor === undefined ? BEGINNING : parseCursor(query.cursor);
  const plan = planSearch(sql, names, query);
  if (plan === undefined || start === undefined) return { codes: [], indexedSize };
  const limit = Math.min(Math.max(query.limit, 1), MAX_LIMIT);
  const codes: string[] = [];
  let end = start;
  for (const { position, hits } of new Walk(sql, plan, progress, start).steps()) {
    for (const hit of hits) {
      // One more than the page holds says that there is another page.
      if (codes.length === limit) return { codes, indexedSize, cursor: formatCursor(end) };
      codes.push(hit.code);
      end = { phase: position.phase, id: hit.id };
    }
    if (codes.length < limit) end = position;
    if ((yield) === false) return { codes, indexedSize, cursor: formatCursor(end) };
  }
  return { codes, indexedSize };
}

const BEGINNING: Position = { phase: 0, id: -1 };

function formatCursor({ phase, id }: Position): string {
  return `${phase}.${id}`;
}

function parseCursor(cursor: string): Position | undefined {
  const match = /^([0-2])\.(-1|\d{1,9})$/.exec(cursor);
  return match === null ? undefined : { phase: Number(match[1]), id: Number(match[2]) };
}

type Hit = { readonly id: number; readonly code: string };

/** What one step found; everything up to `position` has been looked at. */
type Step = { readonly position: Position; readonly hits: readonly Hit[] };

class Walk {
  readonly #sql: Sql;
  readonly #plan: SearchPlan;
  readonly #progress: Progress;
  readonly #start: Position;

  constructor(sql: Sql, plan: SearchPlan, progress: Progress, start: Position) {
    this.#sql = sql;
    this.#plan = plan;
    this.#progress = progress;
    this.#start = start;
  }

  *steps(): Generator<Step> {
    const { phase: firstPhase, id } = this.#start;
    const firstRank = rankOfId(Math.max(id, 0));
    for (const rank of RANKS.filter((each) => each >= firstRank)) {
      const isFirst = rank === firstRank;
      const tailPhases = this.#tailPhases(rank);
      for (let phase = isFirst ? firstPhase : 0; phase < this.#plan.phases.length; phase++) {
        const from = isFirst && phase === firstPhase ? id + 1 : firstId(rank);
        yield* this.#buckets(rank, phase, from);
        if (tailPhases.has(phase)) yield* this.#tail(rank, phase, from);
      }
    }
  }

  /** The full buckets of a rank, from an id on. */
  *#buckets(rank: number, phase: number, from: number): Generator<Step> {
    const end = this.#sealedEnd(rank);
    for (let id = from; id < end; id = firstIdOf(bucketOf(id) + 1)) {
      yield* this.#bucket(bucketOf(id), phase, offsetOf(id));
    }
  }

  *#bucket(bucket: number, phase: number, from: number): Generator<Step> {
    const first = firstIdOf(bucket);
    const ids = this.#candidates(bucket, phase, from).map((offset) => first + offset);
    for (let at = 0; at < ids.length; at += ROWS_AT_ONCE) {
      const part = ids.slice(at, at + ROWS_AT_ONCE);
      const rows = this.#rows(
        "id IN (SELECT value FROM json_each(?))",
        [JSON.stringify(part)],
        phase,
      );
      yield { position: { phase, id: part.at(-1) ?? first }, hits: this.#hits(rows) };
    }
    yield { position: { phase, id: first + BUCKET_IDS - 1 }, hits: [] };
  }

  #candidates(bucket: number, phase: number, from: number): number[] {
    const { condition, tokens } = this.#plan.phases[phase] ?? { condition: NOTHING, tokens: [] };
    if (condition.kind === "all" && condition.of.length === 0) {
      return Array.from({ length: BUCKET_IDS - from }, (_, i) => from + i);
    }
    const bits = candidates(this.#sql, bucket, condition, tokens);
    return bits === undefined ? [] : offsetsIn(bits, from);
  }

  /** The records beyond the full buckets are looked at one by one: fewer than a bucket holds. */
  *#tail(rank: number, phase: number, from: number): Generator<Step> {
    let at = Math.max(from, this.#sealedEnd(rank));
    for (;;) {
      const rows = this.#rows("id >= ? AND id < ?", [at, firstId(rank + 1)], phase);
      const last = rows.length < ROWS_AT_ONCE ? firstId(rank + 1) - 1 : Number(rows.at(-1)?.[0]);
      yield { position: { phase, id: last }, hits: this.#hits(rows) };
      if (rows.length < ROWS_AT_ONCE) return;
      at = last + 1;
    }
  }

  /** Which phases records of the tail belong to, so that most queries read it once. */
  #tailPhases(rank: number): Set<number> {
    const { phase, phaseArgs, facets, facetArgs } = this.#plan;
    const rows = this.#sql.all(
      `SELECT DISTINCT ${phase} FROM record WHERE id >= ? AND id < ? AND ${facets}`,
      [...phaseArgs, this.#sealedEnd(rank), firstId(rank + 1), ...facetArgs],
    );
    return new Set(rows.flatMap(([each]) => (each === null ? [] : [Number(each)])));
  }

  #rows(where: string, args: readonly unknown[], phase: number): Row[] {
    const { phase: phaseOf, phaseArgs, facets, facetArgs } = this.#plan;
    return this.#sql.all(
      `SELECT id, code, facts FROM record WHERE ${where} AND ${facets} AND ${phaseOf} = ? ORDER BY id LIMIT ?`,
      [...args, ...facetArgs, ...phaseArgs, phase, ROWS_AT_ONCE],
    );
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

const NOTHING: SearchPlan["phases"][number]["condition"] = { kind: "any", of: [] };
