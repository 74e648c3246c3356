import {
  decodeEntryBundle,
  HASH_BYTES,
  TILE_WIDTH,
  type TilePath,
  tileRow,
} from "../core/index.ts";
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
    const row = tileRow(level, this.#size);
    const found = this.#widest({ kind: "hashes", level, index, width }, row);
    return found?.bytes.subarray(0, width * HASH_BYTES);
  }

  bundle(index: number, width: number): Uint8Array | undefined {
    const found = this.#widest({ kind: "entries", index, width }, this.#size);
    if (found === undefined || found.width === width) return found?.bytes;
    const entries = decodeEntryBundle(found.bytes, found.width);
    const last = entries.ok ? entries.value[width - 1] : undefined;
    // A view of the bundle: where it ends, the narrower one does.
    return last && found.bytes.subarray(0, last.byteOffset + last.length - found.bytes.byteOffset);
  }

  get #size(): number {
    return this.#copy.checkpoint?.signed.size ?? 0;
  }

  /** Of a tile only the widest is kept; a narrower one is its beginning. */
  #widest(
    tile: TilePath,
    row: number,
  ): { readonly bytes: Uint8Array; readonly width: number } | undefined {
    const width = Math.min(TILE_WIDTH, row - tile.index * TILE_WIDTH);
    if (tile.width > width) return undefined;
    const bytes = this.#copy.readNow({ ...tile, width });
    return bytes && { bytes, width };
  }
}
