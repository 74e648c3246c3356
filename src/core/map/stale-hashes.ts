import { sha256Rows } from "#crypto";
import { HASH_BYTES } from "../merkle/index.ts";
import { MAP_LEAF_PREFIX, MAP_NODE_PREFIX } from "./hashing.ts";
import type { OrderedPuts } from "./key-order.ts";
import type { Child, MapTree, Place } from "./tree.ts";

/** The steps of a subtree that nothing was put into. */
export const UNCHANGED = -1;

const HASH_WORDS = HASH_BYTES / 4;

/** So many hashes at once keep what is hashed within the processor's cache. */
const ROWS_AT_ONCE = 256;

// A row is what is hashed: the prefix is the last byte of its first word, so that both hashes behind it can be copied by
// words.
const ROW_WORDS = 1 + 2 * HASH_WORDS;
const ROW_BYTES = 4 * ROW_WORDS;
const PREFIX_AT = 3;
const HASHED_BYTES = 1 + 2 * HASH_BYTES;

// Filled and read within one synchronous call, so sharing them is safe.
const rows = new Int32Array(ROWS_AT_ONCE * ROW_WORDS);
const rowBytes = new Uint8Array(rows.buffer);
const digests = new Int32Array(ROWS_AT_ONCE * HASH_WORDS);
const digestBytes = new Uint8Array(digests.buffer);

/** Numbers of one job: child, level (of a leaf: its put), place. */
const JOB = 3;

/** What is to be hashed in one step, job behind job. */
type JobList = { numbers: Int32Array; used: number };

// Lists of jobs that nobody needs at the moment: each update has some dozens, which would be garbage of megabytes.
const spare: JobList[] = [];
const MAX_SPARE = 64;
/** Longer ones are of an update that was unusually large. */
const MAX_SPARE_NUMBERS = 1 << 16;

function giveBack(list: JobList): void {
  list.used = 0;
  if (spare.length < MAX_SPARE && list.numbers.length <= MAX_SPARE_NUMBERS) spare.push(list);
}

function enlarge(list: JobList): void {
  const larger = new Int32Array(2 * list.numbers.length);
  larger.set(list.numbers);
  list.numbers = larger;
}

/**
 * The hashes that an update made stale. They are gathered by the step at which all that they rest on is known: the hashes
 * of a step do not rest on one another, so many are computed at once, for a fraction of what one by one would cost.
 */
export class StaleHashes {
  readonly #tree: MapTree;
  readonly #puts: OrderedPuts;
  readonly #steps: JobList[] = [];

  constructor(tree: MapTree, puts: OrderedPuts) {
    this.#tree = tree;
    this.#puts = puts;
  }

  /** The leaf that a put made or changed. @returns its step */
  leaf(leaf: Child, put: number, place: Place): number {
    this.#add(0, leaf, put, place);
    return 0;
  }

  /**
   * A node that parts at `bit` and hangs at depth `top`: its own hash, then one for each level in between, whose other side
   * is empty.
   *
   * @param below the last step of what it rests on
   * @returns its last step
   */
  node(node: Child, bit: number, top: number, place: Place, below: number): number {
    let step = below;
    for (let level = bit; level >= top; level--) this.#add(++step, node, level, place);
    return step;
  }

  hash(): void {
    for (const list of this.#steps) {
      for (let at = 0; at < list.used; at += JOB * ROWS_AT_ONCE) {
        this.#hashSome(list.numbers, at, Math.min(list.used, at + JOB * ROWS_AT_ONCE));
      }
      giveBack(list);
    }
  }

  #add(step: number, child: Child, level: number, place: Place): void {
    let list = this.#steps[step];
    if (list === undefined) {
      list = spare.pop() ?? { numbers: new Int32Array(JOB * ROWS_AT_ONCE), used: 0 };
      this.#steps[step] = list;
    }
    if (list.used === list.numbers.length) enlarge(list);
    list.numbers[list.used] = child;
    list.numbers[list.used + 1] = level;
    list.numbers[list.used + 2] = place;
    list.used += JOB;
  }

  #hashSome(jobs: Int32Array, from: number, to: number): void {
    const count = (to - from) / JOB;
    for (let i = 0, at = from; i < count; i++, at += JOB) {
      this.#fill(i, jobs[at] as Child, jobs[at + 1] as number, jobs[at + 2] as Place);
    }
    const where = { start: PREFIX_AT, stride: ROW_BYTES, length: HASHED_BYTES, count };
    sha256Rows(digestBytes, rowBytes, where);
    for (let i = 0, at = from; i < count; i++, at += JOB) {
      this.#tree.writeHash(jobs[at + 2] as Place, digests, i * HASH_WORDS);
    }
  }

  #fill(row: number, child: Child, level: number, place: Place): void {
    const tree = this.#tree;
    const at = row * ROW_WORDS + 1;
    rowBytes[row * ROW_BYTES + PREFIX_AT] = child < 0 ? MAP_LEAF_PREFIX : MAP_NODE_PREFIX;
    if (child < 0) {
      tree.readKey(child, rows, at);
      this.#puts.readValueHash(level, rows, at + HASH_WORDS);
    } else if (level === tree.bitOf(child)) {
      tree.readChildHashes(child, rows, at);
    } else {
      const isRight = tree.keyBit(child, level) === 1;
      rows.fill(0, at, at + 2 * HASH_WORDS);
      tree.readHash(place, rows, isRight ? at + HASH_WORDS : at);
    }
  }
}
