import { turn } from "../log/index.ts";
import type { Entity } from "./entities/entity.ts";
import { fold } from "./entities/fold.ts";
import { readStatement } from "./entities/statement.ts";
import { ALL } from "./entities/view.ts";
import { bodyOfThings } from "./entity-index.ts";
import type { DatasetLog } from "./port.ts";

/** What one entry made of one entity; both sides as whoever sees everything has them. */
export type EntityChange = {
  readonly id: string;
  /** Absent: there was none. */
  readonly before?: Entity;
  /** Absent: there is none any more. */
  readonly after?: Entity;
};

/** Changes that are kept for those who come a little later, and entities whose state is remembered. */
const MAX_KEPT_CHANGES = 20_000;
const MAX_KEPT_ENTITIES = 20_000;

/** Entities that are put together anew before others have their turn. */
const TURN_ENTITIES = 32;

/**
 * What each entry of a log changed, worked out from the log and what lies beside it. Whoever goes through it in order pays for
 * each entry once, however many they are; whoever is far behind pays for the past of each entity that it meets.
 */
export class EntityChanges {
  readonly #log: DatasetLog;
  /** By entry, the oldest first. */
  readonly #kept = new Map<number, readonly EntityChange[]>();
  #keptCount = 0;
  /** What entities are before the entry `#head`, as far as they were met. */
  readonly #states = new Map<string, Entity | undefined>();
  #head = 0;
  #erasures = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(log: DatasetLog) {
    this.#log = log;
  }

  /** @throws LogFault of a store or a disk that fails */
  of(index: number): Promise<readonly EntityChange[]> {
    this.#forgetErased();
    const known = this.#kept.get(index);
    if (known !== undefined) return Promise.resolve(known);
    const made = this.#last.then(() => this.#kept.get(index) ?? this.#make(index));
    this.#last = made.catch(() => undefined);
    return made;
  }

  /** What was erased is in nothing that is kept here. */
  #forgetErased(): void {
    const { erasures } = this.#log;
    if (erasures === this.#erasures) return;
    this.#erasures = erasures;
    this.#kept.clear();
    this.#keptCount = 0;
    this.#states.clear();
  }

  async #make(index: number): Promise<readonly EntityChange[]> {
    if (index > this.#head) this.#states.clear();
    const isAhead = index >= this.#head;
    const { erasures } = this.#log;
    const { observations, receivedMilliseconds } = await bodyOfThings(this.#log, index);
    const before = new Map<string, Entity | undefined>();
    const after = new Map<string, Entity | undefined>();
    for (const [at, observation] of observations.entries()) {
      const statement = readStatement(observation, receivedMilliseconds);
      if (statement === undefined) continue;
      const { id } = statement;
      if (!before.has(id)) {
        const isKnown = isAhead && this.#states.has(id);
        before.set(id, isKnown ? this.#states.get(id) : await this.#stateBefore(id, index));
        after.set(id, before.get(id));
        if (before.size % TURN_ENTITIES === 0) await turn();
      }
      after.set(id, fold(after.get(id), statement, { entry: index, at, receivedMilliseconds }));
    }
    const changes = [...before].map(([id, old]) => changeOf(id, old, after.get(id)));
    // Something was erased meanwhile: it is told this once, as if it had been asked for a moment earlier.
    if (erasures !== this.#log.erasures) return changes;
    if (isAhead) this.#advance(index, after);
    this.#keep(index, changes);
    return changes;
  }

  #advance(index: number, after: ReadonlyMap<string, Entity | undefined>): void {
    this.#head = index + 1;
    for (const [id, entity] of after) {
      this.#states.delete(id);
      this.#states.set(id, entity);
    }
    for (const id of this.#states.keys()) {
      if (this.#states.size <= MAX_KEPT_ENTITIES) break;
      this.#states.delete(id);
    }
  }

  #keep(index: number, changes: readonly EntityChange[]): void {
    this.#kept.set(index, changes);
    this.#keptCount += changes.length + 1;
    for (const [oldest, each] of this.#kept) {
      if (this.#keptCount <= MAX_KEPT_CHANGES) break;
      this.#kept.delete(oldest);
      this.#keptCount -= each.length + 1;
    }
  }

  /** An entity out of its own past. */
  async #stateBefore(id: string, index: number): Promise<Entity | undefined> {
    await this.#log.entities.caughtUp();
    let entity: Entity | undefined;
    for await (const observed of this.#log.entities.history({ ids: [id] }, ALL)) {
      if (observed.entry >= index) break;
      const { entry, at, receivedMilliseconds, scopes } = observed;
      entity = fold(entity, { ...observed, scopes }, { entry, at, receivedMilliseconds });
    }
    return entity;
  }
}

function changeOf(id: string, before: Entity | undefined, after: Entity | undefined): EntityChange {
  return { id, ...(before && { before }), ...(after && { after }) };
}
