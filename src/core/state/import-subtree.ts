import { equalBytes } from "../bytes.ts";
import type { Code } from "../code/index.ts";
import { EMPTY_ROOT } from "../merkle/hash.ts";
import type { Authority, CodeRecord, KeyRing, Reference } from "./values.ts";

/** What is looked at of a record when all is there, and where it stands: decoded, a million records would be several gigabytes. */
export type ImportedRecord = {
  readonly code: Code;
  readonly generation: number;
  readonly holds: string;
  readonly children: CodeRecord["children"];
  readonly isDelegated: boolean;
  /** Of its row, for whoever makes the changes. */
  readonly at: number;
  /** Whether its parent names it among its children. */
  readonly isListed: boolean;
};

/** What hardly any record has: most are things, which hold no keys and have no children. */
type Rare = Pick<ImportedRecord, "holds" | "children" | "isDelegated">;

const USUAL: Rare = { holds: "", children: { count: 0, root: EMPTY_ROOT }, isDelegated: false };

/** The records of a subtree, in columns: a million objects would take twice the memory. */
export class ImportedRecords {
  readonly #places = new Map<Code, number>();
  readonly #codes: Code[] = [];
  readonly #generations: number[] = [];
  readonly #rows: number[] = [];
  readonly #listed: boolean[] = [];
  readonly #rare = new Map<number, Rare>();

  add(record: Omit<ImportedRecord, "isListed">): void {
    const { code, generation, at, holds, children, isDelegated } = record;
    const place = this.#codes.length;
    this.#places.set(code, place);
    this.#codes.push(code);
    this.#generations.push(generation);
    this.#rows.push(at);
    this.#listed.push(false);
    const isChildless = children.count === 0 && equalBytes(children.root, EMPTY_ROOT);
    if (holds === "" && isChildless && !isDelegated) return;
    // A copy: their entry would stay in memory with a view of it.
    const { count, root } = children;
    this.#rare.set(place, { holds, children: { count, root: root.slice() }, isDelegated });
  }

  has(code: Code): boolean {
    return this.#places.has(code);
  }

  get(code: Code): ImportedRecord | undefined {
    const place = this.#places.get(code);
    return place === undefined ? undefined : this.#recordAt(place);
  }

  /** A parent names it among its children. @returns its code, as the text that is kept already, where there is one */
  list(code: Code): Code {
    const place = this.#places.get(code);
    if (place === undefined) return code;
    this.#listed[place] = true;
    return this.#codes[place] as Code;
  }

  *[Symbol.iterator](): Generator<ImportedRecord> {
    for (let place = 0; place < this.#codes.length; place++) yield this.#recordAt(place);
  }

  #recordAt(place: number): ImportedRecord {
    return {
      ...(this.#rare.get(place) ?? USUAL),
      code: this.#codes[place] as Code,
      generation: this.#generations[place] as number,
      at: this.#rows[place] as number,
      isListed: this.#listed[place] === true,
    };
  }
}

/** What an import says, row by row; whether it fits together is judged when all of it is there. */
export type Subtree = {
  readonly top: Code;
  readonly records: ImportedRecords;
  /** Children in the order of their first registration. */
  readonly order: Map<Code, Code[]>;
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
    rings: new Map(),
    awaited: new Map(),
    held: undefined,
    statuses: new Map(),
  };
}
