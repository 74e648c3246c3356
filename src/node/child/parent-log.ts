import {
  decodeEntryBundle,
  equalBytes,
  evaluatePolicy,
  Frontier,
  formatTilePath,
  hashLeaf,
  parseCheckpoint,
  parsePolicy,
  type SignedCheckpoint,
  TILE_WIDTH,
} from "../../core/index.ts";
import type { Client } from "../../sdk/index.ts";
import { ChildFault } from "./fault.ts";

/** A log as its checkpoint commits to it: nothing of it rests on the word of who served it. */
export type ParentLog = {
  readonly checkpoint: SignedCheckpoint;
  /** The checkpoint as it was signed. */
  readonly note: string;
  readonly entries: readonly Uint8Array[];
};

/**
 * Fetches a whole log and compares the root over its entries with a checkpoint that is believed under `policy`.
 *
 * @param minSize entries that the parent says it has: what it publishes comes up to a second later
 * @throws ChildFault `PARENT_CHECKPOINT`, `PARENT_LOG`; ApiProblem, NodeUnreachable
 */
export async function fetchParentLog(
  parent: Pick<Client, "checkpoint" | "tile">,
  policyText: string,
  nowSeconds: number,
  minSize = 0,
): Promise<ParentLog> {
  const note = await checkpointFrom(parent, minSize);
  const checkpoint = believe(note, policyText, nowSeconds);
  const tree = Frontier.empty();
  const entries: Uint8Array[] = [];
  for (let index = 0; index * TILE_WIDTH < checkpoint.size; index++) {
    const width = Math.min(TILE_WIDTH, checkpoint.size - index * TILE_WIDTH);
    const bundle = await parent.tile(formatTilePath({ kind: "entries", index, width }));
    for (const entry of entriesIn(bundle, width, index)) {
      tree.append(hashLeaf(entry));
      entries.push(entry);
    }
  }
  if (!equalBytes(tree.root(), checkpoint.root)) {
    throw new ChildFault("PARENT_LOG", { why: "root", size: checkpoint.size });
  }
  return { checkpoint, note, entries };
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

function believe(note: string, policyText: string, nowSeconds: number): SignedCheckpoint {
  const refuse = (why: string) => new ChildFault("PARENT_CHECKPOINT", { why });
  const policy = parsePolicy(policyText);
  if (!policy.ok) throw refuse(policy.error.code);
  const checkpoint = parseCheckpoint(note);
  if (!checkpoint.ok) throw refuse(checkpoint.error.code);
  const trust = evaluatePolicy(policy.value, checkpoint.value, nowSeconds);
  if (!trust.ok) throw refuse(trust.error.code);
  return checkpoint.value;
}

function entriesIn(bundle: Uint8Array, width: number, index: number): readonly Uint8Array[] {
  const entries = decodeEntryBundle(bundle, width);
  if (!entries.ok) throw new ChildFault("PARENT_LOG", { why: "bundle", bundle: index });
  return entries.value;
}
