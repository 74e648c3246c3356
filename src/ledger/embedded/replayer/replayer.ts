import { mkdirSync } from "node:fs";
import { join } from "node:path";
import {
  err,
  Frontier,
  type Hash,
  hex,
  type Item,
  joinHashes,
  ok,
  present,
  type Result,
  readHashedItem,
} from "../../../core/index.ts";
import { nodeFiles } from "../../../log/index.ts";
import { LedgerFault } from "../../fault.ts";
import { Precheck } from "../../precheck.ts";
import { RefTable } from "../../ref-table.ts";
import {
  BlockReader,
  compareMapRoot,
  MAX_BEGINNING_BYTES,
  type ReadBlock,
  type ReplayRefusal,
  replayBlock,
  type Step,
} from "../../replay.ts";
import { LedgerState } from "../../state.ts";
import type { BlockMoment, SignaturePool } from "../../stores.ts";
import { EntrySpool } from "../entry-spool.ts";
import type { FoundSnapshot } from "../map-thread/messages.ts";
import { MapThread } from "../map-thread/thread.ts";
import { openSignaturePool } from "../signature-pool/index.ts";
import { VALUES_START, ValuesFile } from "../values.ts";
import { Positions } from "./positions.ts";

export type ReplayerOptions = {
  /** Directory of this replay alone: values and the snapshot of the map, all derived. */
  readonly directory: string;
  readonly origin: string;
  /** Threads that check signatures. */
  readonly workers?: number;
};

/** How far a replay has come, and what the last block came out as. */
export type Replayed = {
  /** Entries whose blocks are replayed. */
  readonly size: number;
  readonly height: number;
  /** Block time, Unix milliseconds. */
  readonly timeMilliseconds: number;
  readonly mapRoot: Hash;
};

/** A block with the leaf hash of its block entry. */
type Ready = ReadBlock & { readonly leaves: readonly Hash[]; readonly leaf: Hash };

/** Blocks that wait for their turn, and the verdicts on their signatures that are on their way. */
type Waiting = { readonly blocks: readonly Ready[]; readonly checked: Promise<void> };

/** Entries of one block that are kept until it closes; the writer's own are far smaller. */
const MAX_OPEN_BYTES: number = 256 * 1024 * 1024;

/**
 * Replays a log that somebody else wrote, entry by entry: every signature, every rule, every map root. It goes on where
 * the last snapshot of an earlier run ended, if that was of the same log.
 *
 * The entries must be those of the log: whoever gives them has checked them against its tree.
 */
export class Replayer {
  readonly #origin: string;
  readonly #values: ValuesFile;
  readonly #map: MapThread;
  readonly #pool: SignaturePool;
  readonly #precheck: Precheck;
  readonly #positions: Positions;
  #state: LedgerState;
  #reader: BlockReader;
  /** Entries of block 0, until it is applied. */
  readonly #beginning: EntrySpool;
  /** Whether block 0 has closed: what comes are items. */
  #isBegun: boolean;
  /** Of a block that has not closed yet; in block 0 there are no items. */
  #items: Item[] = [];
  #leaves: Hash[] = [];
  #openBytes = 0;
  #waiting: Waiting | undefined;
  #replayed: Replayed | undefined;
  /** Over the entries that are replayed. */
  #tree: Frontier;
  #savedEnd: number;

