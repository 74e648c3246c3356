import { type Hash, type MapPath, SparseMap } from "../core/index.ts";
import type { AppliedChanges, Undo } from "./state.ts";
import type { MapStore } from "./stores.ts";

/** The map on this thread. */
export class LocalMap implements MapStore {
  readonly #map = new SparseMap();

  async update({ puts }: AppliedChanges): Promise<Hash> {
    this.#map.update(puts);
    return this.#map.root();
  }

  async takeBack({ puts, added }: Undo): Promise<Hash> {
    this.#map.takeBack(puts, added);
    return this.#map.root();
  }

  async prove(keyHashes: readonly Uint8Array[]): Promise<readonly MapPath[]> {
    return keyHashes.map((keyHash) => this.#map.prove(keyHash));
  }

  pin(size: number): void {
    this.#map.pin(size);
  }

  keepPins(sizes: readonly number[]): void {
    this.#map.keepPins(sizes);
  }

  async provePinned(
    size: number,
    keyHashes: readonly Uint8Array[],
  ): Promise<readonly MapPath[] | undefined> {
    return this.#map.provePinned(size, keyHashes);
  }

  async close(): Promise<void> {
    // Nothing is open.
  }
}
