import {
  type Code,
  decodeCbor,
  fromHex,
  type MapKey,
  type Policy,
  paramKey,
  parsePolicy,
} from "../../core/index.ts";
import type { ReaderAbove } from "../../data/index.ts";
import { verifyRecordProof } from "../../verify/index.ts";
import {
  ABOVE_FRESH_MILLISECONDS,
  MAX_ABOVE_FETCHES,
  MAX_ABOVE_VALUES,
  MAX_MORE_KEYS,
} from "../limits.ts";
import type { AppDependencies, GrantSource } from "../options.ts";

/** Values of the ledger above, each proved under its policy, as they were a few seconds ago. */
export type StateAbove = {
  /**
   * Works something out of them, and fetches what that needs. `undefined` where the ledger above cannot be asked and what is
   * known is older than the limit.
   */
  work<T>(read: (state: ReaderAbove) => T): Promise<T | undefined>;
  /** The same of what is known and not too old; `undefined` where something is lacking. */
  known<T>(read: (state: ReaderAbove) => T): T | undefined;
};

type Kept = { readonly value: unknown; readonly at: number };

/** What is looked up leads to what is looked up next: a grant to its sides, those to what stands above them, and so on. */
const MAX_ROUNDS = 24;

/** No key of a map: under it the list of the grants of a dataset is kept. */
const GRANTS = "~grants/";

export function createStateAbove(
  source: GrantSource,
  { clock, log }: Pick<AppDependencies, "clock" | "log">,
): StateAbove {
  const { staleMilliseconds } = source;
  /** The ones that were needed last stand last. */
  const kept = new Map<string, Kept>();
  const underWay = new Map<string, Promise<void>>();
  let fetches = 0;
  /** Entries of the newest log that was shown: what is older is not believed, it may be from before a revocation. */
  let newest = 0;
  let awaySince: number | undefined;
  let askAgain = Number.NEGATIVE_INFINITY;

  const keep = (key: string, value: unknown, at: number): void => {
    kept.delete(key);
    kept.set(key, { value, at });
    for (const oldest of kept.keys()) {
      if (kept.size <= MAX_ABOVE_VALUES) break;
      kept.delete(oldest);
    }
  };

  const prove = async (keys: readonly string[]): Promise<void> => {
    const at = clock();
    const policy = policyOf(source.policy);
    // A parameter has no code above it whose delegation would have to be proved with it.
    const text = await source.prove([paramKey("policy"), ...keys]);
    const options = { policy, nowSeconds: Math.floor(at / 1000), maxAgeSeconds: Infinity };
    const verdict = await verifyRecordProof(text, options);
    if (!verdict.ok) throw new Error(verdict.error.code);
    const { size } = verdict.value.checkpoint;
    if (size < newest) throw new Error(`older: ${size} of ${newest} entries`);
    newest = size;
    const proven = new Map(verdict.value.more.map(({ key, value }) => [key, value]));
    for (const key of keys) {
      if (!proven.has(key)) throw new Error(`not proved: ${key}`);
      keep(key, decoded(proven.get(key)), at);
    }
  };

  /** Which grants there are, its node says: one that it leaves out is not given, one that it makes up is not proved. */
  const list = async (dataset: string): Promise<void> => {
    const at = clock();
    const found = await source.list(dataset as Code);
    const byReader = new Map<string, Uint8Array[]>();
    for (const { id, to } of found) {
      const bytes = fromHex(id);
      if (bytes?.length === 32) byReader.set(to, [...(byReader.get(to) ?? []), bytes]);
    }
    keep(`${GRANTS}${dataset}`, byReader satisfies Lists, at);
  };

  const fetchOnce = async (name: string, keys: readonly string[]): Promise<void> => {
    if (fetches >= MAX_ABOVE_FETCHES) throw new Error("too many at once");
    fetches += 1;
    const asking = (
      name.startsWith(GRANTS) ? list(name.slice(GRANTS.length)) : prove(keys)
    ).finally(() => {
      fetches -= 1;
      for (const key of keys) underWay.delete(key);
    });
    for (const key of keys) underWay.set(key, asking);
    await asking;
  };

  const fetch = async (lacking: ReadonlySet<string>): Promise<void> => {
    const present = [...lacking].flatMap((key) => underWay.get(key) ?? []);
    const absent = [...lacking].filter((key) => !underWay.has(key));
    const lists = absent.filter((key) => key.startsWith(GRANTS)).map((key) => [key]);
    const values = absent.filter((key) => !key.startsWith(GRANTS));
    const batches = [...lists, ...inBatches(values, MAX_MORE_KEYS)];
    await Promise.all([...present, ...batches.map((keys) => fetchOnce(keys[0] ?? "", keys))]);
  };

  const tell = (cause: unknown): void => {
    const now = clock();
    askAgain = now + ABOVE_FRESH_MILLISECONDS;
    if (awaySince !== undefined) return;
    awaySince = now;
    log.error("grants of the ledger above not read", {
      cause: cause instanceof Error ? cause.message : String(cause),
    });
  };

  /** @returns what came out, and which values it lacked */
  const attempt = <T>(
    read: (state: ReaderAbove) => T,
    maxAge: number,
  ): { readonly value: T; readonly lacking: ReadonlySet<string> } => {
    const lacking = new Set<string>();
    const now = clock();
    const valueAt = (key: string): unknown => {
      const found = kept.get(key);
      // A clock that was set back says nothing of how old something is.
      if (found === undefined || Math.abs(now - found.at) > maxAge) lacking.add(key);
      return found?.value;
    };
    const state: ReaderAbove = {
      get: <T>(key: MapKey<T>): T | undefined => valueAt(key) as T | undefined,
      grants: (dataset, to) => (valueAt(`${GRANTS}${dataset}`) as Lists | undefined)?.get(to) ?? [],
    };
    return { value: read(state), lacking };
  };

  const known: StateAbove["known"] = (read) => {
    const { value, lacking } = attempt(read, staleMilliseconds);
    return lacking.size === 0 ? value : undefined;
  };

  return {
    known,
    async work(read) {
      for (let round = 0; round < MAX_ROUNDS; round++) {
        const { value, lacking } = attempt(read, ABOVE_FRESH_MILLISECONDS);
        if (lacking.size === 0) return value;
        if (clock() < askAgain) break;
        try {
          await fetch(lacking);
          if (awaySince !== undefined) log.info("grants of the ledger above read again");
          awaySince = undefined;
        } catch (cause) {
          tell(cause);
          break;
        }
      }
      return known(read);
    },
  };
}

/** By whom they are given to. */
type Lists = ReadonlyMap<string, readonly Uint8Array[]>;

function policyOf(text: string): Policy {
  const policy = parsePolicy(text);
  if (!policy.ok) throw new Error(policy.error.code);
  return policy.value;
}

function decoded(bytes: Uint8Array | undefined): unknown {
  const value = bytes && decodeCbor(bytes);
  return value?.ok ? value.value : undefined;
}

function inBatches<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  const batches: (readonly T[])[] = [];
  for (let at = 0; at < items.length; at += size) batches.push(items.slice(at, at + size));
  return batches;
}
