import { openDataset, referredCode } from "../../core/index.ts";
import { ALL, type DatasetLog } from "../../data/index.ts";
import type { Services } from "../services.ts";
import type { GatewayLog } from "./gathered.ts";
import { scratchLogs } from "./scratch.ts";
import type { Writer } from "./writer.ts";

/** What is due sooner is waited for by itself; so often it is looked at anew what there is. */
const LOOK_MILLISECONDS = 60_000;
/** Entities that are ended together. */
const MAX_ENDED = 1000;

type Watched = {
  timer?: NodeJS.Timeout;
  nextMilliseconds: number;
  isLooking: boolean;
  /** What was written while it was looked, and may have been missed, is due then. */
  heardMilliseconds: number;
};

const NEVER = Number.POSITIVE_INFINITY;

/**
 * Ends in the log what has expired (GS CIM 009 §4.22), signed by the node's key for the dataset as every end of an entity is:
 * whoever counts, subscribes, or asks what was so, finds it there. Whoever asks before that is told nothing of it all the same.
 */
export class Expiries {
  readonly #services: Services;
  readonly #writer: Writer;
  readonly #watched = new Map<DatasetLog, Watched>();
  #isClosed = false;

  constructor(services: Services, writer: Writer) {
    this.#services = services;
    this.#writer = writer;
    writer.onDue(({ log }, dueMilliseconds) => this.#heed(log, dueMilliseconds));
  }

  /** Of a dataset that somebody asks for; the first look has the store take in what there is. */
  watch(log: DatasetLog): void {
    if (this.#watched.has(log) || this.#isClosed) return;
    this.#watched.set(log, {
      ...{ nextMilliseconds: NEVER, isLooking: false, heardMilliseconds: NEVER },
    });
    void this.#look(log);
  }

  close(): void {
    this.#isClosed = true;
    for (const { timer } of this.#watched.values()) clearTimeout(timer);
  }

  #heed(log: DatasetLog, dueMilliseconds: number): void {
    this.watch(log);
    const watched = this.#watched.get(log);
    if (watched === undefined) return;
    if (watched.isLooking) {
      watched.heardMilliseconds = Math.min(watched.heardMilliseconds, dueMilliseconds);
    } else if (dueMilliseconds < watched.nextMilliseconds) this.#arm(log, watched, dueMilliseconds);
  }

  #arm(log: DatasetLog, watched: Watched, nextMilliseconds: number): void {
    if (this.#isClosed) return;
    clearTimeout(watched.timer);
    watched.nextMilliseconds = nextMilliseconds;
    const wait = Math.max(0, nextMilliseconds - this.#services.clock());
    watched.timer = setTimeout(() => void this.#look(log), wait).unref();
  }

  async #look(log: DatasetLog): Promise<void> {
    const watched = this.#watched.get(log);
    if (watched === undefined || watched.isLooking) return;
    watched.isLooking = true;
    watched.heardMilliseconds = NEVER;
    let next = this.#services.clock() + LOOK_MILLISECONDS;
    try {
      await log.entities.caughtUp();
      next = (await this.#endDue(log)) ?? next;
    } catch (cause) {
      this.#services.log.error("expired entities not ended", {
        ...{ log: log.origin, cause: String(cause) },
      });
    }
    watched.isLooking = false;
    this.#arm(log, watched, Math.min(next, watched.heardMilliseconds));
  }

  /** @returns when something is due next; nothing where that is later than the next look, or the log takes nothing now */
  async #endDue(log: DatasetLog): Promise<number | undefined> {
    const horizon = this.#services.clock() + LOOK_MILLISECONDS;
    for (;;) {
      const page = await log.entities.find({ dueMilliseconds: horizon }, ALL, { limit: MAX_ENDED });
      const now = this.#services.clock();
      const due = page.entities.filter((each) => (each.due ?? horizon) <= now);
      if (due.length === 0) {
        const times = page.entities.map((each) => each.due ?? horizon);
        return times.length === 0 ? undefined : Math.min(...times);
      }
      const target = this.#targetOf(log);
      if (target === undefined || this.#isClosed) return undefined;
      const done = await this.#writer.expire(
        target,
        due.map(({ id }) => id),
      );
      if (!done.ok) {
        const { code } = done.error;
        this.#services.log.error("expired entities not ended", { log: log.origin, code });
        return undefined;
      }
      await log.entities.caughtUp();
    }
  }

  #targetOf(log: DatasetLog): GatewayLog | undefined {
    const code = referredCode(log.reference);
    if (scratchLogs(this.#services).includes(log)) return { code, log, dataset: undefined };
    const dataset = openDataset(this.#services.state, code);
    return dataset.ok ? { code, log, dataset: dataset.value } : undefined;
  }
}
