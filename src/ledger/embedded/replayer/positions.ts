import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Hash, hex } from "../../../core/index.ts";
import { nodeFiles, replaceFile } from "../../../log/index.ts";

/** What a snapshot was of: how many entries, and the root of the tree over them, hex. */
type Position = { readonly size: number; readonly root: string };

/** A snapshot is written after its position, so the one that is there may be of the position before the last. */
const KEPT = 2;

/**
 * Which logs the snapshots of a replay were of. A map root in a block entry says what the state was, but two logs that part
 * can have come to the same one; the root of the tree tells them apart.
 */
export class Positions {
  readonly #path: string;
  #kept: readonly Position[];

  constructor(directory: string) {
    this.#path = join(directory, "positions");
    this.#kept = read(this.#path);
  }

  /** Remembers a position; durable when it resolves. */
  async add(size: number, root: Hash): Promise<void> {
    this.#kept = [...this.#kept, { size, root: hex(root) }].slice(-KEPT);
    await replaceFile(nodeFiles, this.#path, new TextEncoder().encode(JSON.stringify(this.#kept)));
  }

  /** The root of the tree of `size` entries of which a snapshot was made, hex. */
  rootAt(size: number): string | undefined {
    return this.#kept.findLast((position) => position.size === size)?.root;
  }
}

/** Whatever is not what `add` wrote is as good as nothing: the replay begins anew. */
function read(path: string): readonly Position[] {
  try {
    const kept: unknown = JSON.parse(readFileSync(path, "utf8"));
    return Array.isArray(kept) ? kept.filter(isPosition) : [];
  } catch {
    return [];
  }
}

function isPosition(value: unknown): value is Position {
  if (typeof value !== "object" || value === null) return false;
  const { size, root } = value as { readonly [name: string]: unknown };
  return Number.isSafeInteger(size) && typeof root === "string";
}
