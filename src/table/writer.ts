import type { Row } from "./row.ts";

/** Writes a table piece by piece: the same rows give the same bytes, whatever the pieces are. */
export type TableWriter = {
  begin(): Uint8Array;
  /** May keep some of the rows back for the next piece. */
  rows(rows: readonly Row[]): Uint8Array;
  end(): Uint8Array;
};
