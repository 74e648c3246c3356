import { errnoOf, LogFault } from "../log/index.ts";
import { idNamed } from "./entities/statement.ts";
import type { DatasetLog, EntityIndex, EntityStore, StoredEntry } from "./port.ts";

/** Entries that are read before they are taken in. */
const MAX_READ = 256;

type Log = Pick<DatasetLog, "size" | "body">;

/** Ids that are remembered before those are sorted out that were taken in. */
const MANY_IDS = 50_000;

/** Which entities the entries name that were not taken in yet. */
class WaitingEntries {
  /** What lies before it was looked at. */
  end = 0;
  readonly #entryAt: (index: number) => Promise<StoredEntry>;
  /** The last entry that names an entity, by id. */
  readonly #last = new Map<string, number>();

  constructor(entryAt: (index: number) => Promise<StoredEntry>) {
    this.#entryAt = entryAt;
  }

  async look(from: number, to: number): Promise<void> {
    if (this.end <= from) this.#last.clear();
    if (this.#last.size > MANY_IDS) {
      for (const [id, index] of this.#last) if (index < from) this.#last.delete(id);
    }
    for (let index = Math.max(from, this.end); index < to; index++) {
      const { body } = await this.#entryAt(index);
      for (const each of body.observations) {
        const id = idNamed(each);
        if (id !== undefined) this.#last.set(id, Math.max(index, this.#last.get(id) ?? 0));
      }
      this.end = Math.max(this.end, index + 1);
    }
  }

  /** Whether an entry from `position` on names it, of those that were looked at. */
  mayName(id: string, position: number): boolean {
    return (this.#last.get(id) ?? -1) >= position;
  }
}

/** What an entry says of the things that a dataset is about. Entry 0 says that the log began, and is of none of them. */
export async function bodyOfThings(
  log: Pick<Log, "body">,
  index: number,
): Promise<StoredEntry["body"]> {
  const body = await log.body(index);
  return index === 0 ? { ...body, observations: [] } : body;
}

/** A store that follows a log. */
export type FollowingIndex = EntityIndex &
  AsyncDisposable & {
    /** Has `erase` forget facts of an entry, and forgets them too: also if it ends in between. */
    forgetting(index: number, erase: () => Promise<void>): Promise<void>;
  };

/** Opens the store of a log; `anew` where the one that is there is damaged. */
export type OpenFollowing = (anew: boolean) => EntityStore;

/**
 * Keeps a store up to date with a log: opened when it is first asked, and then where it stopped.
 *
 * Each of its methods throws LogFault `DATA_STORE` where the store fails; the next opens it again.
 */
export function followLog(log: Log, open: OpenFollowing): FollowingIndex {
  let opened: Promise<EntityStore> | undefined;
  /** What is open, and whole. */
  let ready: EntityStore | undefined;
  const listeners: ((id: string | undefined) => void)[] = [];
  const tell = (id?: string): void => {
    for (const listener of listeners) listener(id);
  };
  let isDamaged = false;
  /** One after the other: two at once would take the same entries in. */
  let last: Promise<unknown> = Promise.resolve();
  const entryAt = async (index: number): Promise<StoredEntry> => ({
    index,
    body: await bodyOfThings(log, index),
  });
  const store = (): Promise<EntityStore> => {
    opened ??= begin();
    return opened;
  };
  const begin = async (): Promise<EntityStore> => {
    const made = open(isDamaged);
    isDamaged = false;
    made.onChange(tell);
    try {
      for (const index of await made.suspected()) {
        await made.retake(await entryAt(index));
      }
      ready = made;
      return made;
    } catch (cause) {
      // Whoever asks next tries again: perhaps only a read failed.
      opened = undefined;
      // What is broken may not even close.
      await Promise.resolve(made[Symbol.asyncDispose]()).catch(() => undefined);
      throw cause;
    }
  };
  const failed = async (cause: unknown): Promise<unknown> => {
    const why = errnoOf(cause) ?? "";
    if (!why.startsWith("SQLITE")) return cause;
    const broken = opened;
    opened = undefined;
    ready = undefined;
    // Another one may be built anew.
    tell();
    isDamaged ||= why.startsWith("SQLITE_CORRUPT") || why.startsWith("SQLITE_NOTADB");
    // What is broken may not even close.
    await broken?.then((each) => each[Symbol.asyncDispose]()).catch(() => undefined);
    return new LogFault("DATA_STORE", { why }, { cause });
  };
  const ask = async <T>(question: (store: EntityStore) => Promise<T>): Promise<T> => {
    try {
      return await question(await store());
    } catch (cause) {
      throw await failed(cause);
    }
  };
  const walk = async function* <T>(
    question: (store: EntityStore) => AsyncIterable<T>,
  ): AsyncGenerator<T> {
    try {
      yield* question(await store());
    } catch (cause) {
      throw await failed(cause);
    }
  };
  const inTurn = <T>(work: (store: EntityStore) => Promise<T>): Promise<T> => {
    const done = last.then(() => ask(work));
    last = done.catch(() => undefined);
    return done;
  };
  const catchUp = async (following: EntityStore, to: number): Promise<void> => {
    while (following.position < to) {
      const end = Math.min(to, following.position + MAX_READ);
      const entries: StoredEntry[] = [];
      for (let index = following.position; index < end; index++) {
        entries.push(await entryAt(index));
      }
      await following.take(entries);
    }
  };
  const caughtUp = async (): Promise<void> => {
    const { size } = log;
    if ((await ask(async ({ position }) => position)) < size) {
      await inTurn((following) => catchUp(following, size));
    }
  };
  const waiting = new WaitingEntries(entryAt);
  return {
    caughtUp,
    async caughtUpWith(id) {
      const { size } = log;
      const position = await ask(async (following) => following.position);
      if (position >= size) return;
      const all = caughtUp();
      await waiting.look(position, size);
      if (waiting.mayName(id, position)) return all;
      // Whoever asks for more hears of it.
      all.catch(() => undefined);
    },
    isCaughtUpWith(id) {
      if (ready === undefined) return false;
      const { position } = ready;
      return position >= log.size || (waiting.end >= log.size && !waiting.mayName(id, position));
    },
    onChange: (listener) => listeners.push(listener),
    forgetting: (index, erase) =>
      inTurn(async (following) => {
        if (index >= following.position) return erase();
        await following.suspect(index);
        await erase();
        await following.retake(await entryAt(index));
      }),
    entity: (...asked) => ask((each) => each.entity(...asked)),
    find: (...asked) => ask((each) => each.find(...asked)),
    count: (...asked) => ask((each) => each.count(...asked)),
    inventory: (...asked) => ask((each) => each.inventory(...asked)),
    extent: (...asked) => ask((each) => each.extent(...asked)),
    measure: (...asked) => walk((each) => each.measure(...asked)),
    history: (...asked) => walk((each) => each.history(...asked)),
    async [Symbol.asyncDispose]() {
      await last;
      await (await opened?.catch(() => undefined))?.[Symbol.asyncDispose]();
    },
  };
}
