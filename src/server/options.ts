import type { Code, Result, VerifierKey } from "../core/index.ts";
import type { DatasetLog, DatasetLogs } from "../data/index.ts";
import type { Head, Ledger } from "../ledger/index.ts";
import type { FraudProof, Witness, WitnessStatus } from "../witness/index.ts";
import type { StaticFiles } from "./portal/index.ts";
import type { BucketSize } from "./rate/token-bucket.ts";
import type { BlobStore } from "./store/port.ts";

/** One line of JSON in the log of the node. Facts carry no secret: no header, no body, no query. */
export type Log = {
  info(event: string, facts?: LogFacts): void;
  error(event: string, facts?: LogFacts): void;
};

export type LogFacts = { readonly [name: string]: string | number | boolean | undefined };

/** What a node says of itself at `/.well-known/cityid`, beside what its ledger says. */
export type NodeDescription = {
  /** Verifier keys of the log; two while a rotation lasts. */
  readonly vkeys: readonly string[];
  /** A tlog-policy text. */
  readonly policy: string;
  readonly engine: string;
  /** `cityid/0.1.0` */
  readonly software: string;
  /** The member whose node this is. */
  readonly member?: string;
  readonly demonstration?: boolean;
  /** Keys that no witness of this ledger may have: those of the log and the node's own as a witness. */
  readonly ownKeys?: readonly VerifierKey[];
};

/** Cosignatures that others gave to this ledger's checkpoints. */
export type Cosignatures = {
  /** What `/log/checkpoint` serves: the newest checkpoint that satisfies the policy. */
  checkpoint(): { readonly size: number; readonly note: string };
  /** The newest checkpoint with the quorum that the policy asks for; `undefined` where it asks for none, or none has it. */
  cosigned(): { readonly size: number; readonly note: string } | undefined;
  /** Resolves when the first `size` entries are cosigned, or where that takes too long. */
  covering(size: number): Promise<void>;
  /** A checkpoint of the ledger with what was collected for its size. */
  noteOf(head: Pick<Head, "size" | "checkpoint">): string;
  statuses(): readonly WitnessStatus[];
};

/** The ledger that this one was delegated out of. */
export type ParentLedger = {
  readonly code: Code;
  /** Where its node answers. */
  readonly url: string;
  /**
   * Its proof of the delegation as JSON, behind those of the ledgers above it; perhaps a while old, when it does not answer.
   * `undefined` where it never did.
   */
  proofs(): Promise<readonly object[] | undefined>;
  /** What it says of grants of datasets that are kept here; left out where it is not known whom to believe. */
  readonly grants?: GrantSource;
};

/** Asks the node of the ledger above. */
export type GrantSource = {
  /** A tlog-policy text, which what it proves must satisfy. */
  readonly policy: string;
  /** How old what is known may be while it does not answer. */
  readonly staleMilliseconds: number;
  /** Its proof of all these map keys, as text. Rejects where it cannot be had. */
  prove(keys: readonly string[]): Promise<string>;
  /** The grants of a dataset that are in force, oldest first. Rejects likewise. */
  list(dataset: Code): Promise<readonly { readonly id: string; readonly to: string }[]>;
};

/**
 * Fetches from nodes of other ledgers, whose addresses others wrote down. It decides which of them may be asked, follows no
 * redirect, bounds what it reads, and ends with the signal. Never throws.
 */
export type OtherNodes = (
  url: string,
  bounds: { readonly signal: AbortSignal; readonly maxBytes: number },
) => Promise<Result<Uint8Array, OtherNodesRefusal>>;

/** `address`: not one that is asked; `silent`: no answer, or none in time; `answer`: none that is taken. */
export type OtherNodesRefusal = {
  readonly what: "address" | "silent" | "answer";
  /** In one word: it tells nothing of the network of this node. */
  readonly why: string;
};

/** A notification on its way to whoever subscribed. */
export type NotifyMessage = {
  readonly uri: string;
  /** Fields of HTTP, or metadata of MQTT. */
  readonly fields: { readonly [name: string]: string };
  readonly body: object;
  /** How it is to be sent over MQTT. */
  readonly notifierInfo: { readonly [key: string]: string };
};

/** Sends notifications to addresses that others wrote down. Never throws. */
export type Notifier = {
  /** Why nothing is ever sent there, as far as the address itself tells; one word. */
  refuses(uri: string): string | undefined;
  /** `refused`: the receiver answered that this one is none for it. */
  send(
    message: NotifyMessage,
    bounds: { readonly signal: AbortSignal; readonly milliseconds: number },
  ): Promise<"taken" | "refused" | "failed">;
};

