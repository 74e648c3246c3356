import {
  type DatasetLog,
  type EntityChange,
  EntityChanges,
  type EntityView,
} from "../../../data/index.ts";
import { MAX_NOTIFIED_ENTITIES } from "../../limits.ts";
import type { Log } from "../../options.ts";
import { linksOf } from "../q.ts";
import { isMatch, joinedChanges, lookedUpFor, type SeenChange, seenChange } from "./matching.ts";
import type { Running } from "./running.ts";
import { Saving } from "./saving.ts";
import type { Position } from "./store.ts";
import { statusOf } from "./told.ts";

/** What a reader sees at this moment; or why nothing: for good, or for a while. */
export type Judged =
  | { readonly view: EntityView; readonly note: (count: number) => void }
  | { readonly ended: string }
  | { readonly waitMilliseconds: number };

/** What came of an attempt. `refused`: the receiver does not want this one, whatever happens. */
export type Attempt = "taken" | "refused" | "failed" | "nothing";

export type Delivery = {
  readonly clock: () => number;
  readonly log: Log;
  /** 0 … 1 */
  readonly chance: () => number;
  judge(running: Running): Promise<Judged>;
  /**
   * Waits for its turn, asks then for what is to be told, and sends it.
   *
   * @param name what the id of the notification is made of
   */
  send(
    running: Running,
    name: readonly (string | number)[],
    tell: () => Promise<Told>,
  ): Promise<Attempt>;
  /** Keeps that a subscription came to its end. */
  end(running: Running, why: string): Promise<void>;
  savePositions(origin: string, positions: ReadonlyMap<Running, Position>): Promise<void>;
};

/** Changes that a notification tells, with the moment of the last; none where there is nothing to tell any more. */
export type Told =
  | { readonly changes: readonly SeenChange[]; readonly note: (count: number) => void }
  | undefined;

type SendParameters = Parameters<Delivery["send"]> extends [unknown, ...infer Rest] ? Rest : never;

/** Entries that are told together where a receiver is behind, and by how many it is then. */
const BEHIND_ENTRIES = 64;
const JOINED_ENTRIES = 64;
/** After a fault of a disk. */
const FAULT_MILLISECONDS = 1000;
/** What a timer of the platform can wait for. */
const MAX_WAIT_MILLISECONDS = 2 ** 31 - 1;

/**
 * The subscriptions of one dataset. One walk through its log wakes those whom an entry may concern; each then goes on by itself,
 * as fast as its receiver takes notifications. The log is the queue: nothing is held for anybody but a position in it.
 */
export class Followed {
  readonly #log: DatasetLog;
  readonly #delivery: Delivery;
  readonly #changes: EntityChanges;
  readonly #running = new Set<Running>();
  readonly #saving: Saving;
  readonly #stopListening: () => void;
  #head: number;
  #isWalking = false;
  #isClosed = false;

