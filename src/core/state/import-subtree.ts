import type { Code } from "../code/index.ts";
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
  isListed: boolean;
};

/** What an import says, row by row; whether it fits together is judged when all of it is there. */
export type Subtree = {
  readonly top: Code;
  readonly records: Map<Code, ImportedRecord>;
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
    records: new Map(),
    order: new Map(),
    rings: new Map(),
    awaited: new Map(),
    held: undefined,
    statuses: new Map(),
  };
}
