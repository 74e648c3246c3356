import type { CborKeyedMap } from "../cbor/index.ts";
import type { Code } from "../code/index.ts";
import type {
  AccessRequest,
  AccessScope,
  Dataset,
  DatasetLogTerms,
  DelegationTerms,
  EVERYBODY,
  GazetteFact,
  InnerOperation,
  Issuer,
  KeyScope,
  KeySpec,
  KeyUse,
  Manifest,
  ParamName,
  ParamValues,
  RecordKind,
  ValidatorTerms,
} from "../op/operation.ts";
import type { Alias, Attributes, Geometry, Link, Names, Statement } from "../op/statement.ts";

// What the map holds, by the first part of the key. Every value is deterministic CBOR; hashes are 32 bytes, times of
// blocks are Unix milliseconds, all other times Unix seconds.

/** `code#generation`: how a value names another record. */
export type Reference = string;

/** Who controls or suspends: a record, the members of the consortium together, or `member/<ID>` in its own affairs. */
export type Authority = string;

/** `code/<code>` and, for ended generations, `code/<code>#<generation>`. */
export type CodeRecord = {
  readonly code: Code;
  readonly generation: number;
  /** Leaf hash of the entry that began the generation. */
  readonly born: Uint8Array;
  /** Leaf hash of the entry that last changed what describes it. */
  readonly op: Uint8Array;
  /** Leaf hash of the entry that last changed who controls it. */
  readonly control: Uint8Array;
  readonly kind: RecordKind;
  readonly class?: string;
  /** Its own; what counts is the effective status. */
  readonly status: "active" | "suspended" | "retired";
  readonly suspendedBy: readonly Authority[];
  readonly names: Names;
  readonly parent?: Reference;
  /** How many govern keys must agree. */
  readonly threshold: number;
  /** The uses of its open keys, sorted. */
  readonly holds: readonly KeyUse[];
  readonly aliases: readonly Alias[];
  readonly links: readonly Link[];
  readonly geometry?: Statement<Geometry>;
  readonly attributes: Attributes;
  readonly stage?: Statement<string>;
  readonly registration?: Uint8Array;
  readonly recovery?: Recovery;
  readonly delegation?: Delegation;
  readonly predecessors: readonly Reference[];
  readonly successors: readonly Reference[];
  /** Of what ended by a succession that carries grants: with whom those go on. */
  readonly heirs?: readonly Reference[];
  readonly children: { readonly count: number; readonly root: Uint8Array };
};

/** Where everything below a record lives from now on; the record itself stays. */
export type Delegation = DelegationTerms & {
  /** Leaf hash of the entry that began it: what is below was frozen then. */
  readonly op: Uint8Array;
  /** Leaf hash of the child ledger's entry 0; absent until its first checkpoint is anchored. */
  readonly genesis?: Uint8Array;
};

/** `dataset/<code>#<generation>`: what a dataset says of itself, and the log that its entries stand in. */
export type DatasetValue = Omit<Dataset, "op" | "code" | "prev" | "log"> & {
  readonly op: Uint8Array;
  readonly log: DatasetLog;
};

/** The log of a dataset as the ledger knows it. */
export type DatasetLog = DatasetLogTerms & {
  /** Leaf hash of the entry that named this log. */
  readonly op: Uint8Array;
  /** Leaf hash of the log's entry 0; absent until its first checkpoint is anchored. */
  readonly genesis?: Uint8Array;
};

/** `anchor/<code>`: the last checkpoint of the ledger that a code is delegated to, or of the log of a dataset. */
export type AnchorValue = {
  readonly op: Uint8Array;
  /** `op` of the delegation, or of the log in the dataset, that it belongs to. */
  readonly delegation: Uint8Array;
  /** The signed note. */
  readonly checkpoint: string;
  /** Block time. */
  readonly at: number;
  /** Why the log began anew, of the last one that did. */
  readonly reset?: string;
};

/** `request/<id>`: what a code asks of the owner of a dataset. */
export type RequestValue = Omit<AccessRequest, "op"> & {
  readonly op: Uint8Array;
  /** The record that stands for `code`: its own, or of what lives in another ledger that of the delegated code. */
  readonly codeRecord: Reference;
  /** The same for `dataset`. */
  readonly datasetRecord: Reference;
  /** Block time. */
  readonly at: number;
  /** Id of the newest grant that answers it. */
  readonly grant?: Uint8Array;
};

/** `grant/<id>`: what the owner of a dataset allows. It ends, and is never removed. */
export type GrantValue = AccessScope & {
  readonly op: Uint8Array;
  readonly dataset: Code;
  readonly datasetRecord: Reference;
  readonly log: string;
  readonly to: Code | typeof EVERYBODY;
  /** The record that stands for `to`; absent where that is everybody. */
  readonly toRecord?: Reference;
  /** Id of the request that it answers, and what that was made for. */
  readonly request?: Uint8Array;
  readonly purpose?: string;
  /** Block time. */
  readonly at: number;
  readonly revoked?: {
    readonly op: Uint8Array;
    readonly at: number;
    readonly reason: string;
  };
};

/** `~grants/<code of the dataset>/<to>`: ids of the grants that were in force when the last one was added, in their order. */
export type OpenGrants = { readonly ids: readonly Uint8Array[] };

/** A recovery under way; it can finish `recoveryDelay` after `started`. */
export type Recovery = {
  readonly keys: readonly KeySpec[];
  readonly threshold: number;
  readonly started: number;
};

