import type { CborKeyedMap, DataEntry, Hash, Observation } from "../core/index.ts";

/** Why an entry is not taken at the moment: nothing was kept, the same may be sent again. */
export type Busy = { readonly busy: "queue" | "disk" | "restored" };

/** An entry that was judged, with what lies beside it. */
export type Submission = {
  readonly entry: DataEntry;
  /** All of them shown: what was signed. */
  readonly observations: readonly Observation[];
  /** Files that the facts name, by their SHA-256 in hex. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Unix milliseconds. */
  readonly receivedMilliseconds: number;
};

/** That an entry stands in the log, under a checkpoint that the log signed. */
export type LogReceipt = {
  readonly index: number;
  /** When it came, as the node says. */
  readonly receivedMilliseconds: number;
  readonly size: number;
  readonly path: readonly Hash[];
  /** The signed note of `size` entries. */
  readonly checkpoint: string;
  /** It stood there already. */
  readonly isKnown: boolean;
};

/** What lies beside an entry; of a fact that was erased its leaf hash is left. */
export type EntryBody = {
  readonly receivedMilliseconds: number;
  readonly observations: readonly Observation[];
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
  /** By the name that it is served under. */
  named(name: string): DatasetLog | undefined;
  /** Finds or makes the log of a dataset; `undefined` where there are too many. Durable when it resolves. */
  open(reference: string): Promise<DatasetLog | undefined>;
  /** The access log of a dataset whose log is kept here, made when it is first asked for; `undefined` where there is none. */
  access(reference: string): Promise<AccessLog | undefined>;
  /** The same, where it was made already. */
  accessKnown(reference: string): AccessLog | undefined;
}
