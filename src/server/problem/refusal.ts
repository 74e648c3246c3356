import type { ContentRefusal, FileRefusal, ViewRefusal } from "../../data/index.ts";
import type { AddCheckpointRefusal, WitnessRefusal } from "../../witness/index.ts";
import type { NgsiRefusal } from "../ngsi/refusal.ts";

/**
 * Why a request was refused before, or beside, the rules of the ledger. One cause, one code; listed in docs/errors.md.
 */
export type HttpRefusal =
  | { readonly code: "HTTP_NOT_FOUND"; readonly path: string }
  | { readonly code: "HTTP_METHOD"; readonly got: string; readonly allow: string }
  | { readonly code: "HTTP_REQUEST"; readonly got: string }
  | { readonly code: "HTTP_TARGET_SIZE"; readonly characters: number; readonly max: number }
  | {
      readonly code: "HTTP_PARAMETER";
      readonly name: string;
      readonly got: string;
      readonly want: string;
    }
  | { readonly code: "HTTP_CURSOR"; readonly got: string }
  | { readonly code: "HTTP_TYPE"; readonly got: string; readonly want: string }
  | { readonly code: "HTTP_BODY_SIZE"; readonly max: number }
  | { readonly code: "HTTP_BODY_BROKEN" }
  | { readonly code: "HTTP_BODY"; readonly want: string }
  | { readonly code: "HTTP_FIELD"; readonly name: string; readonly want: string }
  | { readonly code: "HTTP_ITEMS"; readonly got: number; readonly max: number }
  | {
      readonly code: "HTTP_RATE";
      readonly retryAfter: number;
      readonly by: "address" | "key" | "source";
    }
  | { readonly code: "HTTP_BUSY"; readonly retryAfter: number; readonly what: string }
  | { readonly code: "HTTP_STALLED"; readonly retryAfter: number }
  | { readonly code: "HTTP_STOPPED"; readonly fault: string }
  | {
      readonly code: "LEDGER_CLOCK";
      readonly driftMilliseconds?: number;
      readonly sinceLastBlockMilliseconds?: number;
    }
  | { readonly code: "LEDGER_RESTORED" }
  | { readonly code: "HTTP_FULL"; readonly what: string; readonly max: number }
  | { readonly code: "HTTP_INTERNAL"; readonly incident: string };

/** Why a request does not count as signed, or its signer may not do this. */
export type SignedRequestRefusal =
  | { readonly code: "HTTP_SIGNATURE_MISSING" }
  | { readonly code: "HTTP_SIGNATURE_FIELD"; readonly field: string; readonly want: string }
  | { readonly code: "HTTP_SIGNATURE_COVERAGE"; readonly want: string }
  | {
      readonly code: "HTTP_SIGNATURE_CREATED";
      readonly created: string;
      readonly now: string;
      readonly seconds: number;
    }
  | {
      readonly code: "HTTP_SIGNATURE_EARLIER";
      readonly created: string;
      readonly started: string;
    }
  | { readonly code: "HTTP_SIGNATURE_NONCE"; readonly want: string }
  | { readonly code: "HTTP_SIGNATURE_REPLAYED"; readonly nonce: string }
  | { readonly code: "HTTP_SIGNATURE_DIGEST"; readonly want: string }
  | { readonly code: "HTTP_SIGNATURE_KEY"; readonly keyid: string; readonly why: string }
  | { readonly code: "HTTP_SIGNATURE_ALGORITHM"; readonly got: string; readonly want: string }
  | { readonly code: "HTTP_SIGNATURE_WRONG"; readonly keyid: string }
  | { readonly code: "HTTP_TOKEN_UNKNOWN" }
  | { readonly code: "HTTP_TOKEN_BOUND"; readonly grant: string }
  | {
      readonly code: "HTTP_TOKEN_SECONDS";
      readonly got: number;
      readonly min: number;
      readonly max: number;
    }
  | { readonly code: "HTTP_FORBIDDEN"; readonly holder: string; readonly want: string };

