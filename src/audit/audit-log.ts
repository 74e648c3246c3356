import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { hex, parseCheckpoint, sha256, utf8 } from "../core/index.ts";
import { Copy } from "./copy.ts";
import { Follower, type Progress } from "./follower.ts";
import { type AuditRefusal, Stop } from "./refusal.ts";
import { type Effort, type LogReport, reportOfRound } from "./report.ts";
import { openSource } from "./source.ts";

export type AuditLogOptions = {
  /** Of the node, or of its log. */
  readonly url: string;
  /** tlog-policy text: whom to believe. Without it the policy of the first audit, else the node's own word. */
  readonly policy?: string;
  /** Asks for the partial tiles of earlier sizes too: some hundred requests. */
  readonly narrower?: boolean;
  /** Directory that keeps what was verified, a subdirectory for each origin. */
  readonly cache: string;
  readonly signal?: AbortSignal;
  readonly language?: string;
  readonly attempts?: number;
  readonly timeoutMilliseconds?: number;
  readonly onProgress?: (progress: Progress) => void;
  readonly onWait?: (wait: { readonly milliseconds: number }) => void;
  readonly nowMilliseconds?: () => number;
};

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
    const nothing = { intact: false, entries: 0 } as const;
    const note = await source.checkpoint().catch(refusalOf);
    if (typeof note !== "string") return { ...effort(cache), ...nothing, refusal: note };
    const shown = parseCheckpoint(note);
    if (!shown.ok) return { ...effort(cache), ...nothing, refusal: shown.error };
    const directory = join(cache, hex(sha256(utf8(shown.value.origin))));
    mkdirSync(directory, { recursive: true });
    const copy = await Copy.open(directory, false);
    const follower = new Follower({
      source,
      copy,
      nowMilliseconds,
      ...(options.narrower && { narrower: true }),
      ...(policy !== undefined && { policy }),
      ...(signal !== undefined && { signal }),
      ...(onProgress !== undefined && { onProgress }),
    });
    try {
      const result = await follower.round(note);
      return reportOfRound(result, effort(directory));
    } finally {
      await follower.close();
      await copy.close();
    }
  } finally {
    ended.abort();
  }
}

/** Whoever serves no checkpoint, or an endless one, is no server of logs. */
function refusalOf(thrown: unknown): AuditRefusal {
  if (thrown instanceof Stop) return thrown.refusal;
  throw thrown;
}