  private constructor(
    { directory, origin, workers }: ReplayerOptions,
    values: ValuesFile,
    map: MapThread,
    positions: Positions,
    found: (FoundSnapshot & { readonly tree: Frontier }) | undefined,
  ) {
    this.#origin = origin;
    this.#values = values;
    this.#map = map;
    this.#positions = positions;
    this.#pool = openSignaturePool(workers === undefined ? {} : { workers });
    this.#precheck = new Precheck(this.#pool);
    values.truncate(found?.moment.valuesEnd ?? VALUES_START);
    this.#savedEnd = values.end;
    this.#tree = found?.tree ?? Frontier.empty();
    this.#beginning = new EntrySpool(directory);
    this.#isBegun = found !== undefined;
    if (found === undefined) {
      this.#state = new LedgerState(values);
      this.#reader = new BlockReader(0, undefined, this.#beginning);
      return;
    }
    const { moment, root, refs, beside } = found;
    this.#state = new LedgerState(values, { refs: new RefTable(refs), beside: new Map(beside) });
    this.#reader = new BlockReader(moment.size, {
      height: moment.height,
      time: moment.timeMilliseconds,
    });
    this.#replayed = { ...replayedOf(moment), mapRoot: root };
  }

  /**
   * @param treeAt the tree over the first `size` entries of the log that is replayed now; `undefined` if it is not that
   *   large. A snapshot of another log is dropped.
   */
  static async open(
    options: ReplayerOptions,
    treeAt: (size: number) => Promise<Frontier | undefined>,
  ): Promise<Replayer> {
    const { directory } = options;
    mkdirSync(directory, { recursive: true });
    const values = ValuesFile.open(nodeFiles, join(directory, "values"));
    const positions = new Positions(directory);
    const data = { snapshot: join(directory, "snapshot"), valuesBytes: values.end };
    const { map, found } = await MapThread.open(data, async () => {
      values.flush();
      await values.sync();
    });
    const usable = found === undefined ? undefined : await ofThisLog(found, positions, treeAt);
    if (found !== undefined && usable === undefined) map.reset();
    return new Replayer(options, values, map, positions, usable);
  }

  /** Entries that need not be given again. */
  get size(): number {
    return this.#replayed?.size ?? 0;
  }

  /** Of the tree over them. */
  get root(): Hash {
    return this.#tree.root();
  }

  /** Bytes of values that no snapshot has yet: what a run that ends now would have to replay again. */
  get unsavedBytes(): number {
    return this.#values.end - this.#savedEnd;
  }

  /**
   * Takes the next entries of the log. While it applies the entries of the call before, the signatures of these are checked.
   *
   * @param leaf the leaf hash of the i-th of them
   * @returns the first refusal, after which nothing more may be given
   */
  async take(
    entries: readonly Uint8Array[],
    leaf: (i: number) => Hash,
  ): Promise<ReplayRefusal | undefined> {
    const blocks: Ready[] = [];
    const items: Item[] = [];
    let refusal: ReplayRefusal | undefined;
    for (const [i, bytes] of entries.entries()) {
      const block = this.#reader.take(bytes);
      if (block === undefined) {
        this.#leaves.push(leaf(i));
        this.#openBytes += bytes.length;
        if (this.#isBegun) {
          const item = readHashedItem(bytes, leaf(i));
          this.#items.push(item);
          items.push(item);
        }
        if (this.#openBytes <= this.#mostOpenBytes()) continue;
        refusal = { code: "REPLAY_BLOCK_ENTRY", index: this.#nextIndex(), why: "none" };
        break;
      }
      if (!block.ok) {
        refusal = block.error;
        break;
      }
      blocks.push({ ...block.value, items: this.#items, leaves: this.#leaves, leaf: leaf(i) });
      this.#forgetOpen();
      this.#isBegun = true;
    }
    const checked = this.#precheck.run(this.#state, items);
    // Whoever applies the block awaits it, and hears of what went wrong then.
    checked.catch(() => undefined);
    const before = this.#waiting;
    this.#waiting = { blocks, checked };
    const earlier = before === undefined ? undefined : await this.#apply(before);
    return earlier ?? (refusal === undefined ? undefined : ((await this.settle()) ?? refusal));
  }

  /** Replays what was given and waits still. */
  async settle(): Promise<ReplayRefusal | undefined> {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting === undefined ? undefined : await this.#apply(waiting);
  }

  /** Forgets what was given of a block that has not closed: entries from `size` on are given next. */
  async rewind(): Promise<ReplayRefusal | undefined> {
    const refusal = await this.settle();
    const replayed = this.#replayed;
    const before = replayed && { height: replayed.height, time: replayed.timeMilliseconds };
    this.#isBegun = replayed !== undefined;
    if (!this.#isBegun) this.#beginning.close();
    this.#reader = new BlockReader(this.size, before, this.#beginning);
    this.#forgetOpen();
    return refusal;
  }

  /** The log ends here: what the last block came out as. A log ends with a block entry. */
  async end(): Promise<Result<Replayed, ReplayRefusal>> {
    const refusal = await this.settle();
    if (refusal !== undefined) return err(refusal);
    const replayed = this.#replayed;
    if (replayed === undefined || this.#reader.open > 0) {
      return err({ code: "REPLAY_BLOCK_ENTRY", index: this.#nextIndex(), why: "none" });
    }
    return ok(replayed);
  }

  /** Lets a later run go on from what is replayed. Nothing else may be asked until it resolves. */
  async save(): Promise<void> {
    if (this.unsavedBytes === 0) return;
    try {
      await this.#positions.add(this.#tree.size, this.#tree.root());
      this.#savedEnd = await this.#map.snapshot();
    } catch (cause) {
      // It only spares a later run some work: a disk that will not take it is no reason to fail. A thread that ended is.
      if (cause instanceof LedgerFault) throw cause;
    }
  }

  async close(): Promise<void> {
    await this.#map.close();
    await this.#pool.close();
    await this.#values.close();
    this.#beginning.close();
  }

  #forgetOpen(): void {
    this.#items = [];
    this.#leaves = [];
    this.#openBytes = 0;
  }

  #mostOpenBytes(): number {
    return this.#isBegun ? MAX_OPEN_BYTES : MAX_BEGINNING_BYTES;
  }

  #nextIndex(): number {
    return this.size + this.#reader.open;
  }

  async #apply({ blocks, checked }: Waiting): Promise<ReplayRefusal | undefined> {
    await checked;
    const roots: { readonly compared: Promise<ReplayRefusal | undefined> }[] = [];
    let refusal: ReplayRefusal | undefined;
    for (const block of blocks) {
      const replayed = replayBlock(this.#state, this.#origin, block, this.#precheck.check);
      for (const { hash } of block.items ?? []) this.#precheck.forget(hash);
      if (!replayed.ok) {
        refusal = replayed.error;
        break;
      }
      roots.push(await this.#update(block, replayed.value));
      this.#tree.appendAll(joinHashes(block.leaves));
      this.#tree.append(block.leaf);
      if (block.entry.height === 0) this.#beginning.close();
    }
    // Of two that are wrong the first one counts, and the map answers later than the rules.
    for (const { compared } of roots) {
      const differs = await compared;
      if (differs !== undefined) return differs;
    }
    this.#values.flush();
    return refusal;
  }

  /** The map takes the last step in while the next block is applied. @returns what the comparison of its root will be */
  async #update(
    block: ReadBlock,
    steps: Iterable<Step>,
  ): Promise<{ readonly compared: Promise<ReplayRefusal | undefined> }> {
    let last: { readonly moment: BlockMoment; readonly root: Promise<Hash> } | undefined;
    for (const { applied, moment } of steps) {
      if (last !== undefined) {
        this.#values.flush();
        await last.root;
      }
      last = { moment, root: this.#map.update(applied, moment) };
    }
    const { moment, root } = present(last, "what a block changes");
    return { compared: this.#compare(block, moment, root) };
  }

  async #compare(
    { entry }: ReadBlock,
    moment: BlockMoment,
    updated: Promise<Hash>,
  ): Promise<ReplayRefusal | undefined> {
    const mapRoot = await updated;
    const compared = compareMapRoot(entry, mapRoot);
    if (!compared.ok) return compared.error;
    this.#replayed = { ...replayedOf(moment), mapRoot };
    return undefined;
  }
}

/** A snapshot that is of the log which is replayed now, with the tree over what it has. */
async function ofThisLog(
  found: FoundSnapshot,
  positions: Positions,
  treeAt: (size: number) => Promise<Frontier | undefined>,
): Promise<(FoundSnapshot & { readonly tree: Frontier }) | undefined> {
  const { size } = found.moment;
  const known = positions.rootAt(size);
  const tree = known === undefined ? undefined : await treeAt(size);
  return tree !== undefined && hex(tree.root()) === known ? { ...found, tree } : undefined;
}

function replayedOf({ size, height, timeMilliseconds }: BlockMoment): Omit<Replayed, "mapRoot"> {
  return { size, height, timeMilliseconds };
}
