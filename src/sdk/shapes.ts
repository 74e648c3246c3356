import type {
  Apply,
  ChildKind,
  CodeRecord,
  GazetteFact,
  Geometry,
  InnerOperation,
  KeyScope,
  KeyUse,
  Names,
  RecordKind,
} from "../core/index.ts";
import type { Base64, Hex, Json, Page, Time } from "./json.ts";
import type { Facts } from "./problem.ts";

// What a node answers, shape by shape, as docs/spec/http.md has it.

/** What became of one submitted item. */
export type Outcome =
  | {
      readonly status: "accepted";
      /** Leaf hash: the identity of the operation. */
      readonly hash: Hex;
      readonly index: number;
      /** A tlog-proof: keep it with the operation's bytes. */
      readonly receipt: string;
      /** It had been in the log before. */
      readonly repeated?: true;
    }
  | {
      readonly status: "refused";
      readonly code: string;
      /** What is wrong, in words of the language that was asked for; of one among many the code says it alone. */
      readonly title?: string;
      readonly facts: Facts;
      readonly remedy: string;
    };

export type EffectiveStatus = {
  readonly status: "active" | "suspended" | "retired" | "void";
  /** The code, or `registration/<id>`, whose state decides. */
  readonly because?: string;
};

/** Degrees, WGS 84. */
export type Place = {
  readonly longitude: number;
  readonly latitude: number;
  readonly is: "point" | "centre" | "cell";
};

export type RecordJson = Json<Omit<CodeRecord, "recovery">> & {
  readonly recovery?: {
    readonly keys: readonly unknown[];
    readonly threshold: number;
    readonly started: Time;
  };
};

/** The ledger that another one was delegated out of. */
export type ParentJson = { readonly url: string; readonly code: string };

/** `GET /v1/codes/<code>`. */
export type RecordAnswer = {
  readonly code: string;
  readonly check: string;
  readonly effective: EffectiveStatus;
  readonly index: number;
  readonly recorded: Time;
  readonly place?: Place;
  readonly record: RecordJson;
  readonly at?: string;
  readonly known?: { readonly size: number; readonly time: Time };
  readonly ancestors?: readonly {
    readonly code: string;
    readonly names: Json<Names>;
    readonly kind: RecordKind;
    readonly effective: EffectiveStatus;
  }[];
};

/** A code in a list. */
export type Summary = {
  readonly code: string;
  readonly check: string;
  readonly kind: RecordKind;
  readonly class?: string;
  readonly names: Json<Names>;
  readonly effective: EffectiveStatus;
  readonly place?: Place;
  readonly children: number;
};

export type SearchAnswer = Page<Summary> & { readonly indexedSize: number; readonly size: number };

/** All parts must hold; at least one is given. */
export type SearchFilter = {
  readonly q?: string;
  readonly parent?: string;
  readonly under?: string;
  readonly kind?: ChildKind | RecordKind;
  readonly class?: string;
  readonly status?: string;
  /** `west,south,east,north` in degrees. */
  readonly bbox?: string;
};

export type HistoryItem = {
  readonly index: number;
  readonly hash: Hex;
  readonly time: Time;
  readonly kind: string;
  readonly chain: "born" | "op" | "control" | "registration";
  /** Absent of what came with the ledger, and of an item of a bulk, which is signed as a whole. */
  readonly signed?: { readonly iss: string; readonly kid: Hex; readonly iat: Time };
  readonly generation: number;
  readonly by?: string;
  readonly decision?: Hex;
  /** Of an item of a bulk: what was signed, and by whom. */
  readonly manifest?: { readonly id: Hex; readonly iss: string; readonly kid: Hex };
  readonly what: { readonly [field: string]: unknown };
};

