import {
  type CborValue,
  type CodeRecord,
  decodeCbor,
  type MapKey,
  present,
  type Registration,
  type ValueReader,
} from "../core/index.ts";
import type { LedgerReader } from "../ledger/index.ts";

/** Typed values of the committed ledger. */
export type CommittedState = ValueReader & {
  /** The same, remembered: for what many codes below depend on. */
  readonly remembered: ValueReader;
  /** The same, what was asked for last remembered: for codes that whoever sends may choose. */
  readonly recent: ValueReader;
  /**
   * Rises when something remembered changed or is watched no longer. What was worked out of `remembered` while it rose must
   * not be kept: nobody would tell of changes.
   */
  epoch(): number;
  /** Called when something remembered changed in a way that may change the effective status of codes below it. */
  onStatusChange(listener: () => void): void;
  /** The same, and when its name, kind or place changed: what pages of others say of it. */
  onShownChange(listener: () => void): void;
};

// One ancestor or registration decodes to about 1 KB.
const MAX_REMEMBERED = 10_000;
const MAX_RECENT = 10_000;

/**
 * Reads values out of a ledger. Ancestors and registrations decide the effective status of all codes below them and are few, so
 * they are kept decoded, block by block up to date.
 */
export function createState(
  ledger: LedgerReader,
  maxRemembered: number = MAX_REMEMBERED,
): CommittedState {
  const kept = new Map<string, unknown>();
  const ofStatus: (() => void)[] = [];
  const ofShown: (() => void)[] = [];
  let epoch = 0;
  const tell = (listeners: readonly (() => void)[]): void => {
    for (const listener of listeners) listener();
  };
  const get = <T>(key: MapKey<T>): T | undefined => decodeValue<T>(ledger.value(key));
  const remembered: ValueReader = {
    get<T>(key: MapKey<T>): T | undefined {
      if (kept.has(key)) return kept.get(key) as T | undefined;
      const value = get(key);
      if (kept.size >= maxRemembered) {
        // Whoever relies on being told of changes is told now: nothing is watched any more.
        kept.clear();
        epoch += 1;
        tell(ofStatus);
        tell(ofShown);
      }
      kept.set(key, value);
      return value;
    },
  };
  const recent = new RecentValues(get);
  ledger.onBlock((_head, changes) => {
    recent.forget(changes.map(({ key }) => key));
    let [matters, isSeen] = [false, false];
    for (const { key, value } of changes) {
      if (!kept.has(key)) continue;
      const now = decodeValue(value);
      matters ||= statusFacts(kept.get(key)) !== statusFacts(now);
      isSeen ||= matters || shownFacts(kept.get(key)) !== shownFacts(now);
      kept.set(key, now);
    }
    if (isSeen) epoch += 1;
    if (matters) tell(ofStatus);
    if (isSeen) tell(ofShown);
  });
  return {
    get,
    remembered,
    recent,
    epoch: () => epoch,
    onStatusChange: (listener) => ofStatus.push(listener),
    onShownChange: (listener) => ofShown.push(listener),
  };
}

/** Where there are too many, those go first that came first: whoever names very many has others read again, and no more. */
class RecentValues implements ValueReader {
  readonly #read: ValueReader["get"];
  readonly #kept = new Map<string, unknown>();

  constructor(read: ValueReader["get"]) {
    this.#read = read;
  }

  get<T>(key: MapKey<T>): T | undefined {
    if (this.#kept.has(key)) return this.#kept.get(key) as T | undefined;
    const value = this.#read(key);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size < MAX_RECENT) break;
      this.#kept.delete(oldest);
    }
    this.#kept.set(key, value);
    return value;
  }

  forget(keys: readonly string[]): void {
    for (const key of keys) this.#kept.delete(key);
  }
}

/** Decodes a value of the ledger. Our own state is canonical: anything else is damage, and stops us. */
export function decodeValue<T>(bytes: Uint8Array | undefined): T | undefined {
  if (bytes === undefined) return undefined;
  const decoded = decodeCbor(bytes);
  return present<CborValue>(decoded.ok ? decoded.value : undefined, "a canonical value") as T;
}

/** The parts of a record or registration that effective status looks at. */
function statusFacts(value: unknown): string {
  const { status, generation, parent, delegation } = (value ?? {}) as Partial<CodeRecord>;
  const { void: isVoid } = (value ?? {}) as Partial<Registration>;
  const { origin, url } = delegation ?? {};
  return `${status} ${generation} ${parent} ${isVoid} ${origin} ${url}`;
}

/** The parts of a record, member or class that pages of others show. */
function shownFacts(value: unknown): string {
  const { names, kind, geometry } = (value ?? {}) as Partial<CodeRecord>;
  return JSON.stringify([value === undefined, names, kind, geometry]);
}
