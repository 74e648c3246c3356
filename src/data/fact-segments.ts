import { equalBytes, HASH_BYTES, InvariantError, sha256 } from "../core/index.ts";
import {
  type FileSystem,
  isDiskFull,
  LogFault,
  type OpenFile,
  readFully,
  syncUp,
  writeFully,
  writeFullyLater,
} from "../log/index.ts";

// Facts of entries, in files that grow at their end, `facts/<index of the first entry>`. Behind the last record stand zeros.
//
//   record = tag lengths first offset digest journal facts
//   tag      "fact"; "gact" once the facts were erased and zeros stand in their place: one byte is written as a whole or not
//   lengths  of journal and of facts, uint32 each, big-endian as all numbers here
//   first    index of the first of the entries that became durable together, uint64
//   offset   where in the journal of the log the record lies that holds these entries, uint64
//   digest   SHA-256 of all else but the tag
//   journal  that record
//   facts    what lies beside the entries: see bodies.ts
//
// The record of the journal stands here too, so that one sync makes entries and facts durable: the journal itself is written
// behind it and not waited for, and brought up to what stands here before it is opened.

const [KEPT, GONE] = [0x66616374, 0x67616374];
const TAG_BYTES = 4;
const SAID_BYTES = 4 + 4 + 8 + 8;
const HEAD_BYTES = TAG_BYTES + SAID_BYTES + HASH_BYTES;

/** A file of this size is followed by another one: only the last is looked through when a log is opened. */
const SEGMENT_BYTES = 8 * 1024 * 1024;
/** Written ahead as zeros, so that most records change no metadata of the file. */
const [MIN_STEP, MAX_STEP] = [16 * 1024, 1024 * 1024];
const PERMISSIONS = 0o600;
const MAX_AT_ONCE_BYTES = 32 * 1024;

type Place = {
  /** Where the record begins, and where its facts. */
  readonly start: number;
  readonly at: number;
  readonly bytes: number;
  readonly isGone: boolean;
};

/** Where the records of a file lie. */
class Segment {
  readonly first: number;
  readonly #firsts: number[] = [];
  /** Of each record where it begins, where its facts begin, and how long they are: less than zero once they are gone. */
  readonly #places: number[] = [];

  constructor(first: number) {
    this.first = first;
  }

  add(first: number, { start, at, bytes, isGone }: Place): void {
    this.#firsts.push(first);
    this.#places.push(start, at, isGone ? -bytes : bytes);
  }