export type ServerConfig = {
  /** How the world reaches the node, without a slash at the end: `https://node.example`. */
  readonly publicUrl: string;
  /** Further names by which clients may have addressed it (`http://localhost:8156`): a signed request names one. */
  readonly origins: readonly string[];
  /** Addresses and networks whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
  readonly rates: {
    /** Requests of one address. */
    readonly address: BucketSize;
    /** Operations of one key. */
    readonly key: BucketSize;
  };
  /** Entries of datasets, each with what lies beside it. */
  readonly uploads: {
    /** Of one key. */
    readonly key: BucketSize;
    /** Of all keys of one source: a department with its phones, a device. */
    readonly source: BucketSize;
  };
  /** How long grants count as they were known last, while the ledger hears of no block. */
  readonly staleGrantMilliseconds: number;
  /** Origins of other nodes that the portal's pages may talk to beside this one: none but in a demonstration. */
  readonly connectTo: readonly string[];
  /** Paths that the portal answers by its one page, with everything below them. */
  readonly portalRoutes: readonly string[];
};

/** What holds where nothing else is said. */
export const DEFAULT_CONFIG: Omit<ServerConfig, "publicUrl"> = {
  origins: [],
  trustedProxies: [],
  rates: {
    address: { perSecond: 200, burst: 2000 },
    key: { perSecond: 20_000, burst: 200_000 },
  },
  uploads: {
    key: { perSecond: 200, burst: 2000 },
    source: { perSecond: 2000, burst: 20_000 },
  },
  staleGrantMilliseconds: 300_000,
  connectTo: [],
  portalRoutes: ["/", "/tour", "/verify", "/report"],
};

/** How consensus looks from a validator; what its engine alone knows is absent while that does not answer. */
export type Consensus = {
  /** Blocks of the engine, empty ones included. */
  readonly height: number;
  readonly voters: number;
  /** Whose votes stand in the newest block, and the names of the others that vote. */
  readonly signing?: number;
  readonly silent?: readonly string[];
  /** Connections, and the names of the validators without one. */
  readonly peers?: number;
  readonly unconnected?: readonly string[];
  readonly catchingUp?: boolean;
  readonly mempool?: number;
  readonly commits: { readonly count: number; readonly sumMilliseconds: number };
};

/** Datasets beside the scratch dataset, for programs that test how tenants are kept apart: no ledger knows them either. */
export type ScratchTenants = {
  /** `undefined` where it has not begun. */
  find(tenant: string): DatasetLog | undefined;
  /** Begins it where it has not; `undefined` where there are as many as there may be. */
  begin(tenant: string): Promise<DatasetLog | undefined>;
  all(): readonly DatasetLog[];
};

/** Everything the server needs and does not make itself. */
export type AppDependencies = {
  readonly ledger: Ledger;
  /** Absent where the ledger was delegated out of no other. */
  readonly parent?: ParentLedger;
  /** Left out where nobody else is asked: then `follow` is answered as if it were not there. */
  readonly otherNodes?: OtherNodes;
  /** Unix milliseconds. */
  readonly clock: () => number;
  /** Random bytes from the platform's generator. */
  readonly random: (bytes: number) => Uint8Array;
  readonly log: Log;
  readonly node: NodeDescription;
  /** Applications and their evidence, beside the ledger. */
  readonly inbox: BlobStore;
  /** Bodies of commitments, beside the ledger. */
  readonly openings: BlobStore;
  /** Leaf hashes of batches of seals, beside the ledger. */
  readonly seals: BlobStore;
  /** Keys that wait to be enrolled, beside the ledger. */
  readonly enrolments?: BlobStore;
  /** Logs of datasets, and what lies beside them. */
  readonly datasets?: DatasetLogs;
  /** A dataset that no ledger knows and everybody writes: for tests and development, on loopback alone. */
  readonly scratch?: DatasetLog;
  /** Others like it, by names that are no codes. */
  readonly scratchTenants?: ScratchTenants;
  /** Contexts of JSON-LD that clients keep here; forgotten with the process where left out. */
  readonly contexts?: BlobStore;
  /** Gives a JSON-LD context, of addresses that the operator allows; `undefined` where it cannot be had. Never throws. */
  readonly loadContext?: (url: string) => Promise<unknown>;
  /** Subscriptions to entities of datasets; forgotten with the process where left out. */
  readonly subscriptions?: BlobStore;
  /** Left out where nobody is notified: then nobody can subscribe. */
  readonly notifier?: Notifier;
  /** Cosigns for the logs of others. */
  readonly witness?: Witness;
  /** Cosigns for its own ledger what it has committed: only a validator has it. */
  readonly validator?: Witness;
  /** Keeps proofs that the ledger of a delegated code has two histories. */
  readonly fraud?: (proof: FraudProof) => Promise<void>;
  /** What a validator sees of consensus; only a validator has it. */
  readonly consensus?: () => Consensus;
  /** Left out where nobody is asked. */
  readonly cosignatures?: Cosignatures;
  readonly portal?: StaticFiles;
  /** The bundle of the verifier, for pages of others. */
  readonly verifier?: StaticFiles;
  /** Answers `/demo/…`; only a demonstration has it. */
  readonly demo?: (
    request: Request,
    peer: { readonly remoteAddress?: string | undefined },
  ) => Promise<Response>;
};
