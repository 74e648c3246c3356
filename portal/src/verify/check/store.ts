/** Whom this browser believes, since when, and what the node says of itself. */
export type KeptTrust = {
  readonly policy: string;
  /** The node's public address, as it named it then. */
  readonly publicUrl: string;
  /** Unix milliseconds. */
  readonly since: number;
  readonly seen: number;
};

/** What a node answered for one seal. */
export type KeptEvidence = {
  /** `<code> <kid>` */
  readonly name: string;
  readonly code: string;
  readonly kid: string;
  /** Proofs and paths as the node gave them; status lists are kept by themselves. */
  readonly text: string;
  /** Unix milliseconds. */
  readonly at: number;
};

/** The status list of one key: one for all its seals. */
export type KeptStatuses = { readonly kid: string; readonly text: string; readonly at: number };

/** What outlives the page. Nothing of it is trusted but the policy. */
export type Store = {
  /** Whether it really does: where a browser keeps nothing, it lasts as long as the page. */
  readonly lasts: boolean;
  trust(): Promise<KeptTrust | undefined>;
  keepTrust(trust: KeptTrust): Promise<void>;
  keepEvidence(evidence: KeptEvidence): Promise<void>;
  /** Of this code and key first, then the newest of others: an office's plates share their proofs. */
  evidence(code: string, kid: string | undefined): Promise<readonly KeptEvidence[]>;
  keepStatuses(statuses: KeptStatuses): Promise<void>;
  statuses(kid: string): Promise<KeptStatuses | undefined>;
};

/** Some 10 KB each. */
const MAX_KEPT = 200;
/** So many proofs are verified for one verdict, at most. */
const MAX_ASKED = 24;

const NAME = "cityid-verify";
/** A browser that answers has done so long before, also on a machine that does other things. */
const OPEN_MILLISECONDS = 5000;

/** Opens what this browser keeps; where it keeps nothing, memory. */
export async function openStore(): Promise<Store> {
  const database = await openDatabase().catch(() => undefined);
  return database === undefined ? memoryStore() : storeIn(database);
}

function openDatabase(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    // Absent, or throwing, or silent, in private windows and inside of apps.
    const request = indexedDB.open(NAME, 1);
    setTimeout(() => reject(new Error("no answer")), OPEN_MILLISECONDS);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("trust");
      request.result.createObjectStore("evidence", { keyPath: "name" }).createIndex("at", "at");
      request.result.createObjectStore("statuses", { keyPath: "kid" });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function storeIn(database: IDBDatabase): Store {
  const run = <T>(
    name: string,
    mode: IDBTransactionMode,
    ask: (store: IDBObjectStore) => IDBRequest<T>,
  ): Promise<T> =>
    new Promise((resolve, reject) => {
      const request = ask(database.transaction(name, mode).objectStore(name));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  // A full disk costs what would have been kept, not the verdict.
  const write = async (name: string, ask: (store: IDBObjectStore) => IDBRequest) => {
    await run(name, "readwrite", ask).catch(() => undefined);
  };
  const read = <T>(name: string, key: string): Promise<T | undefined> =>
    run(name, "readonly", (store) => store.get(key) as IDBRequest<T | undefined>).catch(
      () => undefined,
    );
  const all = () =>
    run("evidence", "readonly", (store) => store.getAll() as IDBRequest<KeptEvidence[]>).catch(
      (): KeptEvidence[] => [],
    );
  return {
    lasts: true,
    trust: () => read("trust", "policy"),
    keepTrust: (trust) => write("trust", (store) => store.put(trust, "policy")),
    keepEvidence: async (evidence) => {
      await write("evidence", (store) => store.put(evidence));
      const kept = (await all()).sort((a, b) => b.at - a.at);
      for (const { name } of kept.slice(MAX_KEPT)) {
        await write("evidence", (store) => store.delete(name));
      }
    },
    evidence: async (code, kid) => firstOf(await all(), code, kid),
    keepStatuses: (statuses) => write("statuses", (store) => store.put(statuses)),
    statuses: (kid) => read("statuses", kid),
  };
}

function memoryStore(): Store {
  let kept: KeptTrust | undefined;
  const evidence = new Map<string, KeptEvidence>();
  const statuses = new Map<string, KeptStatuses>();
  return {
    lasts: false,
    trust: async () => kept,
    keepTrust: async (trust) => {
      kept = trust;
    },
    keepEvidence: async (each) => void evidence.set(each.name, each),
    evidence: async (code, kid) => firstOf([...evidence.values()], code, kid),
    keepStatuses: async (each) => void statuses.set(each.kid, each),
    statuses: async (kid) => statuses.get(kid),
  };
}

function firstOf(
  all: readonly KeptEvidence[],
  code: string,
  kid: string | undefined,
): readonly KeptEvidence[] {
  const rank = (each: KeptEvidence) => 2 * Number(each.code === code) + Number(each.kid === kid);
  const useful = all.filter((each) => rank(each) > 0);
  return useful.sort((a, b) => rank(b) - rank(a) || b.at - a.at).slice(0, MAX_ASKED);
}