  constructor(log: DatasetLog, delivery: Delivery) {
    this.#log = log;
    this.#delivery = delivery;
    this.#changes = new EntityChanges(log);
    this.#head = log.size;
    this.#stopListening = log.onAppend(() => void this.#walk());
    const save = () => {
      const positions = [...this.#running].map((each) => [each, each.position] as const);
      return delivery.savePositions(log.origin, new Map(positions));
    };
    this.#saving = new Saving(save, (cause) => this.#tell("positions not saved", cause));
  }

  add(running: Running): void {
    this.#running.add(running);
    this.#saving.soon();
    if (running.said.timeInterval !== undefined) this.#arm(running);
    else this.#begin(running);
  }

  remove(running: Running): void {
    clearTimeout(running.timer);
    if (this.#running.delete(running)) this.#saving.soon();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopListening();
    for (const { timer } of this.#running) clearTimeout(timer);
    await this.#saving.saved().catch((cause) => this.#tell("positions not saved", cause));
  }

  /** Goes through what is new, and wakes whom it may concern. */
  async #walk(): Promise<void> {
    if (this.#isWalking || this.#isClosed) return;
    this.#isWalking = true;
    try {
      while (this.#head < this.#log.size && !this.#isClosed) {
        const idle = [...this.#running].filter(({ isIdle, said }) => isIdle && isOfChanges(said));
        if (idle.length === 0) {
          // Whoever is busy comes to the end of the log by itself.
          this.#head = this.#log.size;
          break;
        }
        this.#wake(idle, await this.#changes.of(this.#head));
        this.#head += 1;
      }
      this.#isWalking = false;
    } catch (cause) {
      this.#tell("log not followed", cause);
      setTimeout(() => {
        this.#isWalking = false;
        void this.#walk();
      }, FAULT_MILLISECONDS).unref();
      return;
    }
    if (this.#head < this.#log.size) void this.#walk();
  }

  #wake(idle: readonly Running[], changes: readonly EntityChange[]): void {
    for (const each of idle) {
      if (!each.isIdle || each.next > this.#head) continue;
      if (changes.some((change) => each.concerns(change))) this.#begin(each);
      else each.next = this.#head + 1;
    }
    this.#saving.soon();
  }

  #begin(running: Running): void {
    running.isIdle = false;
    this.#serve(running).catch((cause) => {
      this.#tell("subscription stopped for a while", cause);
      this.#wait(running, FAULT_MILLISECONDS);
    });
  }

  #wait(running: Running, milliseconds: number): void {
    if (!this.#isServed(running)) return;
    clearTimeout(running.timer);
    running.timer = setTimeout(
      () => this.#begin(running),
      Math.min(milliseconds, MAX_WAIT_MILLISECONDS),
    ).unref();
  }

  #isServed(running: Running): boolean {
    return this.#running.has(running) && !this.#isClosed;
  }

  /** Goes on from its position to the end of the log. */
  async #serve(running: Running): Promise<void> {
    const { clock } = this.#delivery;
    while (this.#isServed(running) && running.next < this.#log.size) {
      if (statusOf(running.said, clock()) !== "active") return this.remove(running);
      const wait = running.notBefore - clock();
      if (wait > 0) return this.#wait(running, wait);
      const judged = await this.#delivery.judge(running);
      if ("ended" in judged) {
        this.remove(running);
        return this.#delivery.end(running, judged.ended);
      }
      if ("waitMilliseconds" in judged) return this.#wait(running, judged.waitMilliseconds);
      await this.#tellNext(running, judged.view);
    }
    running.isIdle = true;
  }

  async #tellNext(running: Running, view: EntityView): Promise<void> {
    const from = running.next;
    const to = running.pending ?? this.#endOf(running);
    const changes = await this.#joined(from, to);
    const found = await this.#matching(running, changes, view);
    const isJoined = to - from > 1 || running.said.throttling !== undefined;
    if (found.length > 0 && isJoined && running.pending === undefined) {
      // So that it has the same id and says the same if it has to be sent again.
      running.pending = to;
      await this.#saving.saved();
    }
    while (running.part * MAX_NOTIFIED_ENTITIES < found.length) {
      if (!this.#isServed(running)) return;
      const { part } = running;
      const attempt = await this.#attempt(running, [from, to, part], async () => {
        const judged = await this.#delivery.judge(running);
        if (!("view" in judged)) return undefined;
        // Anew: it may have waited, and something may have been erased meanwhile.
        const now = await this.#matching(running, await this.#joined(from, to), judged.view);
        const begin = part * MAX_NOTIFIED_ENTITIES;
        return {
          changes: now.slice(begin, begin + MAX_NOTIFIED_ENTITIES),
          note: judged.note,
        };
      });
      // What could not be judged is judged again, and that decides.
      if (attempt === "nothing" && !(await this.#isStillSeen(running))) return;
      if (attempt === "failed") return;
      running.part += 1;
    }
    running.part = 0;
    running.next = to;
    running.pending = undefined;
    this.#saving.soon();
  }

  async #isStillSeen(running: Running): Promise<boolean> {
    return "view" in (await this.#delivery.judge(running));
  }

