import {
  type Code,
  HASH_BYTES,
  type Hash,
  hashLeaves,
  hashNode,
  hashPairs,
  parentOf,
} from "../../../core/index.ts";
import type { Sql } from "../../../sql/index.ts";
import { BLOCK_CHILDREN, BLOCK_LEVEL, formatTails, parseTails } from "./child-block.ts";

type Family = { readonly parent: Code; readonly children: Code[] };

/** Codes by their parent, each family in the order of first registration. */
export class Families {
  readonly #families = new Map<Code, Family>();
  #last: Family | undefined;

  add(code: Code): void {
    const parent = parentOf(code);
    if (parent === undefined) return;
    // Neighbours mostly have the same parent.
    if (this.#last?.parent !== parent) this.#last = this.#familyOf(parent);
    this.#last.children.push(code);
  }

  [Symbol.iterator](): Iterator<Family> {
    return this.#families.values();
  }

  #familyOf(parent: Code): Family {
    const known = this.#families.get(parent);
    if (known !== undefined) return known;
    const family = { parent, children: [] };
    this.#families.set(parent, family);
    return family;
  }
}

/** Appends new codes to the children of their parents. */
export function writeChildren(sql: Sql, families: Families): void {
  for (const { parent, children } of families) adopt(sql, parent, children);
}

function adopt(sql: Sql, parent: Code, children: readonly Code[]): void {
  sql.run(
    `INSERT INTO parent (code, count) VALUES (?, ?)
     ON CONFLICT (code) DO UPDATE SET count = count + excluded.count`,
    [parent, children.length],
  );
  const row = sql.get("SELECT id, count FROM parent WHERE code = ?", [parent]);
  const id = Number(row?.[0]);
  const count = Number(row?.[1]) - children.length;
  const block = Math.floor(count / BLOCK_CHILDREN);
  const pending = [...openBlock(sql, id, block, parent), ...children];
  for (let i = 0; i * BLOCK_CHILDREN < pending.length; i++) {
    const codes = pending.slice(i * BLOCK_CHILDREN, (i + 1) * BLOCK_CHILDREN);
    const tails = formatTails(parent, codes);
    sql.run("INSERT OR REPLACE INTO child VALUES (?, ?, ?)", [id, block + i, tails]);
    if (codes.length === BLOCK_CHILDREN) addSubtree(sql, id, block + i, codes);
  }
}

function openBlock(sql: Sql, id: number, block: number, parent: Code): Code[] {
  const row = sql.get("SELECT tails FROM child WHERE parent = ? AND block = ?", [id, block]);
  return row === undefined ? [] : parseTails(parent, String(row[0]));
}

/** Keeps the root of a full block, and of every larger subtree that it completes. */
function addSubtree(sql: Sql, id: number, block: number, codes: readonly Code[]): void {
  let hash = blockRoot(codes);
  let position = block;
  for (let level = BLOCK_LEVEL; ; level++) {
    sql.run("INSERT OR REPLACE INTO subtree VALUES (?, ?, ?, ?)", [id, level, position, hash]);
    if (position % 2 === 0) return;
    hash = hashNode(subtreeAt(sql, id, level, position - 1), hash);
    position = (position - 1) / 2;
  }
}

/** The root of a full block, level by level: many hashes at once cost a fraction of what they cost one by one. */
function blockRoot(codes: readonly Code[]): Hash {
  let nodes = hashLeaves(codes);
  while (nodes.length > HASH_BYTES) nodes = hashPairs(nodes);
  return nodes as Hash;
}

export function subtreeAt(sql: Sql, id: number, level: number, position: number): Hash {
  const row = sql.get("SELECT hash FROM subtree WHERE parent = ? AND level = ? AND position = ?", [
    id,
    level,
    position,
  ]);
  return row?.[0] as Uint8Array as Hash;
}
