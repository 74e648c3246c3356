import { hex } from "../core/index.ts";
import type { Attested, RoundResult, Verified } from "./follower.ts";
import type { AuditRefusal } from "./refusal.ts";
import type { Fetched } from "./source.ts";

/** The checkpoint that was verified, and because of whom. */
export type Attestation = Pick<
  Attested,
  "policyFrom" | "signedBy" | "cosignatures" | "sinceSeconds"
> & {
  readonly origin: string;
  readonly size: number;
  /** Root of the tree, hex. */
  readonly root: string;
  /** The signed note. */
  readonly checkpoint: string;
};

/** What it took. */
export type Effort = {
  readonly url: string;
  /** When it ended, RFC 3339. */
  readonly auditedAt: string;
  readonly milliseconds: number;
  readonly fetched: Fetched;
  /** Where the verified tiles are kept. */
  readonly directory: string;
};

/** What came of applying every operation again. */
export type ReplayReport = {
  readonly blocks: number;
  /** Of the newest block, RFC 3339. */
  readonly blockTime: string;
  readonly mapRoot: string;
  /** Entries that an earlier run had replayed already. */
  readonly before: number;
};

/** What the verification of a log over HTTP found. */
export type LogReport =
  | (Effort &
      Attestation & {
        readonly intact: true;
        /** Absent where the tree alone was checked. */
        readonly replayed?: ReplayReport;
        /** Partial tiles of earlier sizes that were served and are right, where they were asked for. */
        readonly narrower?: number;
        /** The last checkpoint that was verified before; the log only grew since then. */
        readonly extends?: { readonly size: number; readonly root: string };
      })
  | (Effort & {
      readonly intact: false;
      /** Entries that are right before it. */
      readonly entries: number;
      readonly refusal: AuditRefusal;
      /** The checkpoint that covers what is refused; absent where that is refused itself. */
      readonly attested?: Attestation;
    });

export function reportOfRound(result: RoundResult, effort: Effort): LogReport {
  if (!result.ok) {
    const { refusal, entries, attested } = result;
    const shown = attested === undefined ? {} : { attested: attestationOf(attested) };
    return { ...effort, intact: false, entries, refusal, ...shown };
  }
  return { ...effort, intact: true, ...attestationOf(result), ...replayOf(result) };
}

function attestationOf({ checkpoint, note, ...attested }: Attested): Attestation {
  const { origin, size, root } = checkpoint;
  const { policyFrom, signedBy, cosignatures, sinceSeconds } = attested;
  const since = sinceSeconds === undefined ? {} : { sinceSeconds };
  return {
    origin,
    size,
    root: hex(root),
    checkpoint: note,
    policyFrom,
    signedBy,
    cosignatures,
    ...since,
  };
}

function replayOf({ replayed, narrower, extends: earlier }: Verified) {
  return {
    ...(narrower !== undefined && { narrower }),
    ...(replayed !== undefined && { replayed: replayReport(replayed) }),
    ...(earlier !== undefined && { extends: { size: earlier.size, root: hex(earlier.root) } }),
  };
}

function replayReport({
  height,
  timeMilliseconds,
  mapRoot,
  before,
}: NonNullable<Verified["replayed"]>): ReplayReport {
  const blockTime = new Date(timeMilliseconds).toISOString();
  return { blocks: height + 1, blockTime, mapRoot: hex(mapRoot), before };
}