  #endOf({ next, said }: Running): number {
    const { size } = this.#log;
    const isJoined = said.throttling !== undefined || size - next > BEHIND_ENTRIES;
    return isJoined ? Math.min(size, next + JOINED_ENTRIES) : next + 1;
  }

  async #joined(from: number, to: number): Promise<readonly EntityChange[]> {
    if (to - from === 1) return this.#changes.of(from);
    const lists: (readonly EntityChange[])[] = [];
    for (let index = from; index < to; index++) lists.push(await this.#changes.of(index));
    return joinedChanges(lists);
  }

  async #matching(
    { said }: Running,
    changes: readonly EntityChange[],
    view: EntityView,
  ): Promise<readonly SeenChange[]> {
    const { entities } = this.#log;
    const found: SeenChange[] = [];
    const isLinked = said.q !== undefined && linksOf(said.q.condition) > 0;
    if (isLinked) await entities.caughtUp();
    for (const change of changes) {
      const shown = seenChange(change, view);
      if (shown === undefined) continue;
      const read = (id: string) => entities.entity(id, view);
      const lookUp = isLinked ? await lookedUpFor(said, shown, read) : undefined;
      if (isMatch(said, shown, lookUp)) found.push(shown);
    }
    return found;
  }

  /** Tells at fixed times what is so, whatever has changed. */
  #arm(running: Running): void {
    const { timeInterval = 1 } = running.said;
    const { clock } = this.#delivery;
    const last = running.sent.lastNotification ?? running.kept.createdMilliseconds;
    const due = Math.max(last + timeInterval * 1000, running.notBefore);
    running.timer = setTimeout(
      () => {
        if (clock() < due) return this.#arm(running);
        this.#tick(running, due)
          .catch((cause) => this.#tell("subscription stopped for a while", cause))
          .finally(() => {
            if (this.#isServed(running)) this.#arm(running);
          });
      },
      Math.min(Math.max(due - clock(), MIN_TICK_MILLISECONDS), MAX_WAIT_MILLISECONDS),
    ).unref();
  }

  async #tick(running: Running, due: number): Promise<void> {
    const { clock } = this.#delivery;
    if (statusOf(running.said, clock()) !== "active") return this.remove(running);
    const judged = await this.#delivery.judge(running);
    if ("ended" in judged) {
      this.remove(running);
      return this.#delivery.end(running, judged.ended);
    }
    const attempt = await this.#attempt(running, ["at", due], async () => {
      const now = await this.#delivery.judge(running);
      if (!("view" in now)) return undefined;
      const changes = await this.#entities(running, now.view);
      return { changes, note: now.note };
    });
    if (attempt === "nothing") {
      // There was nobody to tell of: the next time is counted from this one.
      running.notBefore = due + (running.said.timeInterval ?? 1) * 1000;
    }
  }

  /** Sends, and notes what came of it. */
  async #attempt(running: Running, ...[name, tell]: SendParameters): Promise<Attempt> {
    const { send, clock, chance } = this.#delivery;
    const sent = send(running, name, tell).then((attempt) => {
      if (attempt === "nothing") return attempt;
      running.note(attempt === "taken", clock(), chance());
      this.#saving.soon();
      return attempt;
    });
    running.attempt = sent.catch(() => undefined);
    try {
      return await sent;
    } finally {
      running.attempt = undefined;
    }
  }

  async #entities(running: Running, view: EntityView): Promise<readonly SeenChange[]> {
    const { entities } = this.#log;
    await entities.caughtUp();
    const found = new Map<string, SeenChange>();
    for (const query of running.queries) {
      const page = await entities.find(query, view, { limit: MAX_NOTIFIED_ENTITIES });
      for (const each of page.entities) {
        found.set(each.id, { id: each.id, before: each, after: each });
      }
    }
    return [...found.values()].slice(0, MAX_NOTIFIED_ENTITIES);
  }

  #tell(event: string, cause: unknown): void {
    if (this.#isClosed) return;
    const said = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
    this.#delivery.log.error(event, { log: this.#log.origin, cause: said });
  }
}

/** A timer that is always due would never let others have their turn. */
const MIN_TICK_MILLISECONDS = 10;

function isOfChanges({ timeInterval }: { readonly timeInterval?: number }): boolean {
  return timeInterval === undefined;
}