export type ChildrenAnswer = Page<Summary> & {
  readonly code: string;
  readonly count: number;
  readonly start: number;
  readonly codes: readonly string[];
  readonly root: Hex;
  readonly path: readonly Base64[];
  readonly size: number;
  /** Where it was asked for: a record proof of `code` as of the same block, as JSON. */
  readonly proof?: unknown;
};

export type KeyJson = {
  readonly holder: string;
  readonly kid: Hex;
  readonly key: Hex;
  readonly jwk: { readonly [name: string]: unknown };
  readonly uses: readonly KeyUse[];
  readonly label: string;
  readonly scope?: Json<KeyScope>;
  readonly rpId?: string;
  readonly origin?: string;
  readonly from: Time;
  readonly to?: Time;
  readonly why?: "retired" | "compromised";
  readonly since?: Time;
};

/** An entry of the log in a list. `signed` is absent from genesis, chunks and block entries. */
export type EntrySummary = {
  readonly hash: Hex;
  readonly index: number;
  readonly time: Time;
  readonly height: number;
  readonly kind: string;
  readonly signed?: {
    readonly iss: string;
    readonly aud: string;
    readonly iat: Time;
    readonly kid: Hex;
    readonly alg: "Ed25519" | "ES256";
    readonly passkey?: true;
  };
  readonly codes: readonly string[];
};

export type EntryAnswer = EntrySummary & {
  readonly operation: { readonly [field: string]: unknown };
  readonly bytes: Base64;
  readonly receipt: string;
};

export type LogFilter = {
  readonly order?: "newest" | "oldest";
  readonly from?: number;
  readonly kind?: string;
  readonly iss?: string;
  readonly kid?: Hex;
  /** Block time, RFC 3339. */
  readonly since?: Time;
  /** Before this block time. */
  readonly until?: Time;
  readonly blocks?: 1;
};

export type DecisionJson = {
  readonly id: Hex;
  readonly kind: "admit" | InnerOperation["op"];
  readonly code?: string;
  readonly state: "open" | "executed" | "rejected" | "expired";
  readonly electorate: string;
  readonly use: KeyUse;
  readonly iss: string;
  readonly kid: Hex;
  readonly opened: Time;
  readonly expires: Time;
  readonly approvals: number;
  readonly needed: number;
  readonly votes: readonly {
    readonly by: string;
    readonly vote: "approve" | "reject";
    readonly op: Hex;
    readonly reason?: string;
  }[];
  readonly op: Hex;
  readonly application?: Base64;
  readonly apply?: Json<Apply>;
  readonly inner?: Json<InnerOperation>;
};

export type GazetteJson = {
  readonly code: string;
  readonly op: Hex;
  readonly facts: readonly Json<GazetteFact>[];
};

export type ClassJson = {
  readonly class: string;
  readonly op: Hex;
  readonly names: { readonly [language: string]: string };
  readonly cjt553?: string;
  readonly model?: string;
  readonly stages: readonly string[];
  readonly public: "all" | "cell" | "nothing";
};

export type ManifestJson = {
  readonly id: Hex;
  readonly what: "register" | "update" | "status";
  readonly under: string;
  readonly count: number;
  readonly chunks: number;
  readonly root: Hex;
  readonly by: string;
  readonly iss: string;
  readonly kid: Hex;
  readonly op: Hex;
  /** Its items may give `govern`, though several had to agree. */
  readonly governs?: true;
  readonly void: boolean;
  readonly changed: number;
};

export type ManifestAnswer = ManifestJson & {
  /** Chunks that the ledger has. */
  readonly taken: number;
  /** Ranges of chunks that it has not, both ends included. */
  readonly missing: readonly (readonly [number, number])[];
  readonly more?: true;
};

export type RegistrationJson = {
  readonly id: Hex;
  readonly op: Hex;
  readonly by: string;
  readonly iss: string;
  readonly kid: Hex;
  readonly at: Time;
  readonly changed: number;
  readonly void: boolean;
  readonly voidUntil: Time;
};

