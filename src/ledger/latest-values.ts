import { type Change, present } from "../core/index.ts";
import type { Ref, StoredVersion, ValueStore } from "./stores.ts";

/** Only the last version of each value: what a replay needs that answers no questions about the past. */
export class LatestValues implements ValueStore {
  readonly #versions = new Map<Ref, StoredVersion>();
  #next = 0;

  get end(): number {
    return this.#next;
  }

  append(change: Change, previous: Ref | undefined): Ref {
    if (previous !== undefined) this.#versions.delete(previous);
    const ref = this.#next++;
    this.#versions.set(ref, { ...change, previous: undefined });
    return ref;
  }

  flush(): void {
    // Nobody else reads it.
  }

  read(ref: Ref): StoredVersion {
    return present(this.#versions.get(ref), `version ${ref}`);
  }

  async close(): Promise<void> {
    // Nothing is open.
  }
}
