import { errnoOf, LogFault } from "../log/index.ts";
import type { Entity } from "./entities/entity.ts";
import { fold } from "./entities/fold.ts";
import { namedIn, readStatement } from "./entities/statement.ts";
import { type EntityView, seen } from "./entities/view.ts";
import type { DatasetLog, EntityIndex, EntityStore, EntryBody, StoredEntry } from "./port.ts";

/** Entries that are taken in at once, and about how many bytes of what they say: others wait that long at most. */
const MAX_READ = 256;
const MAX_READ_BYTES = 256 * 1024;
/** Nobody asked for: the store follows the log all the same, so that whoever asks next waits for little. */
const FOLLOW_MILLISECONDS = 50;
/** Records of entries that the store may be behind before it follows at once. */
const MAX_BEHIND = 256;
/** What the store may be behind before the log takes no more: whoever asks waits no longer than that takes. */
const MAX_LAG_BYTES = 512 * 1024;
/** Entries that the store may be behind while it is looked up whom they name. */
const MAX_NOTED = 4096;
/** So many entities are remembered at least before those are forgotten that the store has taken in. */
const MIN_SWEPT = 10_000;

const NOTHING = new Uint8Array(0);

type Log = Pick<DatasetLog, "size" | "body" | "encodedBody">;

/** What an entry says of the things that a dataset is about. Entry 0 says that the log began, and is of none of them. */
export async function bodyOfThings(log: Pick<Log, "body">, index: number): Promise<EntryBody> {
  const body = await log.body(index);
  return index === 0 ? { ...body, observations: [] } : body;
}

