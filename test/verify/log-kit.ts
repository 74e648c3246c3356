import {
  encodeBlockEntry,
  encodeGenesis,
  formatTlogProof,
  type Hash,
  hashLeaf,
  inclusionPath,
  type NoteSigner,
  parseCheckpoint,
  present,
  rootOf,
  sameHash,
  type Tree,
  treeOf,
} from "../../src/core/index.ts";
import {
  type ControlBefore,
  formatHistoryBundle,
  formatProofBundle,
  type HistoryBundle,
} from "../../src/verify/index.ts";
import { GENESIS, START_MILLISECONDS, type TestLedger } from "../core/state/kit.ts";
import { claimOf, LOG, mapOf, noteOf } from "./kit.ts";

/** The whole log of a ledger, as a node would have it; any part of it may be shown. */
export type WholeLog = {
  readonly values: ReadonlyMap<string, Uint8Array>;
  readonly entries: readonly Uint8Array[];
  readonly tree: Tree;
};

/** Writes the log of a ledger; entries of `more` stand in a last block of their own. */
export function logOf(
  { values, blocks }: Pick<TestLedger, "values" | "blocks">,
  more: readonly Uint8Array[] = [],
): WholeLog {
  const mapRoot = mapOf(values).root();
  const entries: Uint8Array[] = [];
  const close = (block: readonly Uint8Array[], time: number, height: number) => {
    const first = entries.length;
    // What a map root before the last one was, no proof of the last state depends on.
    const entry = encodeBlockEntry({ app: 1, time, count: block.length, first, height, mapRoot });
    entries.push(...block, entry);
  };
  close([encodeGenesis(GENESIS)], START_MILLISECONDS, 0);
  const last = more.length > 0 ? [{ timeMilliseconds: START_MILLISECONDS, entries: more }] : [];
  for (const [i, block] of [...blocks, ...last].entries()) {
    close(block.entries, block.timeMilliseconds, i + 1);
  }
  return { values, entries, tree: treeOf(entries.map((entry) => hashLeaf(entry))) };
}

export function indexOf({ entries }: WholeLog, hash: Uint8Array): number {
  const index = entries.findIndex((entry) => sameHash(hashLeaf(entry), hash as Hash));
  if (index < 0) throw new Error("not in the log");
  return index;
}

export type Parts = {
  /** Map keys that are proved, that of the record first. */
  readonly keys: readonly string[];
  /** Entries that changed the record: their block entries come along. */
  readonly changes: readonly number[];
  /** Entries that carry what was decided. */
  readonly carriers?: readonly number[];
  readonly before?: readonly ControlBefore[];
};

/** The text of a history bundle with these parts, each as it is in the log. */
export function historyText(log: WholeLog, parts: Parts): string {
  return pageText(log, parts, { proof: proofOf(log, parts.keys) });
}

/** A page of a history: the first one with its proof, another one with the name of its log. */
export function pageText(
  log: WholeLog,
  { changes, carriers = [], before = [] }: Omit<Parts, "keys">,
  of: Pick<HistoryBundle, "proof" | "origin">,
): string {
  const blocks = changes.map((index) => blockOf(log, index));
  const indices = [...new Set([...changes, ...carriers, ...blocks])].sort((a, b) => a - b);
  const entries = indices.map((index) => {
    const entry = present(log.entries[index], `entry ${index}`);
    return { index, entry, path: inclusionPath(log.tree, index) };
  });
  return formatHistoryBundle({ ...of, entries, before });
}

/** The block entry that closes the block of an entry. */
export function blockOf({ entries }: WholeLog, index: number): number {
  return entries.findIndex((entry, i) => i > index && entry[1] === 0x65 && entry[2] === 0x62);
}

/** The newest checkpoint of a log. */
export function checkpointOf({ tree }: WholeLog, by: NoteSigner = LOG): string {
  const checkpoint = { origin: by.key.name, size: tree.size, root: rootOf(tree) };
  return noteOf(checkpoint, { by: [by] });
}

/** The JSON of a record proof. */
export function proofOf(whole: WholeLog, keys: readonly string[], by: NoteSigner = LOG): object {
  const { values, entries, tree } = whole;
  const map = mapOf(values);
  const index = entries.length - 1;
  const note = parseCheckpoint(checkpointOf(whole, by));
  if (!note.ok) throw new Error(note.error.code);
  const log = formatTlogProof({ index, path: inclusionPath(tree, index), checkpoint: note.value });
  const [claim, ...more] = keys.map((key) => claimOf(map, values, key));
  const text = formatProofBundle({
    ...present(claim, "a key"),
    block: present(entries[index], "a block entry"),
    log,
    more,
  });
  return JSON.parse(text);
}
