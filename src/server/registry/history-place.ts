import { err, fromHex, hex, ok, type Result } from "../../core/index.ts";
import type { HttpRefusal } from "../problem/refusal.ts";

/** Where a page of a history goes on. */
export type HistoryPlace = {
  /** Sizes of the checkpoints that entries are proved under: that of this log, then of the ledgers above it. */
  readonly sizes: readonly [own: number, ...above: number[]];
  readonly generation: number;
  /** The next link of each chain; `undefined` where the chain has come to its end. */
  readonly op: Uint8Array | undefined;
  readonly control: Uint8Array | undefined;
};

const NUMBER = "(?:0|[1-9][0-9]{0,14})";
const HASH = "[0-9a-f]{64}|-";
const CURSOR = new RegExp(`^(${NUMBER}(?:\\.${NUMBER}){0,11})_(${NUMBER})_(${HASH})_(${HASH})$`);

/** The place as a cursor: anybody may write one, since what it leads to is proved. */
export function formatPlace({ sizes, generation, op, control }: HistoryPlace): string {
  return [sizes.join("."), generation, textOf(op), textOf(control)].join("_");
}

export function parsePlace(cursor: string): Result<HistoryPlace, HttpRefusal> {
  const [, sizes, generation, op, control] = CURSOR.exec(cursor) ?? [];
  if (sizes === undefined) return err({ code: "HTTP_CURSOR", got: cursor.slice(0, 64) });
  const [own = 0, ...above] = sizes.split(".").map(Number);
  return ok({
    sizes: [own, ...above],
    generation: Number(generation),
    op: fromHex(op ?? ""),
    control: fromHex(control ?? ""),
  });
}

function textOf(hash: Uint8Array | undefined): string {
  return hash === undefined ? "-" : hex(hash);
}
