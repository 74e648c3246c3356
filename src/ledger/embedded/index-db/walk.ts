import { Bucket, thinOut } from "./bucket.ts";
import { type Condition, isAlways } from "./condition.ts";
import type { IndexView } from "./index-view.ts";
import { BUCKET_IDS, bucketOf, firstId, firstIdOf, offsetOf, RANKS, rankOfId } from "./layout.ts";
import { offsetsIn } from "./posting.ts";
import type { Progress } from "./progress.ts";
import type { SearchPlan } from "./search-plan.ts";
import { recordAt, type StoredRecord } from "./stored-records.ts";

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
/** Records are read at the latest after so many buckets. */
const BUCKETS_AT_ONCE = 8;

type Looked = { readonly phase: number; readonly hit: Hit };

/** Walks the records in the order of results, by what is said of their tokens. */
export class Walk {
  readonly #view: IndexView;
  readonly #plan: SearchPlan;
  readonly #progress: Progress;
  /** So many records are read at once. */
  readonly #rowsAtOnce: number;
  /** What buckets said: the next phase walks the same ones. */
  readonly #buckets = new Map<number, Bucket>();
  /** Records that were looked at in an earlier phase: those of a later one; nothing for those of none. */
  readonly #looked = new Map<number, Looked | undefined>();

  constructor(view: IndexView, plan: SearchPlan, progress: Progress, limit: number) {
    this.#view = view;
    this.#plan = plan;
    this.#progress = progress;
    // One more than the page holds says that there is another page; most of what tokens lead to is meant.
    this.#rowsAtOnce = Math.min(Math.max(limit + 1, MIN_ROWS), MAX_ROWS);
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
    for (let phase = firstPhase; phase < conditions.length; phase++) {
      const from = phase === firstPhase ? id + 1 : firstId(rank);
      yield* this.#phase(rank, phase, from, conditions);
    }
  }

  #lookExact(after: number): Step {
    const hits = [...this.#plan.exact].flatMap(([id, record]) =>
      id > after && this.#plan.accepts(record) ? [{ id, code: record.code }] : [],
    );
    return { position: { phase: EXACT, id: firstId(RANKS.length) }, hits };
  }

  /** The conditions of the plan, as narrow as they are worth in this rank. */
  #conditions(rank: number): readonly Condition[] {
    const records = this.#progress.records[rank] ?? 0;
    const middle = bucketOf(firstId(rank) + Math.floor(records / 2));
    return this.#plan.phases.map((condition) => thinOut(this.#view.runs, middle, condition));
  }

  /** The records of a rank, bucket by bucket, from an id on. They are read when there are enough to read. */
  *#phase(
    rank: number,
    phase: number,
    from: number,
    conditions: readonly Condition[],
  ): Generator<Step> {
    const end = firstId(rank) + (this.#progress.records[rank] ?? 0);
    let ids: number[] = [];
    let gathered = 0;
    for (let id = from; id < end; id = firstIdOf(bucketOf(id) + 1)) {
      const bucket = bucketOf(id);
      const first = firstIdOf(bucket);
      for (const offset of this.#offsets(bucket, phase, offsetOf(id), conditions)) {
        // What came since the search began may stand in the bucket too.
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
    const hits = ids.flatMap((id) => {
      const looked = this.#looked.get(id);
      // Those that were named exactly came first.
      return looked?.phase === phase && !this.#plan.exact.has(id) ? [looked.hit] : [];
    });
    if (phase === this.#plan.phases.length - 1) for (const id of ids) this.#looked.delete(id);
    if (this.#looked.size > MAX_LOOKED) this.#looked.clear();
    return { position: { phase, id: at }, hits };
  }

  #lookUp(ids: readonly number[]): void {
    if (ids.length === 0) return;
    const { places, source } = this.#view;
    for (const id of ids)
      this.#looked.set(id, this.#judge(id, recordAt(source, places.offset(id))));
  }

  #judge(id: number, record: StoredRecord): Looked | undefined {
    const phase = this.#plan.phaseOf(record);
    if (phase === undefined || !this.#plan.accepts(record)) return undefined;
    return { phase, hit: { id, code: record.code } };
  }

  #offsets(
    bucket: number,
    phase: number,
    from: number,
    conditions: readonly Condition[],
  ): Iterable<number> {
    const condition = conditions[phase];
    if (condition === undefined || isAlways(condition)) return numbers(from, BUCKET_IDS);
    const bits = this.#bucket(bucket, conditions).candidates(condition);
    return bits === undefined ? [] : offsetsIn(bits, from);
  }

  #bucket(number: number, conditions: readonly Condition[]): Bucket {
    const known = this.#buckets.get(number);
    if (known !== undefined) return known;
    const bucket = new Bucket(this.#view.runs, number, conditions);
    if (this.#buckets.size < MAX_VIEWS) this.#buckets.set(number, bucket);
    return bucket;
  }
}

function* numbers(from: number, to: number): Generator<number> {
  for (let number = from; number < to; number++) yield number;
}
