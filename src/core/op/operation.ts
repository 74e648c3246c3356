import type { CborKeyedMap } from "../cbor/index.ts";
import type { Code } from "../code/index.ts";
import type {
  Alias,
  Attributes,
  Box,
  Evidence,
  Geometry,
  IsoDate,
  Link,
  Names,
  PartialDate,
  Statement,
} from "./statement.ts";

/** What a key may be used for. */
export type KeyUse = "govern" | "issue" | "record" | "seal" | "data";

/** Who signs: a code, or `member/<ID>`. */
export type Issuer = string;

/** What the issuer name of a member begins with; its ID follows. */
export const MEMBER = "member/";

/** In the place of a code, to whom something is granted: open data. */
export const EVERYBODY = "*";

/** Form of a member's ID: at most 32 characters. */
export const MEMBER_ID: RegExp = /^[A-Z0-9](?:[A-Z0-9-]{0,30}[A-Z0-9])?$/;

/** Limits of a key: where, for which classes, until when (Unix seconds). */
export type KeyScope = {
  readonly under?: Code;
  readonly classes?: readonly string[];
  readonly until?: number;
};

/** A key as an operation brings it. `rpId` and `origin` make it a passkey. */
export type KeySpec = {
  /** COSE_Key, RFC 9052 §7: public part only. */
  readonly key: CborKeyedMap;
  readonly uses: readonly KeyUse[];
  /** A role ("duty officer"), never the name of a person. */
  readonly label: string;
  readonly scope?: KeyScope;
  readonly rpId?: string;
  readonly origin?: string;
};

/** What a child can be; genesis and `admit` make the kinds `root`, `country` and `division`. */
export type ChildKind =
  | "department"
  | "class"
  | "thing"
  | "place"
  | "device"
  | "document"
  | "dataset";

export type RecordKind = "root" | "country" | "division" | ChildKind;

/** One child to create. */
export type RegisterItem = {
  readonly code: Code;
  readonly kind: ChildKind;
  readonly class?: string;
  readonly names: Names;
  readonly keys?: readonly KeySpec[];
  readonly threshold?: number;
  readonly geometry?: Statement<Geometry>;
  readonly attributes?: Attributes;
  readonly aliases?: readonly Alias[];
  readonly links?: readonly Link[];
  readonly stage?: Statement<string>;
  /** The `control` of the retired record whose code is issued anew. */
  readonly after?: Uint8Array;
};

/** Changes of what describes a record. Absent fields stay as they are. */
export type UpdateItem = {
  readonly code: Code;
  readonly prev: Uint8Array;
  readonly names?: Names;
  readonly geometry?: Statement<Geometry>;
  readonly attributes?: Attributes;
  readonly stage?: Statement<string>;
  /** Replaces the list. */
  readonly links?: readonly Link[];
  readonly aliases?: { readonly add?: readonly Alias[]; readonly remove?: readonly Alias[] };
  readonly evidence?: readonly Evidence[];
};

export type StatusItem = {
  readonly code: Code;
  readonly prev: Uint8Array;
  readonly do: "suspend" | "resume" | "retire";
  readonly reason: string;
  /** Of a retirement: who takes over. */
  readonly successors?: readonly Code[];
};

/** A fact about a division, true from `from` until `to`. */
export type GazetteFact = {
  readonly names: { readonly [language: string]: string };
  readonly level: "province" | "prefecture" | "county";
  readonly from: PartialDate;
  readonly to?: PartialDate;
  readonly successors?: readonly { readonly code: Code; readonly date?: PartialDate }[];
  readonly source: string;
};

/** One change of the gazette: facts to add, or (decided m-of-n) facts put in the place of all there were. */
export type GazetteItem = {
  readonly code: Code;
  /** `op` of the present value; absent when there is none. */
  readonly prev?: Uint8Array;
  readonly add?: readonly GazetteFact[];
  readonly replace?: readonly GazetteFact[];
};

