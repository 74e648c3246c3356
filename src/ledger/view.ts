import {
  type Code,
  type CodeRecord,
  codeKey,
  decodeBlockEntry,
  decodeOwnCbor,
  type Hash,
  hashMapKey,
  InvariantError,
  isBlockEntry,
  type MapPath,
  present,
  sameHash,
  sha256,
  TILE_WIDTH,
} from "../core/index.ts";
import { pause } from "./deferred.ts";
import type {
  AliasPage,
  AliasQuery,
  BlockInfo,
  ChildrenPage,
  Head,
  KeyPage,
  LedgerCounts,
  LedgerReader,
  SearchPage,
  SearchQuery,
  StateProof,
  Version,
} from "./port.ts";
import type { Publisher } from "./publisher.ts";
import type { ReadersFirst } from "./readers-first.ts";
import type { LedgerState } from "./state.ts";
import type { IndexStore, LogStore, MapStore } from "./stores.ts";
import type { BlockWriter } from "./writer.ts";

export type ViewParts = {
  readonly log: LogStore;
  readonly state: LedgerState;
  readonly map: MapStore;
  readonly index: IndexStore;
  readonly publisher: Publisher;
  readonly writer: Pick<BlockWriter, "head" | "appliedSize" | "headAt">;
  readonly readers: ReadersFirst;
};

const LIST_PATIENCE_MILLISECONDS = 1000;

/** The committed ledger, to read. */
export class LedgerView implements Omit<LedgerReader, "onBlock"> {
  readonly #parts: ViewParts;
  /** Heads of the pinned states, by size. */
  readonly #pinned = new Map<number, Head>();

  constructor(parts: ViewParts) {
    this.#parts = parts;
  }

  reading(): void {
    this.#parts.readers.seen();
  }

  head(): Head {
    return this.#parts.writer.head;
  }

  published(): Head {
    return this.#parts.publisher.published();
  }

  value(key: string): Uint8Array | undefined {
    return this.#parts.state.committed(key)?.value;
  }

  latest(key: string): Version | undefined {
    return this.#parts.state.committed(key);
  }

  *versions(key: string): Generator<Version> {
    for (const { value, index } of this.#parts.state.versions(key)) yield { value, index };
  }

  entry(index: number): Uint8Array | undefined {
    return index < this.head().size ? this.#parts.log.entry(index) : undefined;
  }

  blockOf(index: number): BlockInfo | undefined {
    if (!Number.isSafeInteger(index) || index < 0 || index >= this.head().size) return undefined;
    const { log } = this.#parts;
    for (let at = index; ; ) {
      const { first, count } = log.together(at);
      const last = present(log.entry(first + count - 1), "an entry below the size");
      if (isBlockEntry(last)) return infoOf(last);
      // Block 0 of a child ledger may have been committed in several parts.
      at = first + count;
    }
  }

  indexOf(hash: Uint8Array): number | undefined {
    const index = this.#parts.log.indexOf(hash);
    return index === undefined || index >= this.head().size ? undefined : index;
  }

  inclusion(index: number, size: number): readonly Hash[] {
    return this.#parts.log.inclusion(index, size);
  }

  consistency(first: number, second: number): readonly Hash[] {
    return this.#parts.log.consistency(first, second);
  }

  tile(level: number, index: number, width: number): Uint8Array | undefined {
    const last = (index * TILE_WIDTH + width) * TILE_WIDTH ** level;
    if (last > this.published().size) return undefined;
    return this.#parts.log.tile(level, index, width);
  }

  bundle(index: number, width: number): Uint8Array | undefined {
    if (index * TILE_WIDTH + width > this.published().size) return undefined;
    return this.#parts.log.bundle(index, width);
  }

  async prove(keys: readonly string[]): Promise<StateProof> {
    this.reading();
    const { map, writer } = this.#parts;
    const hashes = keys.map(hashMapKey);
    // Both asked for at once: this block is the last applied one only now. It may still be syncing.
    const [paths, head] = await Promise.all([map.prove(hashes), writer.headAt(writer.appliedSize)]);
    return this.#proof(head, keys, hashes, paths);
  }

  async proveAt(size: number, keys: readonly string[]): Promise<StateProof | undefined> {
    this.reading();
    const head = this.#pinned.get(size);
    if (head === undefined) return undefined;
    const hashes = keys.map(hashMapKey);
    const paths = await this.#parts.map.provePinned(size, hashes);
    return paths && this.#proof(head, keys, hashes, paths);
  }

  #proof(
    head: Head,
    keys: readonly string[],
    hashes: readonly Hash[],
    paths: readonly MapPath[],
  ): StateProof {
    const { state, log } = this.#parts;
    const { size } = head;
    const values = keys.map((key, i) => {
      const { leaf, ...map } = present(paths[i], "a path for each key");
      if (leaf === undefined) return { key, map };
      // A reference is of one version for ever.
      const value = state.valueAt(leaf.ref);
      if (sameHash(leaf.keyHash, present(hashes[i], "a hash for each key"))) {
        return { key, value, map };
      }
      return { key, map: { ...map, other: { key: leaf.keyHash, value: sha256(value) as Hash } } };
    });
    const block = present(log.entry(size - 1), "the block entry");
    return { head, values, block, path: log.inclusion(size - 1, size) };
  }

