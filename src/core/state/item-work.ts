import type { CborTemplate } from "../cbor/index.ts";
import { type Code, parentOf } from "../code/index.ts";
import { present } from "../invariant.ts";
import { Frontier } from "../merkle/frontier.ts";
import { type Hash, hashLeaves } from "../merkle/hash.ts";
import { frontierKey, registrationKey } from "./map-keys.ts";
import type { Transaction } from "./transaction.ts";
import type { ChildrenFrontier, CodeRecord, Reference } from "./values.ts";

/** What an item found out about the parent of what it creates, and gathered for it. */
export type ParentWork = {
  readonly code: Code;
  /** Once it was found active. Creating children changes nothing that this rests on. */
  active?: { readonly record: CodeRecord; readonly reference: Reference };
  /** Whether nobody nearer holds the manifest's use. */
  isJudged: boolean;
  /** New children, in order: the next leaves of its tree. */
  readonly adopted: Code[];
  /** What its children have in common, by the fields that they have. */
  readonly templates: Map<string, CborTemplate>;
};

/**
 * What one item of a block has found out and gathered. A chunk creates hundreds of children below one parent: what holds
 * for the parent is found out once, and its tree and counters are written once, when the item has been accepted.
 */
export class ItemWork {
  // Most items create nothing, and raise one count: no map is made for them.
  #parents: Map<Code, ParentWork> | undefined;
  #changed: Map<string, Raised> | undefined;
  #lastParent: ParentWork | undefined;
  #last: Raised | undefined;

  /** Of the parent of a code that has one. */
  parentOf(code: Code): ParentWork {
    const last = this.#lastParent;
    if (last !== undefined && isChild(code, last.code)) return last;
    const parent = present(parentOf(code), "a parent");
    this.#parents ??= new Map();
    const known = this.#parents.get(parent) ?? newParent(parent);
    this.#parents.set(parent, known);
    this.#lastParent = known;
    return known;
  }

  /** Counts that a record of a registration was changed, or was given a child by another one. */
  raiseChanged(id: Uint8Array): void {
    // Hundreds of children in a row raise the count of their one parent's registration.
    if (this.#last?.id === id) {
      this.#last.count++;
      return;
    }
    const before = this.#last;
    if (before === undefined) {
      this.#last = { id, count: 1 };
      return;
    }
    this.#changed ??= new Map([[registrationKey(before.id), before]]);
    const key = registrationKey(id);
    const known = this.#changed.get(key) ?? { id, count: 0 };
    known.count++;
    this.#changed.set(key, known);
    this.#last = known;
  }

  /** Writes what was gathered: the item is accepted. */
  settle(tx: Transaction): void {
    for (const { code, adopted } of this.#parents?.values() ?? []) {
      if (adopted.length === 0) continue;
      const frontier = frontierOf(tx.get(frontierKey(code)));
      frontier.appendAll(hashLeaves(adopted));
      tx.put(frontierKey(code), { count: frontier.size, nodes: frontier.hashes() });
    }
    const only = this.#last === undefined ? [] : [this.#last];
    for (const { id, count } of this.#changed?.values() ?? only) {
      const key = registrationKey(id);
      const registration = present(tx.get(key), "the registration of a record");
      tx.put(key, { ...registration, changed: registration.changed + count });
    }
  }
}

type Raised = { readonly id: Uint8Array; count: number };

function newParent(code: Code): ParentWork {
  return { code, isJudged: false, adopted: [], templates: new Map() };
}

/** `parentOf(code) === parent`, without making a string. */
function isChild(code: Code, parent: Code): boolean {
  if (!code.startsWith(parent)) return false;
  const cut = Math.max(code.lastIndexOf("."), code.lastIndexOf("/"));
  return cut === parent.length;
}

/** Takes up the tree of a record's children. */
export function frontierOf(value: ChildrenFrontier | undefined): Frontier {
  if (value === undefined) return Frontier.empty();
  return present(Frontier.from(value.count, value.nodes as readonly Hash[]), "a frontier");
}
