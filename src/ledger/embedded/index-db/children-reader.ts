import { type Hash, rangePath, type Tree, treeOf } from "../../../core/index.ts";
import type { Sql } from "../../../sql/index.ts";
import type { ChildrenPage } from "../../port.ts";
import { BLOCK_CHILDREN, BLOCK_LEVEL, leafOf, parseTails } from "./child-block.ts";
import { subtreeAt } from "./children-writer.ts";

/** A page of the first `count` children of a code, with its range path to the root over them. */
export function readChildren(
  sql: Sql,
  code: string,
  {
    start,
    limit,
    count,
  }: { readonly start: number; readonly limit: number; readonly count: number },
): Pick<ChildrenPage, "codes" | "path"> {
  const end = Math.min(start + limit, count);
  const id = sql.get("SELECT id FROM parent WHERE code = ?", [code])?.[0];
  if (id === undefined || start >= end) return { codes: [], path: [] };
  const family = new Family(sql, Number(id), code, count);
  return { codes: family.codes(start, end), path: rangePath(family, start, end) };
}

/** The tree over the first `size` children. */
class Family implements Tree {
  readonly size: number;
  readonly #sql: Sql;
  readonly #id: number;
  readonly #parent: string;
  readonly #blocks = new Map<number, { readonly codes: readonly string[]; tree?: Tree }>();

  constructor(sql: Sql, id: number, parent: string, size: number) {
    this.#sql = sql;
    this.#id = id;
    this.#parent = parent;
    this.size = size;
  }

  codes(start: number, end: number): string[] {
    const codes: string[] = [];
    const first = Math.floor(start / BLOCK_CHILDREN);
    for (let block = first; block * BLOCK_CHILDREN < end; block++) {
      const from = block * BLOCK_CHILDREN;
      codes.push(...this.#block(block).codes.slice(Math.max(start - from, 0), end - from));
    }
    return codes;
  }

  /** Larger subtrees are kept; what is smaller than a block is computed from its codes. */
  node(level: number, index: number): Hash {
    if (level >= BLOCK_LEVEL) return subtreeAt(this.#sql, this.#id, level, index);
    const width = BLOCK_CHILDREN / 2 ** level;
    const block = this.#block(Math.floor(index / width));
    block.tree ??= treeOf(block.codes.map(leafOf));
    return block.tree.node(level, index % width);
  }

  #block(block: number): { readonly codes: readonly string[]; tree?: Tree } {
    const known = this.#blocks.get(block);
    if (known !== undefined) return known;
    const row = this.#sql.get("SELECT tails FROM child WHERE parent = ? AND block = ?", [
      this.#id,
      block,
    ]);
    const read = { codes: parseTails(this.#parent, String(row?.[0])) };
    this.#blocks.set(block, read);
    return read;
  }
}
