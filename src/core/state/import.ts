import { hex } from "../bytes.ts";
import { type CborValue, decodeCbor, encodeCbor } from "../cbor/index.ts";
import type { Code } from "../code/index.ts";
import { present } from "../invariant.ts";
import { Frontier } from "../merkle/frontier.ts";
import { hashLeaf } from "../merkle/hash.ts";
import { err, ok, type Result } from "../result.ts";
import { begin, type ChildGenesis, type GenesisRefusal } from "./genesis.ts";
import { decodeImports, type ImportRefusal, type ImportRow } from "./import-entry.ts";
import { findMisfit, frontierOver } from "./import-fit.ts";
import { readRow } from "./import-rows.ts";
import { emptySubtree, type Subtree } from "./import-subtree.ts";
import { codeKey, frontierKey, ringKey } from "./map-keys.ts";
import { type Change, Transaction } from "./transaction.ts";

/**
 * Makes the state that a child ledger begins with: the subtree as its parent froze it, with members and parameters of its
 * own. Whether the parent really held these values, only a comparison with the parent's log tells; but nothing in them can
 * bring the rules out of step.
 *
 * @param entries of block 0, without the block entry: the genesis and the import entries
 */
export function applyChildGenesis(
  genesis: ChildGenesis,
  entries: readonly Uint8Array[],
): Result<readonly Change[], GenesisRefusal | ImportRefusal> {
  const [entry = new Uint8Array(), ...imports] = entries;
  const committed = isCommitted(genesis, imports);
  if (!committed.ok) return committed;
  const rows = decodeImports(imports);
  if (!rows.ok) return rows;
  const subtree = readRows(genesis.parent.code, rows.value);
  if (!subtree.ok) return subtree;
  const tx = new Transaction({ get: () => undefined });
  const begun = begin({ tx, timeMilliseconds: genesis.time }, genesis, hashLeaf(entry));
  if (!begun.ok) return begun;
  tx.keep(0);
  return ok([...tx.changes(), ...changesOf(subtree.value)]);
}

/** The root that a genesis commits to its import entries with. */
export function importRoot(entries: readonly Uint8Array[]): ChildGenesis["imports"] {
  const tree = Frontier.empty();
  for (const entry of entries) tree.append(hashLeaf(entry));
  return { count: tree.size, root: tree.root() };
}

function isCommitted(
  { imports }: ChildGenesis,
  entries: readonly Uint8Array[],
): Result<void, ImportRefusal> {
  const show = ({ count, root }: ChildGenesis["imports"]): string => `${count} ${hex(root)}`;
  const [got, want] = [show(importRoot(entries)), show(imports)];
  return got === want ? ok(undefined) : err({ code: "CHILD_ROOT", got, want });
}

function readRows(top: Code, rows: readonly ImportRow[]): Result<Subtree, ImportRefusal> {
  const subtree = emptySubtree(top);
  for (const [key, bytes] of rows) {
    const value = decodeCbor(bytes);
    const why = value.ok ? readRow(subtree, { key, value: value.value, bytes }) : value.error.code;
    if (why !== undefined) return err({ code: "CHILD_VALUE", key, why });
  }
  const misfit = findMisfit(subtree);
  if (misfit !== undefined) return err({ code: "CHILD_VALUE", ...misfit });
  const [held] = subtree.held;
  return held === undefined ? ok(subtree) : err({ code: "CHILD_SUSPENDED", ...held });
}

/**
 * Records from the top down, each one's children in their order, so that whoever derives an order from this finds theirs. Values
 * are the bytes that came: decoded and encoded again they would be the same.
 */
function* changesOf(subtree: Subtree): Generator<Change> {
  const made = (key: string, value: CborValue): Change => {
    return { key, value: encodeCbor(value), index: 0 };
  };
  for (const code of inOrder(subtree)) {
    const { bytes } = present(subtree.records.get(code), "a record of the subtree");
    yield { key: codeKey(code), value: bytes, index: 0 };
    const children = subtree.order.get(code);
    if (children === undefined) continue;
    yield made(frontierKey(code), frontierOver(children) as unknown as CborValue);
  }
  for (const [key, value] of subtree.others) yield { key, value, index: 0 };
  for (const [holder, open] of subtree.rings) {
    yield made(ringKey(holder), { open } as unknown as CborValue);
  }
}

/** A code, then its children; each after its parent. */
function inOrder({ top, order }: Subtree): Code[] {
  const codes: Code[] = [top];
  // What is pushed while this goes on is visited too.
  for (const code of codes) for (const child of order.get(code) ?? []) codes.push(child);
  return codes;
}