  find(first: number): Place | undefined {
    const i = lastAtMost(this.#firsts, first);
    if (this.#firsts[i] !== first) return undefined;
    const [start = 0, at = 0, bytes = 0] = this.#places.slice(3 * i, 3 * i + 3);
    return { start, at, bytes: Math.abs(bytes), isGone: bytes < 0 };
  }

  markGone(first: number): void {
    const i = 3 * lastAtMost(this.#firsts, first) + 2;
    this.#places[i] = -Math.abs(this.#places[i] ?? 0);
  }
}

/** The position of the last that is at most `value`. */
function lastAtMost(rising: readonly number[], value: number): number {
  let [low, high] = [0, rising.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rising[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The last file, to which records are added. */
type Open = { readonly segment: Segment; readonly file: OpenFile; end: number; capacity: number };

/** The files of facts of one log. One owner, one write at a time. */
export class FactSegments {
  readonly #files: FileSystem;
  readonly #directory: string;
  /** By the first entry of each; of those that were not looked through yet only that is known. */
  readonly #firsts: number[];
  readonly #known = new Map<number, Segment>();
  #last: Open | undefined;

  private constructor(files: FileSystem, directory: string, firsts: number[]) {
    this.#files = files;
    this.#directory = directory;
    this.#firsts = firsts;
  }

  /**
   * Drops what is torn behind the last record, and brings the journal up to what stands here.
   *
   * @param erasing the entry whose facts were being erased when the process ended, if any were
   */
  static async open(
    files: FileSystem,
    directory: string,
    journal: string,
    erasing: number | undefined,
  ): Promise<FactSegments> {
    const names = files.exists(directory) ? files.list(directory) : [];
    const firsts = names.map(Number).sort((a, b) => a - b);
    const segments = new FactSegments(files, directory, firsts);
    const first = firsts.at(-1);
    if (first === undefined) return segments;
    // Whoever made the last one may have been killed before its name was durable.
    await syncUp(files, directory, above(directory));
    await segments.#openLast(first, journal, erasing);
    return segments;
  }

  /**
   * Makes sure that a record can be written that holds so many bytes beside its head.
   *
   * @param syncJournal makes everything durable that the journal was given
   * @throws LogFault `LOG_DISK_FULL`: nothing was changed
   */
  async reserve(first: number, bytes: number, syncJournal: () => Promise<void>): Promise<void> {
    const need = HEAD_BYTES + bytes;
    try {
      const { end } = this.#last ?? { end: SEGMENT_BYTES };
      if (this.#last === undefined || (end > 0 && end + need > SEGMENT_BYTES)) {
        // What stands in the files before the last one is not looked at again.
        await syncJournal();
        this.#last = await this.#begin(first);
      }
      await extend(this.#last, this.#last.end + need);
    } catch (cause) {
      if (isDiskFull(cause)) throw new LogFault("LOG_DISK_FULL", { bytes: need }, { cause });
      throw cause;
    }
  }

  /** Durable when it resolves, together with the record of the journal that holds the entries. */
  async keep(first: number, facts: Uint8Array, journal: Uint8Array, offset: number): Promise<void> {
    const last = this.#last;
    const record = encodeRecord(first, facts, journal, offset);
    if (last === undefined || last.end + record.length > last.capacity) {
      throw new InvariantError(`no room for ${record.length} bytes of facts`);
    }
    // To hand a few pages to another thread takes longer than to copy them.
    if (record.length <= MAX_AT_ONCE_BYTES) writeFully(last.file, record, last.end);
    else await writeFullyLater(last.file, record, last.end);
    await last.file.sync();
    const [start, bytes] = [last.end, facts.length];
    last.end += record.length;
    last.segment.add(first, { start, at: last.end - bytes, bytes, isGone: false });
  }

  /** The facts of the entries that begin with `first`; `undefined` where none stand here. */
  async read(first: number): Promise<Uint8Array | undefined> {
    const segment = this.#segmentOf(first);
    const place = segment?.find(first);
    if (segment === undefined || place === undefined || place.isGone) return undefined;
    return this.#with(segment, "read", async (file) => {
      const bytes = new Uint8Array(place.bytes);
      let done = 0;
      while (done < bytes.length) {
        const got = await file.readLater(bytes.subarray(done), place.at + done);
        if (got === 0) return undefined;
        done += got;
      }
      // They may have gone while they were read.
      return segment.find(first)?.isGone === false ? bytes : undefined;
    });
  }

  /** Writes zeros over facts; durable when it resolves. Whoever calls it has written down before that they go. */
  async forget(first: number): Promise<void> {
    const segment = this.#segmentOf(first);
    const place = segment?.find(first);
    if (segment === undefined || place === undefined) return;
    segment.markGone(first);
    await this.#with(segment, "write", async (file) => {
      writeFully(file, new Uint8Array(place.bytes), place.at);
      writeFully(file, Uint8Array.of(GONE >>> 24), place.start);
      await file.sync();
    });
  }

  close(): void {
    this.#last?.file.close();
    this.#last = undefined;
  }

  async #openLast(first: number, journal: string, erasing: number | undefined): Promise<void> {
    const file = this.#files.open(this.#path(first), "write");
    try {
      const bytes = new Uint8Array(file.size());
      readFully(file, bytes, 0);
      const segment = new Segment(first);
      const redo: Redo[] = [];
      const end = scan({ bytes, path: this.#path(first), erasing }, (record) => {
        segment.add(record.first, record);
        if (!record.isGone) redo.push({ bytes: record.journal, offset: record.offset });
      });
      // Nothing of what is torn may stay: the next record will be shorter or longer.
      const isTorn = bytes.subarray(end).some((byte) => byte !== 0);
      if (isTorn) file.truncate(end);
      // A process that was killed left in the memory of the system alone what counts from now on.
      await file.sync();
      await bringUp(this.#files, journal, redo);
      this.#known.set(first, segment);
      this.#last = { segment, file, end, capacity: isTorn ? end : bytes.length };
    } catch (cause) {
      file.close();
      throw cause;
    }
  }

  async #begin(first: number): Promise<Open> {
    this.#files.makeDirectory(this.#directory, 0o700);
    const file = this.#files.open(this.#path(first), "write", PERMISSIONS);
    try {
      // One that was begun before and never used.
      file.truncate(0);
      await syncUp(this.#files, this.#directory, above(this.#directory));
    } catch (cause) {
      file.close();
      throw cause;
    }
    const segment = new Segment(first);
    this.#last?.file.close();
    if (this.#firsts.at(-1) !== first) this.#firsts.push(first);
    this.#known.set(first, segment);
    return { segment, file, end: 0, capacity: 0 };
  }

  #segmentOf(first: number): Segment | undefined {
    const begin = this.#firsts[lastAtMost(this.#firsts, first)];
    if (begin === undefined) return undefined;
    const known = this.#known.get(begin);
    if (known !== undefined) return known;
    const segment = new Segment(begin);
    const file = this.#files.open(this.#path(begin), "read");
    try {
      walkHeads(file, (each, place) => segment.add(each, place));
    } finally {
      file.close();
    }
    this.#known.set(begin, segment);
    return segment;
  }

  async #with<T>(
    { first }: Segment,
    mode: "read" | "write",
    work: (file: OpenFile) => Promise<T>,
  ): Promise<T> {
    const last = this.#last;
    if (last?.segment.first === first) return work(last.file);
    const file = this.#files.open(this.#path(first), mode);
    try {
      return await work(file);
    } finally {
      file.close();
    }
  }

  #path(first: number): string {
    return `${this.#directory}/${first}`;
  }
}

function above(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

async function extend(last: Open, need: number): Promise<void> {
  if (need <= last.capacity) return;
  const step = Math.min(MAX_STEP, Math.max(MIN_STEP, last.capacity));
  const capacity = Math.ceil(need / step) * step;
  await writeFullyLater(last.file, new Uint8Array(capacity - last.capacity), last.capacity);
  last.capacity = capacity;
}

function encodeRecord(
  first: number,
  facts: Uint8Array,
  journal: Uint8Array,
  offset: number,
): Uint8Array {
  const record = new Uint8Array(HEAD_BYTES + journal.length + facts.length);
  const view = new DataView(record.buffer);
  view.setUint32(0, KEPT);
  view.setUint32(TAG_BYTES, journal.length);
  view.setUint32(TAG_BYTES + 4, facts.length);
  view.setBigUint64(TAG_BYTES + 8, BigInt(first));
  view.setBigUint64(TAG_BYTES + 16, BigInt(offset));
  record.set(journal, HEAD_BYTES);
  record.set(facts, HEAD_BYTES + journal.length);
  record.set(digestOf(record), TAG_BYTES + SAID_BYTES);
  return record;
}

function digestOf(record: Uint8Array): Uint8Array {
  const said = record.subarray(TAG_BYTES, TAG_BYTES + SAID_BYTES);
  return sha256(said, record.subarray(HEAD_BYTES));
}

type Head = {
  readonly first: number;
  readonly offset: number;
  readonly journalBytes: number;
  readonly factBytes: number;
  readonly isGone: boolean;
};

/** `undefined` where no record begins. */
function readHead(bytes: Uint8Array): Head | undefined {
  if (bytes.length < HEAD_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEAD_BYTES);
  const tag = view.getUint32(0);
  if (tag !== KEPT && tag !== GONE) return undefined;
  return {
    first: Number(view.getBigUint64(TAG_BYTES + 8)),
    offset: Number(view.getBigUint64(TAG_BYTES + 16)),
    journalBytes: view.getUint32(TAG_BYTES),
    factBytes: view.getUint32(TAG_BYTES + 4),
    isGone: tag === GONE,
  };
}

function endOf({ journalBytes, factBytes }: Head, at: number): number {
  return at + HEAD_BYTES + journalBytes + factBytes;
}

function isWhole(bytes: Uint8Array, at: number): boolean {
  const head = readHead(bytes.subarray(at));
  if (head === undefined || endOf(head, at) > bytes.length) return false;
  const record = bytes.subarray(at, endOf(head, at));
  return equalBytes(record.subarray(TAG_BYTES + SAID_BYTES, HEAD_BYTES), digestOf(record));
}

type Scan = {
  readonly bytes: Uint8Array;
  readonly path: string;
  /** The entry whose facts were going when the process ended. */
  readonly erasing: number | undefined;
};

type Scanned = Place & {
  readonly first: number;
  readonly offset: number;
  readonly journal: Uint8Array;
};

/**
 * Gives each record to `visit` that is as it was written.
 *
 * @returns where the last of them ends
 * @throws LogFault `DATA_BODIES` for one that is not, and has another one behind it
 */
function scan({ bytes, path, erasing }: Scan, visit: (record: Scanned) => void): number {
  for (let at = 0; ; ) {
    const head = readHead(bytes.subarray(at));
    if (head === undefined) return at;
    const { first, offset, factBytes, isGone } = head;
    const end = endOf(head, at);
    if (end > bytes.length) return at;
    // What is gone, or was going, is not what was written.
    if (!isGone && first !== erasing && !isWhole(bytes, at)) {
      // Each was durable before the next one was written: so only the last can be torn.
      if (isWhole(bytes, end)) throw new LogFault("DATA_BODIES", { path });
      return at;
    }
    const journal = bytes.subarray(at + HEAD_BYTES, end - factBytes);
    visit({ first, offset, journal, isGone, start: at, at: end - factBytes, bytes: factBytes });
    at = end;
  }
}

/** The records of a file that is not written any more. */
function walkHeads(file: OpenFile, visit: (first: number, place: Place) => void): void {
  const bytes = new Uint8Array(file.size());
  readFully(file, bytes, 0);
  for (let start = 0; ; ) {
    const head = readHead(bytes.subarray(start));
    if (head === undefined) return;
    const { first, factBytes, isGone } = head;
    const end = endOf(head, start);
    visit(first, { start, at: end - factBytes, bytes: factBytes, isGone });
    start = end;
  }
}

type Redo = { readonly bytes: Uint8Array; readonly offset: number };

const JOURNAL_ID_BYTES = 16;

/** Writes records into the journal of the log that it may have lost with the power. It is synced where it is opened. */
async function bringUp(files: FileSystem, path: string, records: readonly Redo[]): Promise<void> {
  if (records.length === 0) return;
  const file = files.open(path, "write");
  try {
    const id = new Uint8Array(JOURNAL_ID_BYTES);
    readFully(file, id, 0);
    for (const { bytes, offset } of records) {
      // Facts of another log may say nothing about this one.
      if (!equalBytes(bytes.subarray(0, JOURNAL_ID_BYTES), id)) continue;
      const there = new Uint8Array(bytes.length);
      readFully(file, there, offset);
      if (!equalBytes(there, bytes)) await writeFullyLater(file, bytes, offset);
    }
  } finally {
    file.close();
  }
}