/** A class of things and what holds for all of its things. */
export type ClassItem = {
  /** Class nodes joined by dots: `LAMP`, `110101`. */
  readonly class: string;
  readonly prev?: Uint8Array;
  readonly names: { readonly [language: string]: string };
  /** CJ/T 553-2024 class, six digits. */
  readonly cjt553?: string;
  /** Smart Data Models type, e.g. `Streetlight`. */
  readonly model?: string;
  readonly stages?: readonly string[];
  /** What is public by default. */
  readonly public: "all" | "cell" | "nothing";
};

export type Admit = { readonly op: "admit"; readonly application: Uint8Array };
export type Apply = {
  readonly op: "apply";
  readonly code: Code;
  readonly names: Names;
  readonly keys: readonly KeySpec[];
  readonly threshold?: number;
  readonly evidence: readonly Evidence[];
  readonly after?: Uint8Array;
};
export type Propose = { readonly op: "propose"; readonly inner: InnerOperation };
export type Endorse = {
  readonly op: "endorse";
  readonly decision: Uint8Array;
  readonly vote: "approve" | "reject";
  readonly reason?: string;
};
export type Gazette = { readonly op: "gazette"; readonly items: readonly GazetteItem[] };
export type Classes = { readonly op: "classes"; readonly items: readonly ClassItem[] };
export type Register = { readonly op: "register"; readonly items: readonly RegisterItem[] };
export type Manifest = {
  readonly op: "manifest";
  readonly what: "register" | "update" | "status";
  /** Everything in it stands below this code. */
  readonly under: Code;
  readonly count: number;
  readonly chunks: number;
  /** RFC 9162 root over the chunks, each the deterministic CBOR of its items. */
  readonly root: Uint8Array;
};
export type Void = {
  readonly op: "void";
  readonly registration: Uint8Array;
  readonly reason: string;
};
export type Update = { readonly op: "update" } & UpdateItem;
export type Keys = {
  readonly op: "keys";
  readonly code: Issuer;
  readonly prev: Uint8Array;
  readonly add?: readonly KeySpec[];
  readonly close?: readonly (
    | { readonly kid: Uint8Array; readonly why: "retired" }
    /** `since` when it is no longer to be trusted (Unix seconds). */
    | { readonly kid: Uint8Array; readonly why: "compromised"; readonly since: number }
  )[];
  readonly relabel?: readonly { readonly kid: Uint8Array; readonly label: string }[];
  readonly threshold?: number;
};
export type Recover = { readonly op: "recover"; readonly code: Code; readonly prev: Uint8Array } & (
  | { readonly do: "start"; readonly keys: readonly KeySpec[]; readonly threshold?: number }
  | { readonly do: "finish" | "cancel" }
);
export type Status = { readonly op: "status" } & StatusItem;
export type Succeed = {
  readonly op: "succeed";
  readonly type: "merge" | "split" | "rename" | "transfer";
  readonly from: readonly { readonly code: Code; readonly prev: Uint8Array }[];
  readonly to: readonly { readonly code: Code; readonly prev: Uint8Array }[];
  readonly date: IsoDate;
  readonly source: string;
  /** What happens to open grants, and to a delegation, of the predecessors. */
  readonly grants: "end" | "carry";
  readonly delegation: "end" | "carry";
};
/** A member of the consortium. Absent fields stay as they are; a new member brings names and keys. */
export type MemberTerms = {
  readonly id: string;
  readonly names?: { readonly [language: string]: string };
  /** URL of the member's node. */
  readonly node?: string;
  /** age recipient (`age1…`) for evidence. */
  readonly recipient?: string;
  /** Keys to add. */
  readonly keys?: readonly KeySpec[];
  readonly threshold?: number;
};
export type Member =
  | ({ readonly op: "member"; readonly prev?: Uint8Array } & MemberTerms)
  | {
      readonly op: "member";
      readonly id: string;
      readonly prev: Uint8Array;
      readonly leave: true;
    };

/** Form of a validator's name: at most 32 characters. */
export const VALIDATOR_ID: RegExp = /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/;

