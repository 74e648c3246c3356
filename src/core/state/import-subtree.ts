import { equalBytes } from "../bytes.ts";
import type { Code } from "../code/index.ts";
import { EMPTY_ROOT } from "../merkle/hash.ts";
import { CodeColumn, NOWHERE } from "./code-column.ts";
import { NumberColumn } from "./number-column.ts";
import type { Authority, CodeRecord, KeyRing, Reference } from "./values.ts";

/** What the rules look at of a record when all is there: decoded, a million records would be several gigabytes. */
export type RecordFacts = {
  readonly generation: number;
  /** Uses of its open keys. */
  readonly holds: string;
  readonly children: CodeRecord["children"];
  readonly isDelegated: boolean;
};

/** Of nearly all: most are things, which hold no keys, have no children and were never issued anew. */
const USUAL: RecordFacts = {
  generation: 1,
  holds: "",
  children: { count: 0, root: EMPTY_ROOT },
  isDelegated: false,
};

/** The records of a subtree, by their place in the order of their codes. In columns: a million objects would take ten times the memory. */
export class ImportedRecords {
  readonly #codes = new CodeColumn();
  readonly #rows = new NumberColumn(Float64Array);
  readonly #listed = new NumberColumn(Uint8Array);
  readonly #unusual = new Map<number, RecordFacts>();

  get length(): number {
    return this.#codes.length;
  }

  /**
   * Codes rise.
   *
   * @param row where its value stands
   */
  add(code: Code, { generation, holds, children, isDelegated }: RecordFacts, row: number): void {
    const place = this.#codes.length;
    this.#codes.push(code);
    this.#rows.push(row);
    this.#listed.push(0);
    const isUsual = generation === 1 && holds === "" && !isDelegated && isChildless(children);
    if (isUsual) return;
    // A copy: their entry would stay in memory with a view of it.
    const { count, root } = children;
    const copied = { count, root: root.slice() };
    this.#unusual.set(place, { generation, holds, children: copied, isDelegated });
  }

  /** The place of a code, or `NOWHERE`. */
  placeOf(code: Code): number {
    return this.#codes.find(code);
  }

  /** A parent names it among its children. @returns its place, or `NOWHERE` */
  list(code: Code): number {
    const place = this.#codes.find(code);
    if (place !== NOWHERE) this.#listed.set(place, 1);
    return place;
  }

  isListed(place: number): boolean {
    return this.#listed.at(place) === 1;
  }

  codeAt(place: number): Code {
    return this.#codes.at(place);
  }

  rowAt(place: number): number {
    return this.#rows.at(place);
  }

  factsAt(place: number): RecordFacts {
    return this.#unusual.get(place) ?? USUAL;
  }
}

export function isChildless({ count, root }: CodeRecord["children"]): boolean {
  return count === 0 && equalBytes(root, EMPTY_ROOT);
}

/** What an import says, row by row; whether it fits together is judged when all of it is there. */
export type Subtree = {
  readonly top: Code;
  readonly records: ImportedRecords;
  /** Places of children in the order of their first registration. */
  readonly order: Map<Code, number[]>;
  /** Entries that hold more than records of codes and the order of children. */
  readonly mixed: number[];
  /** The open keys of each holder. */
  readonly rings: Map<Reference, KeyRing["open"][number][]>;
  /** Registrations that have not come yet, and the first record that names each. */
  readonly awaited: Map<string, Code>;
  /** The first record that somebody above the subtree has suspended, and who. */
  held: { readonly subject: Code; readonly by: Authority } | undefined;
  /** Status bits of keys, by `<holder>/<kid>`: the hash in the map, and the pages beside it. */
  readonly statuses: Map<
    string,
    { readonly hash: Uint8Array; readonly pages: Map<number, Uint8Array> }
  >;
};

export function emptySubtree(top: Code): Subtree {
  return {
    top,
    records: new ImportedRecords(),
    order: new Map(),
    mixed: [],
    rings: new Map(),
    awaited: new Map(),
    held: undefined,
    statuses: new Map(),
  };
}
