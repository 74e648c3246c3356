import { compareUtf8, utf8 } from "../bytes.ts";
import { type CborValue, decodeCbor, encodeCbor } from "../cbor/index.ts";
import { present } from "../invariant.ts";
import { MAX_CHUNK_BYTES, MAX_IMPORTS } from "../op/limits.ts";
import {
  bytes,
  fields,
  fitShape,
  integer,
  lines,
  list,
  literal,
  type Shape,
  tuple,
} from "../op/shape.ts";
import { err, ok, type Result } from "../result.ts";

/** A value as a parent ledger held it: its map key and its deterministic CBOR. */
export type ImportRow = readonly [key: string, value: Uint8Array];

/** Entries in their order, which need not be in memory all at once. An array is one. */
export interface EntryList {
  readonly length: number;
  at(index: number): Uint8Array | undefined;
}

export type ImportRefusal =
  | { readonly code: "CHILD_ENTRY"; readonly index: number; readonly why: string }
  | { readonly code: "CHILD_ORDER"; readonly key: string }
  | { readonly code: "CHILD_ROOT"; readonly got: string; readonly want: string }
  | { readonly code: "CHILD_VALUE"; readonly key: string; readonly why: string }
  | { readonly code: "CHILD_SUSPENDED"; readonly subject: string; readonly by: string };

/** `["import", {…}]`: a part of what a child ledger begins with. */
type ImportEntry = { readonly index: number; readonly values: readonly ImportRow[] };

const entry: Shape<readonly ["import", ImportEntry]> = tuple<readonly ["import", ImportEntry]>(
  literal("import"),
  fields<ImportEntry>({
    index: integer(0, MAX_IMPORTS),
    values: list(
      tuple<ImportRow>(lines(MAX_CHUNK_BYTES), bytes(1, MAX_CHUNK_BYTES)),
      MAX_CHUNK_BYTES,
    ),
  }),
);

/** What stands around the values of an entry, and around one value, at most. */
const ENTRY_BYTES = 64;
const ROW_BYTES = 16;

/** Writes rows, which come in the order of their keys, into entries of at most 60 KiB. */
export function* encodeImports(rows: Iterable<ImportRow>): Generator<Uint8Array> {
  let values: ImportRow[] = [];
  let room = 0;
  let index = 0;
  const part = () => encodeCbor(["import", { index: index++, values } as unknown as CborValue]);
  for (const row of rows) {
    const need = utf8(row[0]).length + row[1].length + ROW_BYTES;
    if (need > room) {
      if (values.length > 0) yield part();
      values = [];
      room = MAX_CHUNK_BYTES - ENTRY_BYTES;
    }
    values.push(row);
    room -= need;
  }
  if (values.length > 0) yield part();
}

/**
 * Reads the import entries of a block 0, one after the other: each in its place, keys rising through all of them. Ends with
 * the first refusal.
 */
export function* decodeImports(
  entries: EntryList,
): Generator<Result<readonly ImportRow[], ImportRefusal>> {
  let last = "";
  for (let index = 0; index < entries.length; index++) {
    const read = decodeImport(present(entries.at(index), `import entry ${index}`), index);
    if (!read.ok) return yield read;
    for (const [key] of read.value) {
      if (compareUtf8(key, last) <= 0) return yield err({ code: "CHILD_ORDER", key });
      last = key;
    }
    yield read;
  }
}

/** The rows of one import entry. */
export function decodeImport(
  bytes: Uint8Array,
  index: number,
): Result<readonly ImportRow[], ImportRefusal> {
  const why = (reason: string) => err({ code: "CHILD_ENTRY" as const, index, why: reason });
  if (bytes.length > MAX_CHUNK_BYTES) return why("size");
  const value = decodeCbor(bytes);
  if (!value.ok) return why(value.error.code);
  const fit = fitShape(entry, value.value);
  if (!fit.ok) return why(`${fit.error.code} ${fit.error.path}`);
  const [, part] = fit.value;
  return part.index === index ? ok(part.values) : why("index");
}
