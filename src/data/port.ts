import type {
  CborKeyedMap,
  DataEntry,
  Hash,
  Observation,
  PlateScan,
  SaidOfPlate,
} from "../core/index.ts";
import type { Entity } from "./entities/entity.ts";
import type { Box } from "./entities/geometry.ts";
import type { Measure, MeasureGrouping, MeasureQuery } from "./entities/measure.ts";
import type { EntityQuery } from "./entities/query.ts";
import type { Amendment, Forgetting, Statement } from "./entities/statement.ts";
import type { EntityView } from "./entities/view.ts";

/** Why an entry is not taken at the moment: nothing was kept, the same may be sent again. */
export type Busy = { readonly busy: "queue" | "disk" | "restored" };

/** An entry that was judged, with what lies beside it. */
export type Submission = {
  readonly entry: DataEntry;
  /** All of them shown: what was signed. */
  readonly observations: readonly Observation[];
  /** The same as `encodeObservations` writes them, where somebody has that. */
  readonly facts?: Uint8Array;
  /** Files that the facts name, by their SHA-256 in hex. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** What it says of a plate, where it does. */
  readonly plate?: PlateScan;
  /** Unix milliseconds. */
  readonly receivedMilliseconds: number;
};

/** That an entry stands in the log, under a checkpoint that the log signed. */
export type LogReceipt = {
  readonly index: number;
  /** Leaf hash of the entry. */
  readonly hash: Hash;
  /** When it came, as the node says. */
  readonly receivedMilliseconds: number;
  readonly size: number;
  readonly path: readonly Hash[];
  /** The signed note of `size` entries; it is signed when it is asked for. */
  readonly checkpoint: string;
  /** It stood there already. */
  readonly isKnown: boolean;
};

/** What lies beside an entry; of a fact that was erased its leaf hash is left. */
export type EntryBody = {
  readonly receivedMilliseconds: number;
  readonly observations: readonly Observation[];
};

/** The same with its observations as `encodeObservations` writes them: for whoever reads very many. */
export type EncodedBody = {
  readonly receivedMilliseconds: number;
  readonly observations: Uint8Array;
};

/** A scan of a plate, with the entry that says so. */
export type KeptScan = SaidOfPlate & {
  /** Leaf hash of the entry. */
  readonly hash: Uint8Array;
  /** Code of the source. */
  readonly source: string;
};

/**
 * The log of one dataset, and what lies beside it.
 *
 * An entry is acknowledged once it and its facts and files survive a power cut. The same entry again, before or after a
 * crash, gets a receipt for the place that it has: nothing stands twice. Who may append or read is not judged here.
 */
export interface DatasetLog {
  /** `code#generation` of the dataset. */
  readonly reference: string;
  /** Name of the log, which its key bears. */
  readonly origin: string;
  readonly vkey: string;
  /** COSE_Key that the node signs with for this dataset: anchors, and what sources send that cannot sign. */
  readonly gateway: CborKeyedMap;
  readonly size: number;
  /** What its entries say, to ask for; takes in what is new when it is asked to catch up. */
  readonly entities: EntityIndex;

  /** Signs for sources that cannot: Ed25519, with the key that {@link gateway} shows. */
  signAsGateway(message: Uint8Array): Uint8Array;
  /** @throws LogFault of a disk that fails: the log takes nothing more, reads go on */
  append(submission: Submission): Promise<LogReceipt | Busy>;
  /** Called when entries have become durable. Returns the way to stop. */
  onAppend(listener: () => void): () => void;
  /** Where this entry stands; `undefined` where it does not. */
  indexOf(hash: Hash): number | undefined;
  /** The bytes of an entry; `undefined` beyond the end. */
  entry(index: number): Uint8Array | undefined;
  receipt(index: number): Promise<LogReceipt>;
  body(index: number): Promise<EntryBody>;
  /** What `body` decodes. */
  encodedBody(index: number): Promise<EncodedBody>;
  /** What its entries say of the plates of a code, in no order. */
  plates(code: string): Promise<readonly KeptScan[]>;
  /** How often facts were forgotten since it was opened: whoever keeps what they said looks again when it has changed. */
  readonly erasures: number;
  /** Forgets facts for good, with the files that only they named; durable when it resolves. */
  erase(index: number, isErased: (name: string, observation: number) => boolean): Promise<void>;
  /** `undefined` where the entry has no such file, or it was erased. */
  file(index: number, sha256: string): Promise<Uint8Array | undefined>;

