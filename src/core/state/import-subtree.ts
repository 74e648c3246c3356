import type { Code } from "../code/index.ts";
import type { Authority, CodeRecord, KeyRing, Reference } from "./values.ts";

/** What is looked at of a record when all is there, and its bytes: decoded, a million records would be several gigabytes. */
export type ImportedRecord = Pick<
  CodeRecord,
  "code" | "generation" | "registration" | "holds" | "children"
> & { readonly isDelegated: boolean; readonly bytes: Uint8Array };

/** What an import says, row by row; whether it fits together is judged when all of it is there. */
export type Subtree = {
  readonly top: Code;
  readonly records: Map<Code, ImportedRecord>;
  /** Children in the order of their first registration. */
  readonly order: Map<Code, Code[]>;
  /** The open keys of each holder. */
  readonly rings: Map<Reference, KeyRing["open"][number][]>;
  /** Everything that names a record: by which map key, and which record. */
  readonly named: { readonly key: string; readonly reference: Reference }[];
  readonly registrations: Set<string>;
  /** Records that somebody above the subtree has suspended, and who. */
  readonly held: { readonly subject: Code; readonly by: Authority }[];
  /** Status bits of keys, by `<holder>/<kid>`: the hash in the map, and the pages beside it. */
  readonly statuses: Map<
    string,
    { readonly hash: Uint8Array; readonly pages: Map<number, Uint8Array> }
  >;
  /** All values but the newest records, by their map keys; encoded. */
  readonly others: [key: string, value: Uint8Array][];
};

export function emptySubtree(top: Code): Subtree {
  return {
    top,
    records: new Map(),
    order: new Map(),
    rings: new Map(),
    named: [],
    registrations: new Set(),
    held: [],
    statuses: new Map(),
    others: [],
  };
}
