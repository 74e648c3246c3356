import type {
  CheckpointRefusal,
  EntryBundleRefusal,
  NoteRefusal,
  PolicyRefusal,
  TrustRefusal,
} from "../core/index.ts";
import type { ReplayRefusal } from "../ledger/index.ts";

/** Why a log that somebody serves is not what it claims to be. `path` is one of c2sp.org/tlog-tiles, below the log. */
export type LogRefusal =
  | { readonly code: "AUDIT_MISSING"; readonly path: string }
  | { readonly code: "AUDIT_SIZE"; readonly path: string; readonly max: number }
  | { readonly code: "AUDIT_ORIGIN"; readonly got: string; readonly want: string }
  | { readonly code: "AUDIT_EMPTY"; readonly size: number }
  | {
      readonly code: "AUDIT_ROOT";
      readonly size: number;
      readonly got: string;
      readonly want: string;
    }
  | {
      readonly code: "AUDIT_TILE_LENGTH";
      readonly path: string;
      readonly got: number;
      readonly want: number;
    }
  | {
      readonly code: "AUDIT_TILE";
      readonly path: string;
      readonly got: string;
      readonly want: string;
    }
  | (EntryBundleRefusal & { readonly path: string })
  | {
      readonly code: "AUDIT_ENTRY";
      readonly path: string;
      readonly index: number;
      readonly got: string;
      readonly want: string;
    }
  | { readonly code: "AUDIT_PARTIAL"; readonly path: string }
  | { readonly code: "AUDIT_ROLLED_BACK"; readonly got: number; readonly want: number }
  | {
      readonly code: "AUDIT_SPLIT";
      readonly first: number;
      readonly second: number;
      /** First entry that differs, where the trees could still be compared. */
      readonly index?: number;
      /** File with the proof. */
      readonly proof: string;
    }
  | { readonly code: "AUDIT_NODE"; readonly why: string };

export type AuditRefusal =
  | LogRefusal
  | ReplayRefusal
  | NoteRefusal
  | CheckpointRefusal
  | PolicyRefusal
  | TrustRefusal;

/**
 * Whether the log's own key vouches for what is wrong: no retry and no other server mends that. Everything else may be the
 * fault of whoever serves or carries the log.
 */
export function isSigned({ code }: AuditRefusal): boolean {
  return code === "AUDIT_SPLIT" || code.startsWith("REPLAY_");
}

/** Ends an audit from wherever it is; `Follower` gives it on as a value. */
export class Stop extends Error {
  override readonly name = "AuditStop";
  readonly refusal: AuditRefusal;
  constructor(refusal: AuditRefusal) {
    super(refusal.code);
    this.refusal = refusal;
  }
}
