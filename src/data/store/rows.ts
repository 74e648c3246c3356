import { MAX_OBSERVATIONS } from "../../core/index.ts";

/** Room for the observations of an entry: a row says where it stands, and the same log gives the same rows. */
const WIDTH = 2 ** Math.ceil(Math.log2(MAX_OBSERVATIONS));

export function rowOf(entry: number, at: number): number {
  return entry * WIDTH + at;
}

export function placeOfRow(row: number): { readonly entry: number; readonly at: number } {
  return { entry: Math.floor(row / WIDTH), at: row % WIDTH };
}
