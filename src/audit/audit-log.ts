import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { hex, parseCheckpoint, present, sha256, utf8 } from "../core/index.ts";
import { Copy } from "./copy.ts";
import {
  type Attested,
  Follower,
  type Progress,
  type RoundResult,
  type Verified,
} from "./follower.ts";
import type { AuditRefusal } from "./refusal.ts";
import { type Fetched, openSource } from "./source.ts";

export type AuditLogOptions = {
  /** Of the node, or of its log. */
  readonly url: string;
  /** tlog-policy text: whom to believe. Without it the policy of the first audit, else the node's own word. */
  readonly policy?: string;
  /** Directory that keeps what was verified, a subdirectory for each origin. */
  readonly cache: string;
  readonly signal?: AbortSignal;
  readonly language?: string;
  readonly attempts?: number;
  readonly onProgress?: (progress: Progress) => void;
  readonly onWait?: (wait: { readonly milliseconds: number }) => void;
  readonly nowMilliseconds?: () => number;
};

type Attestation = Pick<Attested, "policyFrom" | "signedBy" | "cosignatures" | "sinceSeconds"> & {
  readonly origin: string;
  readonly size: number;
  /** Root of the tree, hex. */
  readonly root: string;
  /** The signed note. */
  readonly checkpoint: string;
};

type Effort = {
  readonly url: string;
  /** When it ended, RFC 3339. */
  readonly auditedAt: string;
  readonly milliseconds: number;
  readonly fetched: Fetched;
  /** Where the verified tiles are kept. */
  readonly directory: string;
};

/** What an audit over HTTP found. */
export type LogReport =
  | (Effort &
      Attestation & {
        readonly intact: true;
        readonly blocks: number;
        /** Of the newest block, RFC 3339. */
        readonly blockTime: string;
        readonly mapRoot: string;
        /** Entries that an earlier audit had replayed already. */
        readonly replayedBefore: number;
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

/**
 * Audits a log by what it serves as static files: the checkpoint under a policy, each tile and each entry against the tree,
 * each signature and rule and each map root by replaying all operations. Goes on where an earlier audit stopped.
 *
 * @throws ApiProblem, NodeUnreachable; LogFault; errors of the operating system; the reason of `signal`
 */
export async function auditLog(options: AuditLogOptions): Promise<LogReport> {
  const { cache, policy, signal, onProgress, nowMilliseconds = Date.now } = options;
  const began = performance.now();
  // What was begun ahead ends with the audit.
  const ended = new AbortController();
  const either = signal === undefined ? ended.signal : AbortSignal.any([signal, ended.signal]);
  const source = openSource({ ...options, signal: either });
  const effort = (directory: string): Effort => ({
    url: source.url,
    auditedAt: new Date(nowMilliseconds()).toISOString(),
    milliseconds: Math.round(performance.now() - began),
    fetched: { ...source.fetched },
    directory,
  });
  try {
    const note = await source.checkpoint();
    const shown = parseCheckpoint(note);
    if (!shown.ok) return { ...effort(cache), intact: false, entries: 0, refusal: shown.error };
    const directory = join(cache, hex(sha256(utf8(shown.value.origin))));
    mkdirSync(directory, { recursive: true });
    const copy = await Copy.open(directory, false);
    const follower = new Follower({
      source,
      copy,
      nowMilliseconds,
      ...(policy !== undefined && { policy }),
      ...(signal !== undefined && { signal }),
      ...(onProgress !== undefined && { onProgress }),
    });
    try {
      const result = await follower.round(note);
      return reportOf(result, effort(directory));
    } finally {
      await follower.close();
      await copy.close();
    }
  } finally {
    ended.abort();
  }
}

function reportOf(result: RoundResult, effort: Effort): LogReport {
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

function replayOf({ replayed, extends: earlier }: Verified) {
  const { height, timeMilliseconds, mapRoot, before } = present(replayed, "what an audit replayed");
  return {
    blocks: height + 1,
    blockTime: new Date(timeMilliseconds).toISOString(),
    mapRoot: hex(mapRoot),
    replayedBefore: before,
    ...(earlier !== undefined && { extends: { size: earlier.size, root: hex(earlier.root) } }),
  };
}