  /** The public checkpoint; it never goes back, not even after a crash. */
  published(): Promise<string>;
  /** `size` signed by the log. */
  checkpoint(size: number): string;
  inclusion(index: number, size: number): readonly Hash[];
  consistency(first: number, second: number): readonly Hash[];
  /** Hashes of a tile of c2sp.org/tlog-tiles; `undefined` if the log is not that large. */
  tile(level: number, index: number, width: number): Uint8Array | undefined;
  bundle(index: number, width: number): Uint8Array | undefined;
}

/** What was read under one grant in one second. */
export type AccessNote = {
  /** Id of the grant, in hex. */
  readonly grant: string;
  /** Whom it was given to. */
  readonly to: string;
  /** Kinds of answers, sorted. */
  readonly what: readonly string[];
  readonly requests: number;
  /** Of how many things the answers told. */
  readonly count: number;
  /** Unix milliseconds. */
  readonly timeMilliseconds: number;
};

/** Who read what of a dataset: a log of its own beside that of the dataset, signed by the node's key for the dataset. */
export interface AccessLog {
  readonly log: DatasetLog;
  /** Durable when it resolves. @throws LogFault of a disk that fails */
  append(note: AccessNote): Promise<void>;
}

/** The dataset logs of a node. */
export interface DatasetLogs {
  /** The log of a dataset; `undefined` where this node keeps none. */
  find(reference: string): DatasetLog | undefined;
  /** Whether this node keeps the log of some generation of a code. */
  keeps(code: string): boolean;
  all(): readonly DatasetLog[];
  /** By the name that it is served under. */
  named(name: string): DatasetLog | undefined;
  /** Finds or makes the log of a dataset; `undefined` where there are too many. Durable when it resolves. */
  open(reference: string): Promise<DatasetLog | undefined>;
  /** The access log of a dataset whose log is kept here, made when it is first asked for; `undefined` where there is none. */
  access(reference: string): Promise<AccessLog | undefined>;
  /** The same, where it was made already. */
  accessKnown(reference: string): AccessLog | undefined;
  /** The logs of the datasets of these codes: `ownerOf`. */
  ownedBy(owners: readonly string[]): readonly DatasetLog[];
  /** Tells of each code of whose plates something else is known now. */
  onPlates(listener: (code: string) => void): void;
}

/** A log, as far as a store of its entities has to know it. */
export type StoreLog = Pick<DatasetLog, "origin"> & {
  /** Leaf hash of an entry; `undefined` beyond the end. */
  hashOf(index: number): Hash | undefined;
};

/** Opens the store of a log; `anew` drops what is there, which is damaged. */
export type OpenStore = (log: StoreLog, anew: boolean) => EntityStore;

/** An entry of a log as the store takes it in; one that says nothing of any entity has no bytes of observations. */
export type StoredEntry = { readonly index: number; readonly body: EncodedBody };

/** A page of entities in the order in which they first came. */
export type EntityPage = {
  readonly entities: readonly Entity[];
  /** Where the next page begins; left out with the last one. */
  readonly next?: number;
};

export type PageOf = {
  readonly limit: number;
  /** As a page before named it. */
  readonly after?: number;
  /** Left out of the beginning. */
  readonly offset?: number;
};

/** One observation, as the reader sees it. */
export type Observed = {
  /** Rises in the order of the log. */
  readonly row: number;
  readonly entry: number;
  readonly at: number;
  readonly id: string;
  readonly types: readonly string[];
  readonly timeMilliseconds: number;
  readonly receivedMilliseconds: number;
  readonly kind: Statement["kind"];
  readonly attributes: Statement["attributes"];
  /** Told to whoever sees everything. */
  readonly scopes?: readonly string[];
  readonly expires?: number | null;
  /** To be heeded by whoever tells what was before; they say nothing themselves. */
  readonly amends?: Amendment;
  readonly forgets?: Forgetting;
};

