import { hex } from "../bytes.ts";
import { type CborValue, decodeCbor, encodeCbor } from "../cbor/index.ts";
import type { Code } from "../code/index.ts";
import { present } from "../invariant.ts";
import { Frontier } from "../merkle/frontier.ts";
import { hashLeaf } from "../merkle/hash.ts";
import { err, ok, type Result } from "../result.ts";
import { begin, type ChildGenesis, type GenesisRefusal } from "./genesis.ts";
import {
  decodeImports,
  type EntryList,
  type ImportRefusal,
  type ImportRow,
  rowsFrom,
} from "./import-entry.ts";
import { findMisfit, frontierOver, isKnown, type Misfit } from "./import-fit.ts";
import { readRow, referenceIn } from "./import-rows.ts";
import { codeOf } from "./import-select.ts";
import { emptySubtree, type Subtree } from "./import-subtree.ts";
import { codeKey, frontierKey, ringKey } from "./map-keys.ts";
import { type Change, Transaction } from "./transaction.ts";

/**
 * Makes the state that a child ledger begins with: the subtree as its parent froze it, with members and parameters of its
 * own. Whether the parent really held these values, only a comparison with the parent's log tells; but nothing in them can
 * bring the rules out of step.
 *
 * The entries are read several times and none is kept, so that a million records need not be in memory at once.
 *
 * @param entries of block 0, without the block entry: the genesis and the import entries
 * @returns what changes, made while it is read; or the first refusal: `CHILD_ROOT`; of an entry `CHILD_ENTRY`,
 *   `CHILD_ORDER`, `CHILD_VALUE`, one entry after the other; `CHILD_VALUE` of what does not fit; `CHILD_SUSPENDED`; those of
 *   a genesis
 */
export function applyChildGenesis(
  genesis: ChildGenesis,
  entries: EntryList,
): Result<Iterable<Change>, GenesisRefusal | ImportRefusal> {
  const imports = withoutFirst(entries);
  const committed = isCommitted(genesis, imports);
  if (!committed.ok) return committed;
  const subtree = readSubtree(genesis.parent.code, imports);
  if (!subtree.ok) return subtree;
  const tx = new Transaction({ get: () => undefined });
  const leaf = hashLeaf(present(entries.at(0), "the genesis"));
  const begun = begin({ tx, timeMilliseconds: genesis.time }, genesis, leaf);
  if (!begun.ok) return begun;
  tx.keep(0);
  return ok(changesOf([...tx.changes()], subtree.value, imports));
}

function withoutFirst(entries: EntryList): EntryList {
  return { length: Math.max(0, entries.length - 1), at: (index) => entries.at(index + 1) };
}

function* each(entries: EntryList): Generator<Uint8Array> {
  for (let i = 0; i < entries.length; i++) yield present(entries.at(i), `entry ${i}`);
}

/** The root that a genesis commits to its import entries with. */
export function importRoot(entries: EntryList): ChildGenesis["imports"] {
  const tree = Frontier.empty();
  for (const entry of each(entries)) tree.append(hashLeaf(entry));
  return { count: tree.size, root: tree.root() };
}

function isCommitted({ imports }: ChildGenesis, entries: EntryList): Result<void, ImportRefusal> {
  const show = ({ count, root }: ChildGenesis["imports"]): string => `${count} ${hex(root)}`;
  const [got, want] = [show(importRoot(entries)), show(imports)];
  return got === want ? ok(undefined) : err({ code: "CHILD_ROOT", got, want });
}

/** More than the rows of an entry. */
const ROWS = 65_536;

function readSubtree(top: Code, imports: EntryList): Result<Subtree, ImportRefusal> {
  const subtree = emptySubtree(top);
  let index = 0;
  for (const rows of decodeImports(imports)) {
    if (!rows.ok) return rows;
    if (rows.value.some(([key]) => isOther(key))) subtree.mixed.push(index);
    for (const [i, [key, bytes]] of rows.value.entries()) {
      const value = decodeCbor(bytes);
      const at = index * ROWS + i;
      const why = value.ok ? readRow(subtree, { key, value: value.value, at }) : value.error.code;
      if (why !== undefined) return err({ code: "CHILD_VALUE", key, why });
    }
    index++;
  }
  const misfit = findMisfit(subtree) ?? findLost(subtree, imports);
  if (misfit !== undefined) return err({ code: "CHILD_VALUE", ...misfit });
  const { held } = subtree;
  return held === undefined ? ok(subtree) : err({ code: "CHILD_SUSPENDED", ...held });
}

/** The first row that names a record which is not there: those of codes may come after it. */
function findLost(subtree: Subtree, imports: EntryList): Misfit | undefined {
  for (const [key, value] of othersIn(subtree, imports)) {
    const reference = referenceIn(key, value);
    if (reference !== undefined && !isKnown(subtree, reference)) return { key, why: "reference" };
  }
  return undefined;
}

/** Neither the newest record of a code nor the order of children, which are known by their codes. */
function isOther(key: string): boolean {
  return codeOf(key) === undefined && !key.startsWith("~order/");
}

/** The other rows, of entries that were read before. */
function* othersIn({ mixed }: Subtree, imports: EntryList): Generator<ImportRow> {
  for (const index of mixed) {
    for (const row of rowsFrom(imports, index)) if (isOther(row[0])) yield row;
  }
}

/**
 * Records from the top down, each one's children in their order, so that whoever derives an order from this finds theirs. Values
 * are the bytes that came: decoded and encoded again they would be the same.
 */
function* changesOf(
  own: readonly Change[],
  subtree: Subtree,
  imports: EntryList,
): Generator<Change> {
  yield* own;
  const made = (key: string, value: CborValue): Change => {
    return { key, value: encodeCbor(value), index: 0 };
  };
  const rows = new RowsAtHand(imports);
  const { top, records, order } = subtree;
  // A code, then its children, each after its parent: what is pushed while this goes on is visited too.
  const places = [records.placeOf(top)];
  for (const place of places) {
    const code = records.codeAt(place);
    yield { key: codeKey(code), value: rows.value(records.rowAt(place)), index: 0 };
    const children = order.get(code);
    if (children === undefined) continue;
    for (const child of children) places.push(child);
    yield made(frontierKey(code), frontierOver(records, children) as unknown as CborValue);
  }
  for (const [key, value] of othersIn(subtree, imports)) yield { key, value, index: 0 };
  for (const [holder, open] of subtree.rings) {
    yield made(ringKey(holder), { open } as unknown as CborValue);
  }
}

/** Entries whose rows are kept decoded: siblings stand side by side, and levels take turns. */
const AT_HAND = 64;

/** Rows in any order, without decoding their entry for each. */
class RowsAtHand {
  readonly #imports: EntryList;
  readonly #rows = new Map<number, readonly ImportRow[]>();

  constructor(imports: EntryList) {
    this.#imports = imports;
  }

  value(at: number): Uint8Array {
    const index = Math.floor(at / ROWS);
    const rows = this.#rows.get(index) ?? this.#decode(index);
    return present(rows[at % ROWS], "a row that was read before")[1];
  }

  #decode(index: number): readonly ImportRow[] {
    const rows = rowsFrom(this.#imports, index);
    // A Map keeps the order of insertion.
    for (const oldest of this.#rows.keys()) {
      if (this.#rows.size >= AT_HAND) this.#rows.delete(oldest);
      break;
    }
    this.#rows.set(index, rows);
    return rows;
  }
}
