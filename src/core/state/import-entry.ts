import { compareBytes, utf8 } from "../bytes.ts";
import { type CborValue, decodeCbor, encodeCbor } from "../cbor/index.ts";
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

/** Writes rows, in the order of their keys, into entries of at most 60 KiB. */
export function encodeImports(rows: readonly ImportRow[]): Uint8Array[] {
  const parts: ImportRow[][] = [];
  let room = 0;
  for (const row of sorted(rows)) {
    const need = utf8(row[0]).length + row[1].length + ROW_BYTES;
    if (need > room) {
      parts.push([]);
      room = MAX_CHUNK_BYTES - ENTRY_BYTES;
    }
    parts.at(-1)?.push(row);
    room -= need;
  }
  return parts.map((values, index) =>
    encodeCbor(["import", { index, values } as unknown as CborValue]),
  );
}

function sorted(rows: readonly ImportRow[]): ImportRow[] {
  const keyed = rows.map((row) => ({ row, bytes: utf8(row[0]) }));
  return keyed.sort((a, b) => compareBytes(a.bytes, b.bytes)).map(({ row }) => row);
}

/** Reads the import entries of a block 0: each in its place, keys rising through all of them. */
export function decodeImports(
  entries: readonly Uint8Array[],
): Result<readonly ImportRow[], ImportRefusal> {
  const rows: ImportRow[] = [];
  let last: Uint8Array = new Uint8Array();
  for (const [index, bytes] of entries.entries()) {
    const read = decodeImport(bytes, index);
    if (!read.ok) return read;
    for (const row of read.value) {
      const key = utf8(row[0]);
      if (compareBytes(key, last) <= 0) return err({ code: "CHILD_ORDER", key: row[0] });
      last = key;
      rows.push(row);
    }
  }
  return ok(rows);
}

function decodeImport(
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