/** `key/<code>#<generation>/<kid>`, `key/member/<ID>/<kid>`: closed, never deleted. */
export type KeyRecord = {
  readonly key: CborKeyedMap;
  readonly uses: readonly KeyUse[];
  readonly label: string;
  readonly scope?: KeyScope;
  readonly rpId?: string;
  readonly origin?: string;
  readonly from: number;
  readonly to?: number;
  readonly why?: "retired" | "compromised";
  readonly since?: number;
};

/** `~keys/<holder>`: the open keys of a record or member, so that they can be counted. */
export type KeyRing = {
  readonly open: readonly { readonly kid: Uint8Array; readonly uses: readonly KeyUse[] }[];
};

export type Vote = {
  /** A member's issuer name, or the hex kid of a record's key. */
  readonly by: string;
  readonly vote: "approve" | "reject";
  readonly op: Uint8Array;
  readonly reason?: string;
};

/** `decision/<hash>`: something that needs several votes. */
export type Decision = {
  readonly op: Uint8Array;
  readonly kind: "admit" | InnerOperation["op"];
  /** The code that it is about, where it is about one. */
  readonly code?: string;
  /** Of an `admit`: the applicant's own COSE_Sign1. */
  readonly application?: Uint8Array;
  readonly inner?: InnerOperation;
  /** Whose vote counts: the members, or the holders of this record's keys. */
  readonly electorate: Authority;
  readonly use: KeyUse;
  readonly iss: Issuer;
  readonly kid: Uint8Array;
  /** Block time of its beginning. */
  readonly opened: number;
  readonly votes: readonly Vote[];
  readonly state: "open" | "executed" | "rejected";
};

/** `gazette/<code>` */
export type GazetteValue = { readonly op: Uint8Array; readonly facts: readonly GazetteFact[] };

/** `class/<class>` */
export type ClassValue = {
  readonly op: Uint8Array;
  readonly names: { readonly [language: string]: string };
  readonly cjt553?: string;
  readonly model?: string;
  readonly stages: readonly string[];
  readonly public: "all" | "cell" | "nothing";
};

/** `manifest/<id>`; `manifest/<id>/<index>` is the leaf hash of each chunk that was taken. */
export type ManifestValue = Omit<Manifest, "op"> & {
  readonly op: Uint8Array;
  /** Of `under`, when the manifest was opened: it says nothing about a later one. */
  readonly generation: number;
  readonly by: Authority;
  readonly iss: Issuer;
  readonly kid: Uint8Array;
  /** Of a registration that several agreed to: that as many as had to agree govern, so that it may give `govern`. */
  readonly governs?: true;
};

/** `registration/<id>`: what `void` can take back. */
export type Registration = {
  readonly op: Uint8Array;
  readonly by: Authority;
  readonly iss: Issuer;
  readonly kid: Uint8Array;
  /** How many had to agree; as many must agree to take it back. */
  readonly threshold: number;
  /** At or above all that it created. */
  readonly under: Code;
  /** Block time. */
  readonly at: number;
  /** Records of it that were changed since, and children that others gave them. */
  readonly changed: number;
  readonly void: boolean;
};

/** `alias/<code of the division>/<scheme>/<value>` */
export type AliasValue = {
  /** Absent once the record gave it back: values are never removed from the map. */
  readonly code?: Reference;
};

/** `seals/<code>#<generation>/<kid>/<first>`: a batch of seals of one key. */
export type SealBatch = {
  readonly op: Uint8Array;
  readonly count: number;
  /** RFC 9162 root over the COSE_Sign1 of the seals, in the order of their serials. */
  readonly root: Uint8Array;
  /** Block time. */
  readonly at: number;
};

/**
 * `seals/<code>#<generation>/<kid>`: the serials that stand in batches, as runs `[first, count]` that rise and do not touch. So
 * it can be proved too that a serial stands in none.
 */
export type SealRuns = readonly (readonly [first: number, count: number])[];

/** `member/<ID>` */
export type MemberValue = {
  readonly op: Uint8Array;
  readonly names: { readonly [language: string]: string };
  readonly node?: string;
  readonly recipient?: string;
  readonly threshold: number;
  readonly holds: readonly KeyUse[];
  readonly active: boolean;
};

/** `validator/<id>` */
export type ValidatorValue = Required<Pick<Validating, "key" | "peer" | "power">> &
  Pick<Validating, "address" | "url" | "cosigner"> & {
    readonly op: Uint8Array;
    readonly active: boolean;
  };

type Validating = Omit<ValidatorTerms, "id">;

/** `~validators`: the active validators by their names, and what has changed since the last block of another time. */
export type ValidatorsList = {
  readonly active: readonly ActiveValidator[];
  /** Block time of the last change of who votes. */
  readonly at: number;
  /** How many voted before that time, and how many votes were given or taken in it. */
  readonly voters: number;
  readonly changed: number;
};

export type ActiveValidator = Pick<ValidatorValue, "key" | "peer" | "power"> & {
  readonly id: string;
};

/** `param/<name>` */
export type ParamRecord<K extends ParamName = ParamName> = {
  readonly op: Uint8Array;
  readonly value: ParamValues[K];
};

/** `~children/<code>`: the tree over a record's children, as its RFC 9162 frontier. */
export type ChildrenFrontier = { readonly count: number; readonly nodes: readonly Uint8Array[] };

/** `~taken/<manifest>`: how much of a manifest has arrived. */
export type Taken = { readonly chunks: number; readonly items: number };

/** `~members`: the active members, sorted. */
export type MembersList = { readonly active: readonly string[] };