/** A store that follows a log. */
export type FollowingIndex = EntityIndex &
  AsyncDisposable & {
    /** Hears that entries came to the log, of about so many bytes, and whom each of them names. */
    appended(bytes: number, named: readonly (readonly string[])[]): void;
    /** Resolves when the store is not so far behind that more should not come. */
    room(): Promise<void>;
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
  /** What the store is behind with: of each entity the entries that name it, the last one at the end. */
  const behind = new Map<string, number[]>();
  let noted = 0;
  /** Whom entries name, as whoever wrote them said: spares reading what the store is behind with. */
  const named = new Map<number, readonly string[]>();
  let swept = MIN_SWEPT;
  let isDamaged = false;
  /** One after the other: two at once would take the same entries in. */
  let last: Promise<unknown> = Promise.resolve();
  const entryAt = async (index: number): Promise<StoredEntry> => {
    const body = await log.encodedBody(index);
    return { index, body: index === 0 ? { ...body, observations: NOTHING } : body };
  };
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
    // Another one may be built anew, and lack what this one had.
    noted = 0;
    behind.clear();
    named.clear();
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
  /** Who waits until so many entries were taken in. */
  let waiting: Waiting[] = [];
  let target = 0;
  let isPumping = false;
  /** What the store is behind with, record by record. */
  const lag = new Lag();
  const settle = (position: number): void => {
    lag.taken(position);
    for (const index of named.keys()) {
      if (index >= position) break;
      named.delete(index);
    }
    const done = waiting.filter(({ size }) => size <= position);
    waiting = waiting.filter(({ size }) => size > position);
    for (const { resolve } of done) resolve();
  };
  const catchUp = async (following: EntityStore): Promise<void> => {
    while (following.position < target) {
      const end = Math.min(target, following.position + MAX_READ);
      const entries: StoredEntry[] = [];
      let bytes = 0;
      for (let index = following.position; index < end && bytes < MAX_READ_BYTES; index++) {
        const entry = await entryAt(index);
        entries.push(entry);
        bytes += entry.body.observations.length;
      }
      await following.take(entries);
      settle(following.position);
    }
    settle(following.position);
  };
  const pump = (): void => {
    if (isPumping) return;
    isPumping = true;
    const over = (cause?: unknown): void => {
      isPumping = false;
      if (cause !== undefined) {
        // Whoever comes next tries again; the log does not wait for a store that fails.
        lag.clear();
        for (const { reject } of waiting.splice(0)) reject(cause);
      } else if (waiting.length > 0) pump();
    };
    void inTurn(catchUp).then(() => over(), over);
  };
  /** Resolves when so many entries of the log were taken in. */
  const following = (size: number): Promise<void> =>
    new Promise((resolve, reject) => {
      target = Math.max(target, size);
      waiting.push({ size, resolve, reject });
      pump();
    });
  const note = async (position: number): Promise<void> => {
    if (noted <= position) behind.clear();
    // Whoever writes without a pause is never caught up with as a whole.
    if (behind.size > swept) {
      for (const [id, entries] of behind) if (lastOf(entries) < position) behind.delete(id);
      swept = Math.max(MIN_SWEPT, 2 * behind.size);
    }
    noted = Math.max(noted, position);
    while (noted < log.size) {
      const index = noted;
      const ids = named.get(index) ?? namedBy((await bodyOfThings(log, index)).observations);
      // Somebody else may have noted it meanwhile.
      if (index < noted) continue;
      noted += 1;
      for (const id of ids) {
        const entries = (behind.get(id) ?? []).filter((each) => each >= position && each < index);
        behind.set(id, [...entries, index]);
      }
    }
  };
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  /** Whatever fails here fails again for whoever asks, and is told to it. */
  const follow = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (opened !== undefined && !isOver) void following(log.size).catch(() => undefined);
  };
  /** Notes whom the entries name that the store is behind with. @returns how many it has taken in */
  const noteBehind = async (): Promise<number> => {
    const positionNow = async () => ready?.position ?? ask(async (each) => each.position);
    // Of a store that is being built they are too many to look at.
    if (log.size - (await positionNow()) > MAX_NOTED) await following(log.size);
    const position = await positionNow();
    if (noted < log.size || noted <= position) await note(position);
    return position;
  };
  const caughtUpWith = async (id: string): Promise<void> => {
    const position = await noteBehind();
    const last = lastOf(behind.get(id));
    if (last >= position) await following(last + 1);
  };
  const now = async (id: string, view: EntityView): Promise<Entity | undefined> => {
    const taken = await noteBehind();
    if (lastOf(behind.get(id)) < taken) return ask((each) => each.entity(id, view));
    const { entity, position } = await ask((each) => each.stateOf(id));
    // The store was built anew meanwhile.
    if (position < taken) return now(id, view);
    let after = entity;
    for (const index of behind.get(id) ?? []) {
      if (index < position) continue;
      const { observations, receivedMilliseconds } = await bodyOfThings(log, index);
      for (const [at, observation] of observations.entries()) {
        if (namedIn(observation) !== id) continue;
        const statement = readStatement(observation, receivedMilliseconds);
        const origin = { entry: index, at, receivedMilliseconds };
        if (statement !== undefined) after = fold(after, statement, origin);
      }
    }
    return after && seen(after, view);
  };
  const isCaughtUpWith = (id: string): boolean => {
    if (ready === undefined) return false;
    const { position } = ready;
    if (position >= log.size) return true;
    return noted >= log.size && lastOf(behind.get(id)) < position;
  };
  return {
    appended(bytes, ids) {
      if (opened === undefined || isOver) return;
      const first = log.size - ids.length;
      for (const [i, each] of ids.entries()) named.set(first + i, each);
      lag.add(log.size, bytes);
      if (lag.records > MAX_BEHIND || lag.bytes > MAX_READ_BYTES) follow();
      else timer ??= setTimeout(follow, FOLLOW_MILLISECONDS).unref();
    },
    async room() {
      while (lag.bytes > MAX_LAG_BYTES && opened !== undefined && !isOver) {
        await following(lag.first).catch(() => undefined);
      }
    },
    now,
    caughtUpWith,
    isCaughtUpWith,
    // What fails here fails again for whoever then waits, and is told to it.
    atHand: (id) => (isCaughtUpWith(id) ? ready?.read(id) : undefined),
    onChange: (listener) => listeners.push(listener),
    async caughtUp() {
      const { size } = log;
      if ((await ask(async ({ position }) => position)) < size) {
        await following(size);
      }
    },
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
      isOver = true;
      clearTimeout(timer);
      await last;
      await (await opened?.catch(() => undefined))?.[Symbol.asyncDispose]();
    },
  };
}

/** Whom the observations of an entry name. */
export function namedBy(observations: EntryBody["observations"]): readonly string[] {
  return observations.flatMap((observation) => namedIn(observation) ?? []);
}

/** Before all entries where there is none. */
function lastOf(entries: readonly number[] = []): number {
  return entries.at(-1) ?? -1;
}

type Waiting = {
  readonly size: number;
  resolve(): void;
  reject(cause: unknown): void;
};

/** Entries that came together and were not taken in yet. */
class Lag {
  readonly #records: { readonly end: number; readonly bytes: number }[] = [];
  bytes = 0;

  get records(): number {
    return this.#records.length;
  }

  /** Entries of the log with the oldest of them. */
  get first(): number {
    return this.#records[0]?.end ?? 0;
  }

  add(end: number, bytes: number): void {
    this.#records.push({ end, bytes });
    this.bytes += bytes;
  }

  taken(position: number): void {
    const left = this.#records.findIndex(({ end }) => end > position);
    const gone = this.#records.splice(0, left < 0 ? this.#records.length : left);
    for (const { bytes } of gone) this.bytes -= bytes;
  }

  clear(): void {
    this.#records.length = 0;
    this.bytes = 0;
  }
}