/** A validator of the ledger. Absent fields stay as they are; a new one brings `key` and `peer`. */
export type ValidatorTerms = {
  readonly id: string;
  /** Ed25519 public key that its engine votes with. */
  readonly key?: Uint8Array;
  /** What its engine's peers know it by: 20 bytes. */
  readonly peer?: Uint8Array;
  /** Where they reach it: `host:port`. */
  readonly address?: string;
  /** URL of its node. */
  readonly url?: string;
  /** Verifier key that it cosigns checkpoints with. */
  readonly cosigner?: string;
  /** 1: it votes. 0: it may follow, as one does that is to vote later. */
  readonly power?: 0 | 1;
};
export type Validator =
  | ({ readonly op: "validator"; readonly prev?: Uint8Array } & ValidatorTerms)
  | {
      readonly op: "validator";
      readonly id: string;
      readonly prev: Uint8Array;
      readonly leave: true;
    };

export type Param =
  | {
      [K in FoundingParam]: {
        readonly op: "param";
        readonly name: K;
        readonly prev: Uint8Array;
        readonly value: ParamValues[K];
      };
    }[FoundingParam]
  | {
      [K in LaterParam]: {
        readonly op: "param";
        readonly name: K;
        /** Absent when there is no value yet. */
        readonly prev?: Uint8Array;
        readonly value: ParamValues[K];
      };
    }[LaterParam];

/** What each parameter holds; spans of time in seconds. */
export type ParamValues = {
  /** How many members must agree. */
  readonly thresholds: { readonly issue: number; readonly govern: number };
  readonly recoveryDelay: number;
  readonly voidWindow: number;
  /** tlog-policy texts: whom to trust now, and who comes next. */
  readonly policy: { readonly now: string; readonly next?: string };
  /** Who orders blocks: absent, one node; set once, the validators for ever after. */
  readonly order: "validators";
  /** From the block of this height on, blocks are made by the rules of this version. */
  readonly upgrade: { readonly app: number; readonly height: number };
};

export type ParamName = keyof ParamValues;
/** Those that no genesis sets. */
type LaterParam = "order" | "upgrade";
type FoundingParam = Exclude<ParamName, LaterParam>;
export type ParamValue = ParamValues[ParamName];

/** Where a subtree lives: the log of its ledger, how its checkpoints are to be believed, and where it is served. */
export type DelegationTerms = {
  /** Name of the log of the child ledger. */
  readonly origin: string;
  /** tlog-policy text that each of its checkpoints must satisfy. */
  readonly policy: string;
  /** Where the child ledger's node answers. */
  readonly url: string;
};
/** A subtree begins to live in another ledger, is looked for elsewhere, or comes back. */
export type Delegate = {
  readonly op: "delegate";
  readonly code: Code;
  readonly prev: Uint8Array;
} & (
  | ({ readonly do: "start" } & DelegationTerms)
  /** Absent fields stay as they are. */
  | ({ readonly do: "change" } & Partial<Pick<DelegationTerms, "policy" | "url">>)
  | { readonly do: "end"; readonly reason: string }
);

/** One checkpoint of the ledger that a code is delegated to, or of the log of a dataset. */
export type AnchorItem = {
  readonly code: Code;
  /** The signed note, cosignatures included. */
  readonly checkpoint: string;
} & (
  | {
      /** RFC 9162 proof that it grew out of the checkpoint anchored before; as in RFC 9162 §2.1.4.1. */
      readonly consistency: readonly Uint8Array[];
    }
  | {
      /** Leaf hash of the log's entry 0, of the first checkpoint and of one that begins anew. */
      readonly genesis: Uint8Array;
      /** Inclusion of entry 0 under the checkpoint. */
      readonly path: readonly Uint8Array[];
      /** Why it begins anew; absent from the first. */
      readonly reset?: string;
    }
);
export type Anchor = { readonly op: "anchor"; readonly items: readonly AnchorItem[] };

