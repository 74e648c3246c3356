import { compareUtf8, concat, utf8 } from "../bytes.ts";
import { type CborValue, decodeCbor, encodeCbor } from "../cbor/index.ts";
import { certain, InvariantError, present } from "../invariant.ts";
import { MAX_CHUNK_BYTES, MAX_IMPORT_PARTS, MAX_IMPORTS } from "../op/limits.ts";
import {
  bytes,
  fields,
  fitShape,
  integer,
  lines,
  list,
  literal,
  optional,
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

/**
 * `["import", {…}]`: some of what a child ledger begins with, whole values; or, with `part`, the `[k, n]`-th piece of one
 * value that is too long for an entry.
 */
type ImportEntry = {
  readonly index: number;
  readonly values: readonly ImportRow[];
  readonly part?: readonly [k: number, n: number];
};

const entry: Shape<readonly ["import", ImportEntry]> = tuple<readonly ["import", ImportEntry]>(
  literal("import"),
  fields<ImportEntry>({
    index: integer(0, MAX_IMPORTS),
    values: list(
      tuple<ImportRow>(lines(MAX_CHUNK_BYTES), bytes(1, MAX_CHUNK_BYTES)),
      MAX_CHUNK_BYTES,
    ),
    part: optional(
      tuple<readonly [number, number]>(
        integer(0, MAX_IMPORT_PARTS - 1),
        integer(2, MAX_IMPORT_PARTS),
      ),
    ),
  }),
);

/** What stands around the values of an entry, and around one value, at most. */
const ENTRY_BYTES = 64;
const ROW_BYTES = 16;

const ROOM = MAX_CHUNK_BYTES - ENTRY_BYTES;

/**
 * Writes rows, which come in the order of their keys, into entries of at most 60 KiB. What is longer, as a record can be with
 * all its links, names and a policy, takes several of its own.
 */
export function* encodeImports(rows: Iterable<ImportRow>): Generator<Uint8Array> {
  let values: ImportRow[] = [];
  let room = 0;
  let index = 0;
  const entryOf = (more: Omit<ImportEntry, "index">) =>
    encodeCbor(["import", { index: index++, ...more } as unknown as CborValue]);
  for (const row of rows) {
    const need = needOf(row);
    if (need > room) {
      if (values.length > 0) yield entryOf({ values });
      values = [];
      room = ROOM;
    }
    if (need > ROOM) {
      for (const piece of piecesOf(row)) yield entryOf(piece);
      // Nothing stands beside a piece.
      room = 0;
      continue;
    }
    values.push(row);
    room -= need;
  }
  if (values.length > 0) yield entryOf({ values });
}

function needOf([key, value]: ImportRow): number {
  return utf8(key).length + value.length + ROW_BYTES;
}

/** The bytes of a value that stand in an entry beside its key. */
function pieceBytes(key: string): number {
  return ROOM - ROW_BYTES - utf8(key).length;
}

function* piecesOf([key, value]: ImportRow): Generator<Omit<ImportEntry, "index">> {
  const length = pieceBytes(key);
  const count = Math.ceil(value.length / length);
  if (count > MAX_IMPORT_PARTS) throw new InvariantError(`a value of ${value.length} bytes`);
  for (let k = 0; k < count; k++) {
    const piece = value.subarray(k * length, (k + 1) * length);
    yield { values: [[key, piece]], part: [k, count] };
  }
}

/**
 * Reads the import entries of a block 0, one after the other: each in its place, keys rising through all of them. Ends with
 * the first refusal.
 */
export function* decodeImports(
  entries: EntryList,
): Generator<Result<readonly ImportRow[], ImportRefusal>> {
  let last = "";
  let due = 0;
  for (let index = 0; index < entries.length; index++) {
    const read = readRows(entries, index);
    if (!read.ok) return yield read;
    const { rows, span } = read.value;
    // A piece belongs to the value that began before it, and was read with that.
    due += span - 1;
    if (due < 0) return yield misplaced(index, "part");
    for (const [key] of rows) {
      if (compareUtf8(key, last) <= 0) return yield err({ code: "CHILD_ORDER", key });
      last = key;
    }
    yield ok(rows);
  }
}

/**
 * The rows that begin in an import entry, of entries that were all read before: none, in a piece that is not the first of its
 * value.
 */
export function rowsFrom(entries: EntryList, index: number): readonly ImportRow[] {
  return certain(readRows(entries, index), "an import entry").rows;
}

/** `span`: over how many entries they go, from this one on. */
type RowsRead = { readonly rows: readonly ImportRow[]; readonly span: number };

function readRows(entries: EntryList, index: number): Result<RowsRead, ImportRefusal> {
  const read = readEntry(entries, index);
  if (!read.ok) return read;
  const { values, part } = read.value;
  if (part === undefined) return ok({ rows: values, span: 1 });
  const [k, count] = part;
  return k > 0 ? ok({ rows: [], span: 0 }) : joined(entries, index, count);
}

/** A value out of its pieces, of which all but the last are as long as they can be. */
function joined(entries: EntryList, index: number, count: number): Result<RowsRead, ImportRefusal> {
  const pieces: Uint8Array[] = [];
  let name: string | undefined;
  for (let k = 0; k < count; k++) {
    const read = readEntry(entries, index + k);
    if (!read.ok) return read;
    const { values, part } = read.value;
    const [key, piece] = present(values[0], "a row");
    name ??= key;
    const isNext = part?.[0] === k && part[1] === count && values.length === 1 && key === name;
    const max = pieceBytes(key);
    const isWhole = k < count - 1 ? piece.length === max : piece.length <= max;
    if (!isNext || !isWhole) return misplaced(index + k, "part");
    pieces.push(piece);
  }
  return ok({ rows: [[present(name, "a key"), concat(...pieces)]], span: count });
}

function readEntry(entries: EntryList, index: number): Result<ImportEntry, ImportRefusal> {
  const bytes = entries.at(index);
  // Of a value whose last pieces are missing.
  if (bytes === undefined) return misplaced(index, "part");
  if (bytes.length > MAX_CHUNK_BYTES) return misplaced(index, "size");
  const value = decodeCbor(bytes);
  if (!value.ok) return misplaced(index, value.error.code);
  const fit = fitShape(entry, value.value);
  if (!fit.ok) return misplaced(index, `${fit.error.code} ${fit.error.path}`);
  const [, read] = fit.value;
  return read.index === index ? ok(read) : misplaced(index, "index");
}

function misplaced(index: number, why: string): Result<never, ImportRefusal> {
  return err({ code: "CHILD_ENTRY", index, why });
}