  async pin(keep: readonly number[]): Promise<Head> {
    const { publisher, map, writer } = this.#parts;
    return publisher.publishNext(async () => {
      const size = writer.appliedSize;
      map.keepPins(keep.filter((each) => each !== size));
      map.pin(size);
      const head = await writer.headAt(size);
      for (const old of this.#pinned.keys()) if (!keep.includes(old)) this.#pinned.delete(old);
      this.#pinned.set(size, head);
      return head;
    });
  }

  async children(code: string, start: number, limit: number): Promise<ChildrenPage | undefined> {
    return this.childrenIn(await this.prove([codeKey(code as Code)]), start, limit);
  }

  async childrenIn(
    proof: StateProof,
    start: number,
    limit: number,
  ): Promise<ChildrenPage | undefined> {
    const { index } = this.#parts;
    const value = proof.values[0]?.value;
    if (value === undefined) return undefined;
    const { code, children } = recordOf(value);
    const { count } = children;
    await index.indexed(proof.head.size);
    const page = await index.children(code, start, limit, count);
    return { count, start, proof, ...page };
  }

  search(query: SearchQuery): Promise<SearchPage> {
    this.reading();
    return this.#parts.index.search(query);
  }

  async keys(prefix: string, limit: number, cursor?: string): Promise<KeyPage> {
    await this.#caughtUp();
    return this.#parts.index.keys(prefix, limit, cursor);
  }

  async aliases(query: AliasQuery): Promise<AliasPage> {
    this.reading();
    await this.#caughtUp();
    return this.#parts.index.aliases(query);
  }

  /** Who was told that something is durable shall find it in the lists; but nobody waits long for a busy index. */
  #caughtUp(): Promise<unknown> {
    const { index } = this.#parts;
    return Promise.race([index.indexed(this.head().size), pause(LIST_PATIENCE_MILLISECONDS)]);
  }

  indexed(size: number): Promise<void> {
    return this.#parts.index.indexed(size);
  }

  counts(): LedgerCounts {
    return this.#parts.index.counts();
  }
}

function recordOf(value: Uint8Array): CodeRecord {
  return decodeOwnCbor(value) as unknown as CodeRecord;
}

function infoOf(entry: Uint8Array): BlockInfo {
  const block = decodeBlockEntry(entry);
  if (!block.ok) throw new InvariantError("a block entry of ours cannot be read");
  const { time: timeMilliseconds, height, first, count, mapRoot } = block.value;
  return { height, timeMilliseconds, first, count, mapRoot };
}
