import type { Sql } from "../../../../sql/index.ts";
import { IndexDamage } from "../damage.ts";
import { decodeBlocks, type Run } from "./run.ts";

/** The runs that there are, from the first to the last that was taken in; those in `known` are not read again, since a run never changes. */
export function readRuns(sql: Sql, known: readonly Run[] = []): Run[] {
  const byId = new Map(known.map((run) => [run.id, run]));
  const rows = sql.all("SELECT id, level FROM run ORDER BY level DESC, id");
  return rows.flatMap(([id, level]) => {
    const run = byId.get(Number(id)) ?? readRun(sql, Number(id), Number(level));
    return run === undefined ? [] : [run];
  });
}

/** `undefined` when it was merged away in between. */
function readRun(sql: Sql, id: number, level: number): Run | undefined {
  const blocks = sql.get("SELECT blocks FROM run WHERE id = ?", [id])?.[0];
  return blocks === undefined ? undefined : { id, level, blocks: decodeBlocks(bytesOf(blocks)) };
}

/** @throws BlockGone */
export function readBlock(sql: Sql, id: number): Buffer {
  const bytes = sql.get("SELECT bytes FROM block WHERE id = ?", [id])?.[0];
  if (bytes === undefined) throw new BlockGone(`block ${id} is not there`);
  return bytesOf(bytes);
}

function bytesOf(cell: unknown): Buffer {
  if (!Buffer.isBuffer(cell)) throw new IndexDamage("a run of the index is damaged");
  return cell;
}

/** A block is not there: it was merged into another one, unless nothing else leads to its entries now. */
export class BlockGone extends IndexDamage {}
