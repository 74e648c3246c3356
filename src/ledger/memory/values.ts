import { type Change, present } from "../../core/index.ts";
import type { Ref, StoredVersion, ValueStore } from "../stores.ts";

/** Every version of every value in an array; a reference is its place in it. */
export class MemoryValues implements ValueStore {
  readonly #versions: StoredVersion[] = [];

  get end(): number {
    return this.#versions.length;
  }

  append(change: Change, previous: Ref | undefined): Ref {
    return this.#versions.push({ ...change, previous }) - 1;
  }

  /** The versions from one end to another. */
  frames(from: number, to: number): readonly StoredVersion[] {
    return this.#versions.slice(from, to);
  }

  flush(): void {
    // What was appended is there for everybody at once.
  }

  read(ref: Ref): StoredVersion {
    return present(this.#versions[ref], `version ${ref}`);
  }

  async close(): Promise<void> {
    // Nothing is open.
  }
}
