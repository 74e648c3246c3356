import { join } from "node:path";
import {
  type AuditRefusal,
  Copy,
  Follower,
  type RoundResult,
  sourceOver,
} from "../../audit/index.ts";
import { type Hash, hex, type SignedCheckpoint, sha256, utf8 } from "../../core/index.ts";
import type { Client } from "../../sdk/index.ts";
import { ChildFault } from "./fault.ts";

/** A log that was verified entry by entry: nothing of it rests on the word of who served it. */
export type ParentLog = {
  readonly checkpoint: SignedCheckpoint;
  /** The checkpoint as it was signed. */
  readonly note: string;
  /** Of all that its operations made. */
  readonly mapRoot: Hash;
  /** Where the values are that the replay derived. */
  readonly replayDirectory: string;
};

export type ReplayOptions = {
  readonly parent: Client;
  /** tlog-policy text that the checkpoint must satisfy. */
  readonly policy: string;
  /** Keeps what was verified, so that whoever was broken off goes on from there. */
  readonly directory: string;
  readonly nowMilliseconds: () => number;
  /** Entries that the parent says it has: what it publishes comes up to a second later. */
  readonly minSize?: number;
  readonly signal?: AbortSignal;
  /** In entries. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
};

/**
 * Fetches a whole log by its static files, and replays it: every tile, signature, rule and map root, under a checkpoint that
 * is believed under `policy`. In the memory that an audit takes, and with its files.
 *
 * @throws ChildFault `PARENT_CHECKPOINT`, `PARENT_LOG`, `PARENT_REPLAY`; ApiProblem, NodeUnreachable; LogFault; the signal's
 *   reason
 */
export async function replayParent(options: ReplayOptions): Promise<ParentLog> {
  const { parent, policy, nowMilliseconds, signal, onProgress } = options;
  const note = await checkpointFrom(parent, options.minSize ?? 0);
  const [name = ""] = note.split("\n", 1);
  const copy = await Copy.open(join(options.directory, hex(sha256(utf8(name)))), false);
  const follower = new Follower({
    ...{ source: sourceOver(parent), copy, policy, nowMilliseconds },
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
  });
  try {
    const { checkpoint, replayed } = verifiedOf(await follower.round(note));
    const { replayDirectory } = copy;
    return { checkpoint, note, mapRoot: replayed.mapRoot, replayDirectory };
  } finally {
    await follower.close();
    await copy.close();
  }
}

type Verified = Extract<RoundResult, { ok: true }>;

function verifiedOf(
  result: RoundResult,
): Verified & { readonly replayed: NonNullable<Verified["replayed"]> } {
  if (!result.ok) throw faultOf(result.refusal, result.attested !== undefined);
  const { replayed } = result;
  if (replayed === undefined) throw new ChildFault("PARENT_LOG", { why: "AUDIT_EMPTY" });
  return { ...result, replayed };
}

function faultOf(refusal: AuditRefusal, isBelieved: boolean): ChildFault {
  const { code, ...others } = refusal;
  const facts = Object.fromEntries(Object.entries(others).filter(isFact));
  if (!isBelieved) return new ChildFault("PARENT_CHECKPOINT", { ...facts, why: code });
  if (!code.startsWith("REPLAY_")) return new ChildFault("PARENT_LOG", { ...facts, why: code });
  return new ChildFault("PARENT_REPLAY", { cause: code, ...facts });
}

/** What a policy is refused for may have a cause of its own. */
function isFact(fact: [string, unknown]): fact is [string, string | number] {
  return typeof fact[1] === "string" || typeof fact[1] === "number";
}

const WAIT_MILLISECONDS = 250;
const MAX_WAITS = 120;

/** The checkpoint that is served, once it covers so many entries. */
async function checkpointFrom(
  parent: Pick<Client, "checkpoint">,
  minSize: number,
): Promise<string> {
  for (let i = 0; i < MAX_WAITS; i++) {
    const note = await parent.checkpoint();
    // Judged later: one that is no checkpoint is not waited for.
    if (!(Number(note.split("\n")[1]) < minSize)) return note;
    await new Promise((resolve) => setTimeout(resolve, WAIT_MILLISECONDS));
  }
  throw new ChildFault("PARENT_CHECKPOINT", { why: "size", want: minSize });
}
