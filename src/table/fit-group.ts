import type { ColumnChunk } from "hyparquet";
import { ByteWriter } from "hyparquet-writer";
import { writeChunk } from "./column-pages.ts";
import { ColumnValues } from "./column-values.ts";
import type { Column } from "./columns.ts";
import { type RowGroup, shifted } from "./row-group.ts";

/**
 * A row group with the columns of a table, out of one that was made before all of them were known: those that it lacks say
 * nothing of its rows. The same bytes as if they had been known.
 *
 * @param own its columns
 * @returns `undefined` where one of them holds something else in the table
 */
export function fitGroup(
  group: RowGroup,
  own: readonly Column[],
  all: readonly Column[],
): RowGroup | undefined {
  const chunks = new Map(own.map(({ name, type }, i) => [name, { type, chunk: group.chunks[i] }]));
  if (all.some(({ name, type }) => (chunks.get(name)?.type ?? type) !== type)) return undefined;
  if (all.length === own.length) return group;
  const out = new ByteWriter(group.bytes.length + 64 * (all.length - own.length));
  const fitted = all.map(({ name, type }): ColumnChunk => {
    const chunk = chunks.get(name)?.chunk;
    if (chunk === undefined) return writeChunk(out, new ColumnValues(name, type), group.rows);
    const start = Number(chunk.file_offset);
    const by = BigInt(out.offset - start);
    const length = Number(chunk.meta_data?.total_compressed_size ?? 0n);
    out.appendBytes(group.bytes.subarray(start, start + length));
    return shifted(chunk, by);
  });
  return { bytes: out.getBytes() as Uint8Array<ArrayBuffer>, rows: group.rows, chunks: fitted };
}
