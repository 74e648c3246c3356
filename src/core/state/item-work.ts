import type { Code } from "../code/index.ts";
import { present } from "../invariant.ts";
import { Frontier } from "../merkle/frontier.ts";
import type { Hash } from "../merkle/hash.ts";
import { frontierKey, registrationKey } from "./map-keys.ts";
import type { Transaction } from "./transaction.ts";
import type { ChildrenFrontier, CodeRecord } from "./values.ts";

/**
 * What one item of a block has found out and gathered. A chunk creates hundreds of children below one parent: what holds
 * for the parent is found out once, and its tree and counters are written once, when the item has been accepted.
 */
export class ItemWork {
  /** Parents that were found active. Creating children changes nothing that this rests on. */
  readonly activeParents: Map<Code, CodeRecord> = new Map();
  /** Parents below which nobody nearer holds the manifest's use. */
  readonly judgedParents: Set<Code> = new Set();
  readonly #frontiers = new Map<Code, Frontier>();
  readonly #changed = new Map<string, Raised>();
  #last: Raised | undefined;

  /** Appends a leaf to the tree of a parent's children. */
  adopt(tx: Transaction, parent: Code, leaf: Hash): void {
    let frontier = this.#frontiers.get(parent);
    if (frontier === undefined) {
      frontier = frontierOf(tx.get(frontierKey(parent)));
      this.#frontiers.set(parent, frontier);
    }
    frontier.append(leaf);
  }

  /** Counts that a record of a registration was changed, or was given a child by another one. */
  raiseChanged(id: Uint8Array): void {
    // Hundreds of children in a row raise the count of their one parent's registration.
    if (this.#last?.id === id) {
      this.#last.count++;
      return;
    }
    const key = registrationKey(id);
    const known = this.#changed.get(key) ?? { id, count: 0 };
    known.count++;
    this.#changed.set(key, known);
    this.#last = known;
  }

  /** Writes what was gathered: the item is accepted. */
  settle(tx: Transaction): void {
    for (const [parent, frontier] of this.#frontiers) {
      tx.put(frontierKey(parent), { count: frontier.size, nodes: frontier.hashes() });
    }
    for (const { id, count } of this.#changed.values()) {
      const key = registrationKey(id);
      const registration = present(tx.get(key), "the registration of a record");
      tx.put(key, { ...registration, changed: registration.changed + count });
    }
  }
}

type Raised = { readonly id: Uint8Array; count: number };

/** Takes up the tree of a record's children. */
export function frontierOf(value: ChildrenFrontier | undefined): Frontier {
  if (value === undefined) return Frontier.empty();
  return present(Frontier.from(value.count, value.nodes as readonly Hash[]), "a frontier");
}