/** What the resolver answers about codes that lead nowhere, or no longer. */
export type ResolveRefusal =
  | { readonly code: "RESOLVE_UNKNOWN"; readonly asked: string; readonly proof: string }
  | {
      readonly code: "RESOLVE_GAZETTE";
      readonly asked: string;
      readonly names: string;
      readonly level: string;
      readonly from: string;
      readonly to?: string;
      readonly source: string;
      readonly successors: readonly string[];
      readonly gazette: string;
      readonly proof: string;
    }
  | {
      readonly code: "RESOLVE_RETIRED";
      readonly asked: string;
      readonly because: string;
      readonly successors: readonly string[];
    }
  | { readonly code: "RESOLVE_VOID"; readonly asked: string; readonly because: string }
  | { readonly code: "RESOLVE_SUSPENDED"; readonly asked: string; readonly because: string }
  | {
      readonly code: "RESOLVE_LINK";
      readonly asked: string;
      readonly linkType: string;
      readonly known: readonly string[];
    }
  | { readonly code: "RESOLVE_CHAIN"; readonly asked: string }
  | FollowRefusal
  | FollowStatusRefusal
  | { readonly code: "RESOLVE_ALIAS"; readonly scheme: string; readonly value: string };

/** Why a code was not followed into the ledger that it lives in; `url` is where that is served. */
export type FollowRefusal =
  | {
      readonly code: "RESOLVE_FOLLOW_ADDRESS";
      readonly asked: string;
      readonly url: string;
      readonly why: string;
    }
  | {
      readonly code: "RESOLVE_FOLLOW_SILENT";
      readonly asked: string;
      readonly url: string;
      readonly why: string;
    }
  | {
      readonly code: "RESOLVE_FOLLOW_ANSWER";
      readonly asked: string;
      readonly url: string;
      readonly why: string;
    }
  | {
      readonly code: "RESOLVE_FOLLOW_PROOF";
      readonly asked: string;
      readonly url: string;
      readonly why: string;
    };

/** Why nobody was asked: as this ledger says, what decides of the delegated code is not active. */
export type FollowStatusRefusal = {
  readonly code: "RESOLVE_FOLLOW_STATUS";
  readonly asked: string;
  readonly status: "suspended" | "retired" | "void";
  readonly because: string;
};

/** What the stores beside the ledger refuse. */
export type StoreRefusal =
  | { readonly code: "INBOX_UNKNOWN"; readonly id: string }
  | { readonly code: "INBOX_EVIDENCE_UNKNOWN"; readonly commit: string }
  | { readonly code: "INBOX_SIGNATURE"; readonly kid: string }
  | { readonly code: "INBOX_NOT_AGE"; readonly want: string }
  | { readonly code: "OPENING_HASH"; readonly got: string; readonly want: string }
  | { readonly code: "OPENING_SHAPE"; readonly want: string }
  | { readonly code: "OPENING_NOT_STATED"; readonly asked: string; readonly field: string }
  | { readonly code: "OPENING_UNKNOWN"; readonly hash: string }
  | { readonly code: "SEAL_BATCH_ROOT"; readonly got: string; readonly want: string }
  | DataRefusal;

/** What the node that keeps the log of a dataset refuses. */
export type DataRefusal =
  | { readonly code: "DATA_LOG_UNKNOWN"; readonly dataset: string }
  | { readonly code: "DATA_RESTORED"; readonly dataset: string }
  | { readonly code: "DATA_ENTRY_UNKNOWN"; readonly index: string }
  | { readonly code: "DATA_FILE_UNKNOWN"; readonly sha256: string }
  | { readonly code: "DATA_FACT_UNKNOWN"; readonly name: string }
  | { readonly code: "DATA_PLATE_SCANS"; readonly subject: string; readonly max: number }
  | ContentRefusal
  | FileRefusal
  | ViewRefusal
  | { readonly code: "ENROL_FORM"; readonly field: string; readonly want: string }
  | { readonly code: "ENROL_EXPIRED"; readonly until: number };

/** What a witness refuses to cosign; the forms of notes and checkpoints are refused as the core does. */
export type CosignRefusal =
  | Extract<AddCheckpointRefusal, { readonly code: "WITNESS_BODY" }>
  | WitnessRefusal;

export type ServerRefusal =
  | HttpRefusal
  | SignedRequestRefusal
  | ResolveRefusal
  | StoreRefusal
  | NgsiRefusal
  | CosignRefusal;
export type ServerRefusalCode = ServerRefusal["code"];
