import { type EntityChange, type EntityQuery, isAskedFor } from "../../../data/index.ts";
import { turn } from "../../../ledger/index.ts";
import { queriesOf, type Subscription } from "./said.ts";
import type { Kept, Position } from "./store.ts";
import type { Sent } from "./told.ts";

const NOTHING_SENT: Sent = { timesSent: 0, timesFailed: 0 };
const FIRST_PAUSE_MILLISECONDS = 1000;
const LONGEST_PAUSE_MILLISECONDS = 60_000;
/** What a reader waits for an answer that is on its way, at most. */
const SETTLING_MILLISECONDS = 250;

/** A subscription under way. */
export class Running {
  kept: Kept;
  /** The entry of the log that is looked at next. */
  next: number;
  pending: number | undefined;
  /** Notifications of `next … pending` that were taken already, where they are too many for one. */
  part = 0;
  sent: Sent;
  /** Attempts without an answer since the last that had one. */
  failures = 0;
  /** Unix milliseconds before which nothing is sent. */
  notBefore = 0;
  /** Nothing is under way for it: whoever reads the log wakes it. */
  isIdle = true;
  timer: NodeJS.Timeout | undefined;
  /** Fulfilled when it is noted what came of the attempt that is under way. */
  attempt: Promise<unknown> | undefined;

  constructor(kept: Kept, position: Partial<Position> & Pick<Position, "next">) {
    this.kept = kept;
    this.next = position.next;
    this.pending = position.pending;
    this.sent = position.sent ?? NOTHING_SENT;
    this.notBefore = afterThrottling(kept.said, this.sent.lastNotification);
  }

  get said(): Subscription {
    return this.kept.said;
  }

  get position(): Position {
    const { next, pending, sent } = this;
    return { next, ...(pending !== undefined && { pending }), sent };
  }

  get queries(): readonly EntityQuery[] {
    return queriesOf(this.said);
  }

  /** Whether an entity is perhaps one of those that are watched; without looking at what it says. */
  concerns({ before, after }: EntityChange): boolean {
    const queries = this.queries.map(({ ids, idPattern, types }): EntityQuery => {
      const frame = { ...(ids && { ids }), ...(types && { types }) };
      return idPattern === undefined ? frame : { ...frame, idPattern };
    });
    return [before, after].some(
      (entity) => entity !== undefined && queries.some((query) => isAskedFor(entity, query)),
    );
  }

  /** Until the attempt that is under way has its answer, if that comes at once: its receiver asks as soon as it has answered. */
  async settled(): Promise<void> {
    if (this.attempt === undefined) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, SETTLING_MILLISECONDS);
    });
    await Promise.race([this.attempt, late]);
    clearTimeout(timer);
    // A process that had no turn all the while finds the timer first, and then what has come.
    if (this.attempt !== undefined) await turn();
  }

  /** Notes what came of an attempt, and when the next may be. @param chance 0 … 1 */
  note(isTaken: boolean, now: number, chance: number): void {
    const { sent } = this;
    const times = { ...sent, timesSent: sent.timesSent + 1, lastNotification: now };
    if (isTaken) {
      this.failures = 0;
      this.sent = { ...times, lastSuccess: now, isFailing: false };
      this.notBefore = afterThrottling(this.said, now);
      return;
    }
    this.failures += 1;
    const failed = { lastFailure: now, isFailing: true, timesFailed: sent.timesFailed + 1 };
    this.sent = { ...times, ...failed };
    const { cooldown = 0 } = this.said.notification.endpoint;
    const doubled = FIRST_PAUSE_MILLISECONDS * 2 ** Math.min(this.failures - 1, 10);
    const pause = Math.min(doubled, LONGEST_PAUSE_MILLISECONDS) * (0.75 + chance / 2);
    this.notBefore = now + Math.max(pause, cooldown);
  }
}

function afterThrottling({ throttling }: Subscription, last: number | undefined): number {
  return throttling === undefined || last === undefined ? 0 : last + throttling * 1000;
}