export type HistoryQuery = {
  readonly ids?: readonly string[];
  readonly types?: readonly string[];
  readonly fromMilliseconds?: number;
  /** Not included. */
  readonly toMilliseconds?: number;
};

/** Which types and attributes there are, of what the reader sees. */
export type Inventory = readonly {
  readonly type: string;
  readonly entities: number;
  /** By name, with the types of attribute that it has somewhere. */
  readonly attributes: ReadonlyMap<
    string,
    { readonly count: number; readonly types: readonly string[] }
  >;
}[];

/** What the reader's entities cover. */
export type Extent = {
  readonly entities: number;
  readonly bbox?: Box;
  readonly fromMilliseconds?: number;
  readonly toMilliseconds?: number;
};

/**
 * Answers questions about the entities and observations of one dataset. Each takes what the reader may see, and what is outside
 * of that neither appears nor counts nor matches.
 */
export interface EntityReader {
  entity(id: string, view: EntityView): Promise<Entity | undefined>;
  find(query: EntityQuery, view: EntityView, page: PageOf): Promise<EntityPage>;
  count(query: EntityQuery, view: EntityView): Promise<number>;
  inventory(view: EntityView): Promise<Inventory>;
  extent(query: EntityQuery, view: EntityView): Promise<Extent>;
  /** Numbers that observations say, put together; a group may come in several parts, in no order. */
  measure(query: MeasureQuery, view: EntityView, grouping: MeasureGrouping): AsyncIterable<Measure>;
  /** In the order of the log, a bounded number of rows in memory at once. */
  history(query: HistoryQuery, view: EntityView): AsyncIterable<Observed>;
}

/**
 * A store of entities and observations, derived from the log of a dataset and what lies beside it: it can be dropped and is
 * built again to the same content.
 *
 * What was taken in is there for the next question. After the death of the process it is there up to a position of the log,
 * and nothing of what follows; after a power cut perhaps nothing at all.
 */
export interface EntityStore extends EntityReader, AsyncDisposable {
  /** Entries of the log that were taken in. */
  readonly position: number;
  /** An entity of which perhaps nobody asks again. */
  read(id: string): Entity | undefined;
  /** An entity, and how many entries were taken in when it was so: perhaps more than `position` says yet. */
  stateOf(id: string): Promise<{ readonly entity: Entity | undefined; readonly position: number }>;
  /** Told of the id of each entity of which something else is said now, before `take` or `retake` resolves. */
  onChange(listener: (id: string) => void): void;
  /** Takes in the entries that follow, each as a whole. Others may ask meanwhile. */
  take(entries: readonly StoredEntry[]): Promise<void>;
  /** Remembers durably that these are about to lose facts: until `retake` their entries count as not taken in rightly. */
  suspect(index: number): Promise<void>;
  /** Entries that were suspected and not taken in again. */
  suspected(): Promise<readonly number[]>;
  /** Takes an entry in again, as what is left of it says. */
  retake(entry: StoredEntry): Promise<void>;
}

/** The entities of a log. */
export type EntityIndex = EntityReader & {
  /** Resolves when everything that stands in the log now can be asked for. */
  caughtUp(): Promise<void>;
  /** The same of everything that is said of one entity: who asks for it alone does not wait for what is said of others. */
  caughtUpWith(id: string): Promise<void>;
  /** Whether it is known without looking that this would not wait. */
  isCaughtUpWith(id: string): boolean;
  /**
   * Told of the id of each entity of which something else is said now, before it counts as caught up with; without an id where that
   * may be any of them. Whoever keeps what was answered forgets it then.
   */
  onChange(listener: (id: string | undefined) => void): void;
  /**
   * An entity after everything that stands in the log now, as a view shows it. Nobody waits for the store: what it is behind with
   * is read out of the log.
   */
  now(id: string, view: EntityView): Promise<Entity | undefined>;
  /** The same, whole, where it is known without looking that nobody would wait; `undefined` also where there is none. */
  atHand(id: string): Entity | undefined;
};