/** One field of the entries of a dataset. */
export type DictionaryField = {
  /** As it stands in the facts. */
  readonly name: string;
  /** What its values are: `number`, `text`, a type of a data model. */
  readonly type: string;
  readonly unit?: string;
  readonly names?: { readonly [language: string]: string };
};
/** The log that the entries of a dataset stand in. */
export type DatasetLogTerms = {
  /** Name of the log; each of its keys bears it. */
  readonly origin: string;
  /** Verifier keys (c2sp.org/signed-note): a checkpoint with the signature of one of them is the log's own. */
  readonly vkeys: readonly string[];
  /** Where the log is served. */
  readonly url: string;
};
/** Describes a dataset, as a whole: what was said before counts no more. */
export type Dataset = {
  readonly op: "dataset";
  readonly code: Code;
  readonly prev: Uint8Array;
  readonly title: { readonly [language: string]: string };
  readonly themes?: readonly string[];
  readonly dictionary?: readonly DictionaryField[];
  /** Nothing is taken in but what the types of things and the dictionary have: docs/spec/sharing.md, Strict datasets. */
  readonly strict?: true;
  readonly licence: string;
  readonly extent?: Box;
  /** How often something new comes, for people or as an ISO 8601 duration. */
  readonly rhythm?: string;
  /** Where to ask: an office, never a person. */
  readonly contact: string;
  readonly terms?: string;
  readonly log: DatasetLogTerms;
};

/** What may be done with what a dataset says. */
export type AccessAction = "read" | "subscribe" | "export";
/** Which part of a dataset, to do what with, until when. What is left out has no bound. */
export type AccessScope = {
  readonly actions: readonly AccessAction[];
  /** Names of facts, beside those that say what an observation is of: `id`, `type` and `time`. */
  readonly attributes?: readonly string[];
  /** Where what was observed lies. */
  readonly area?: Box;
  /** When it was observed: from the second `since` on, up to and without the second `before`. */
  readonly time?: { readonly since?: number; readonly before?: number };
  /** The last second in which it may be done. */
  readonly until?: number;
};
/** Asks the owner of a dataset for access. */
export type AccessRequest = {
  readonly op: "request";
  /** Who asks. */
  readonly code: Code;
  readonly dataset: Code;
  /** Name of the log of the dataset: what another one says is another matter. */
  readonly log: string;
  readonly purpose: string;
} & AccessScope;
/** Answers a request, or opens the dataset to everybody. */
export type Grant = {
  readonly op: "grant";
  /** The dataset. */
  readonly code: Code;
  readonly log: string;
} & AccessScope &
  (
    | {
        /** Id of the request, which the grant may only narrow. */
        readonly request: Uint8Array;
      }
    | { readonly to: typeof EVERYBODY }
  );
/** Takes a grant back. */
export type Revoke = {
  readonly op: "revoke";
  /** The dataset. */
  readonly code: Code;
  /** Id of the grant. */
  readonly grant: Uint8Array;
  readonly reason: string;
};

/** Logs a batch of seals that the signing key made: `count` seals whose serials go on from `first` without a gap. */
export type Seals = {
  readonly op: "seals";
  /** Whose key signs. */
  readonly code: Code;
  readonly first: number;
  readonly count: number;
  /** RFC 9162 root over the seals, each the bytes of its COSE_Sign1, in the order of their serials. */
  readonly root: Uint8Array;
};
/** Withdraws seals of a key, open or closed. */
export type Unseal = {
  readonly op: "unseal";
  /** Whose key made them. */
  readonly code: Code;
  readonly kid: Uint8Array;
  /** Rising. */
  readonly serials: readonly number[];
  readonly reason: string;
};

/** What a decision can execute. */
export type InnerOperation =
  | Gazette
  | Classes
  | Register
  | Manifest
  | Void
  | Update
  | Keys
  | Recover
  | Status
  | Succeed
  | Delegate
  | Anchor
  | Dataset
  | AccessRequest
  | Grant
  | Revoke
  | Seals
  | Unseal
  | Member
  | Validator
  | Param;

/** The payload of every operation a ledger takes. */
export type Operation = InnerOperation | Admit | Propose | Endorse;

export type OperationKind = Operation["op"];

/** The items of one chunk of a manifest, by what the manifest does. */
export type ChunkItem = RegisterItem | UpdateItem | StatusItem;

/** `["chunk", {…}]`: a part of a manifest. Its path is its authority. */
export type Chunk = {
  /** SHA-256 of the Sig_structure of the operation that carries the manifest. */
  readonly manifest: Uint8Array;
  readonly index: number;
  readonly items: readonly ChunkItem[];
  readonly path: readonly Uint8Array[];
};