export type MemberJson = {
  readonly id: string;
  readonly op: Hex;
  readonly names: { readonly [language: string]: string };
  readonly node?: string;
  /** age recipient for evidence. */
  readonly recipient?: string;
  readonly threshold: number;
  readonly holds: readonly KeyUse[];
  readonly active: boolean;
};

export type ValidatorJson = {
  readonly id: string;
  readonly op: Hex;
  /** Ed25519 public key that it votes with. */
  readonly key: Hex;
  /** What its peers know it by. */
  readonly peer: Hex;
  readonly address?: string;
  readonly url?: string;
  readonly cosigner?: string;
  readonly power: number;
  readonly active: boolean;
};

/** How consensus looks from a validator; what its engine alone knows is absent while that does not answer. */
export type ConsensusJson = {
  /** Blocks of the engine, empty ones included. */
  readonly height: number;
  readonly voters: number;
  readonly signing?: number;
  /** Validators that vote and have no vote in the newest block. */
  readonly silent?: readonly string[];
  readonly peers?: number;
  /** Validators of the ledger that it has no connection with. */
  readonly unconnected?: readonly string[];
  readonly catchingUp?: boolean;
  readonly mempool?: number;
};

export type ParamJson = { readonly name: string; readonly op: Hex; readonly value: unknown };

export type StatsAnswer = {
  readonly codes: number;
  readonly operations: number;
  readonly values: number;
  readonly byKind: { readonly [kind: string]: number };
  readonly size: number;
  readonly height: number;
  readonly time: Time;
  readonly indexedSize?: number;
};

/** `GET /.well-known/cityid`. */
export type NodeAnswer = {
  readonly format: string;
  readonly origin: string;
  readonly publicUrl: string;
  readonly vkeys: readonly string[];
  readonly policy: string;
  readonly engine: string;
  readonly height: number;
  readonly size: number;
  readonly time: Time;
  readonly rules: number;
  /** The newest version of the rules that the node's program has. */
  readonly programRules: number;
  readonly software: string;
  readonly genesis: Hex;
  readonly parent?: ParentJson;
  readonly member?: string;
  readonly recipient?: string;
  readonly demonstration?: true;
  /** With which key and where it cosigns the checkpoints of others. */
  readonly witness?: { readonly vkey: string; readonly url: string };
  readonly limits: {
    readonly bodyBytes: number;
    readonly bulkBytes: number;
    readonly operationBytes: number;
    readonly operationsPerRequest: number;
  };
  readonly links: { readonly [name: string]: string };
};

export type ApplicationState =
  | "received"
  | "supplement-needed"
  | "declined"
  | "admitted"
  | "issued"
  | "rejected";

export type EvidenceState = {
  readonly title: string;
  readonly commit: Hex;
  readonly state: "stored" | "missing";
  readonly bytes?: number;
};

export type ApplicationReceived = {
  readonly id: Hex;
  readonly state: ApplicationState;
  readonly evidence: readonly EvidenceState[];
};

export type ApplicationJson = ApplicationReceived & {
  readonly received: Time;
  readonly changed: Time;
  /** The applicant's own COSE_Sign1. */
  readonly application: Base64;
  readonly apply: Json<Apply>;
  readonly contact?: string;
  readonly member?: string;
  readonly decision?: DecisionJson;
};

export type ApplicationAnswer = ApplicationJson & {
  readonly messages: readonly {
    readonly at: Time;
    readonly by: string;
    readonly text: string;
    readonly state?: string;
  }[];
};

export type OpeningJson = {
  readonly hash: Hex;
  readonly salt: Hex;
  readonly code: string;
  readonly field: string;
  readonly value: unknown;
};

export type TokenAnswer = {
  readonly token: string;
  readonly type: "Bearer";
  readonly holder: string;
  readonly kid: Hex;
  readonly expires: Time;
};

/** Where a thing stands, in JSON as in the ledger. */
export type GeometryJson = Json<Geometry>;
