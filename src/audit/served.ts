import { TILE_WIDTH, type TilePath, tileRow } from "../core/index.ts";
import { beginningOf } from "./beginning.ts";
import type { Copy } from "./copy.ts";

/** What a web server needs of a copy: the same as of the log itself, up to the last checkpoint that was verified. */
export class ServedCopy {
  readonly #copy: Copy;

  constructor(copy: Copy) {
    this.#copy = copy;
  }

  /** `undefined` before the first checkpoint was verified. */
  published(): { readonly checkpoint: string } | undefined {
    const text = this.#copy.checkpoint?.text;
    return text === undefined ? undefined : { checkpoint: text };
  }

  tile(level: number, index: number, width: number): Uint8Array | undefined {
    return this.#cut({ kind: "hashes", level, index, width }, tileRow(level, this.#size));
  }

  bundle(index: number, width: number): Uint8Array | undefined {
    return this.#cut({ kind: "entries", index, width }, this.#size);
  }

  get #size(): number {
    return this.#copy.checkpoint?.signed.size ?? 0;
  }

  /** A narrower tile is cut from the one that is as wide as the published size has it. */
  #cut(tile: TilePath, row: number): Uint8Array | undefined {
    const width = Math.min(TILE_WIDTH, row - tile.index * TILE_WIDTH);
    if (tile.width > width) return undefined;
    const widest = { ...tile, width };
    const bytes = this.#copy.readNow(widest);
    if (bytes === undefined || tile.width === width) return bytes;
    return beginningOf(widest, bytes, tile.width);
  }
}
