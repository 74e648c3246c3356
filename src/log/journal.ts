import { randomBytes } from "node:crypto";
import { dirname } from "node:path";
import { HASH_BYTES, InvariantError } from "../core/index.ts";
import { isDiskFull, LogFault } from "./fault.ts";
import {
  type FileSystem,
  makeDurable,
  type OpenFile,
  readFully,
  replaceFile,
  writeFully,
  writeFullyLater,
} from "./files.ts";
import {
  encodeRecord,
  FRAME_BYTES,
  firstPayload,
  HEAD_BYTES,
  ID_BYTES,
  MAX_PAYLOAD_BYTES,
  NO_DIGEST,
} from "./record.ts";
import { type JournalRecord, type ScanResult, scanJournal } from "./scan.ts";

export type JournalOptions = {
  readonly path: string;
  readonly files: FileSystem;
  /**
   * Makes a record durable elsewhere, before it is written here and not waited for. Whoever gives this brings the file up to
   * what stands there before it opens the journal.
   */
  readonly keepElsewhere?: (record: Uint8Array, offset: number) => Promise<void>;
  /** Told what was read before a torn end is dropped; what it throws leaves the file as it is. */
  readonly mayOpen?: (scan: ScanResult) => void;
};

const KIB = 1024;
const MIB = 1024 * KIB;

/** Written ahead as zeros, so that appending changes no metadata and a full disk shows before a block is applied. */
const FIRST_STEP = 256 * KIB;
const MAX_STEP = 64 * MIB;
/** Zeros are written and synced in pieces, so that a record that is synced meanwhile waits for one of them at most. */
const PIECE = MIB;

/**
 * Makes a journal with these records: all of them are durable when it resolves, and after a crash there is either none
 * of it or all.
 *
 * @throws LogFault `LOG_EXISTS`
 */
export async function createJournal(
  { path, files }: JournalOptions,
  origin: string,
  payloads: Iterable<Uint8Array>,
): Promise<void> {
  if (files.exists(path)) throw new LogFault("LOG_EXISTS", { path });
  await makeDurable(files, dirname(path));
  const id = new Uint8Array(randomBytes(ID_BYTES));
  await replaceFile(files, path, recordsOf(id, origin, payloads));
}

function* recordsOf(
  id: Uint8Array,
  origin: string,
  payloads: Iterable<Uint8Array>,
): Generator<Uint8Array> {
  let record = encodeRecord(id, NO_DIGEST, firstPayload(origin));
  yield record;
  for (const payload of payloads) {
    record = encodeRecord(id, record.subarray(-HASH_BYTES), payload);
    yield record;
  }
}

/**
 * One append-only file of records: the truth that everything else is derived from. One owner, one write at a time.
 */
export class Journal {
  readonly #file: OpenFile;
  readonly #keepElsewhere: JournalOptions["keepElsewhere"];
  readonly #id: Uint8Array;
  /** Name of the log that it belongs to. */
  readonly origin: string;
  /** What was dropped at opening, for the operator to hear of. */
  readonly torn: ScanResult["torn"];
  /** Where the records end that are durable. */
  #end: number;
  /** Where the next record goes. */
  #next: number;
  #lastDigest: Uint8Array;
  /** How far zeros were written ahead. */
  #capacity: number;
  /** The piece of zeros that is being written ahead right now. */
  #piece: { readonly start: number; readonly done: Promise<unknown> } | undefined;
  #ahead: Promise<void> | undefined;
  #closing = false;
  #last: Promise<unknown> = Promise.resolve();
  #failure: LogFault | undefined;

  private constructor(
    file: OpenFile,
    scan: ScanResult,
    keepElsewhere: JournalOptions["keepElsewhere"],
  ) {
    this.#file = file;
    this.#keepElsewhere = keepElsewhere;
    this.#id = scan.id;
    this.origin = scan.origin;
    this.torn = scan.torn;
    this.#end = scan.end;
    this.#next = scan.end;
    this.#lastDigest = scan.lastDigest;
    this.#capacity = file.size();
  }

  /**
   * Checks the whole journal, gives each record to `visit`, and drops a torn last one.
   *
   * @throws LogFault `LOG_MISSING`, and what `scanJournal` and `mayOpen` throw
   */
  static async open(
    { path, files, keepElsewhere, mayOpen }: JournalOptions,
    visit: (record: JournalRecord) => void,
  ): Promise<Journal> {
    if (!files.exists(path)) throw new LogFault("LOG_MISSING", { path });
    const file = files.open(path, "write");
    try {
      const scan = scanJournal(file, visit);
      mayOpen?.(scan);
      // Nothing of it may stay: the next record will be shorter or longer.
      if (scan.torn !== undefined) file.truncate(scan.end);
      // A process that was killed between writing and syncing left what is read here in the memory of the system alone, and
      // from now on receipts are given for it.
      await file.sync();
      return new Journal(file, scan, keepElsewhere);
    } catch (cause) {
      file.close();
      throw cause;
    }
  }

  get end(): number {
    return this.#end;
  }

  /** Digest of the last record that was appended. */
  get lastDigest(): Uint8Array {
    return this.#lastDigest;
  }

  /**
   * Makes sure that a record with this many bytes of payload can be written behind all that were appended so far.
   *
   * @throws LogFault `LOG_DISK_FULL`: nothing was changed, try again when there is room; `LOG_WRITE`
   */
  reserve(payloadBytes: number): void {
    if (this.#failure !== undefined) throw this.#failure;
    const need = this.#next + FRAME_BYTES + payloadBytes;
    if (need > this.#capacity) this.#extend(need);
    this.#ahead ??= this.#extendAhead(need).finally(() => {
      this.#ahead = undefined;
    });
  }

  /**
   * Appends a record: one write, one sync, here or elsewhere, in the order of the calls. Resolves with the offset of its payload once it is
   * durable. After a fault the journal takes nothing more: what is on the disk only opening it again can tell.
   *
   * @throws LogFault `LOG_WRITE`
   */
  async append(payload: Uint8Array): Promise<number> {
    // Such a record could be written and never be read again.
    if (payload.length > MAX_PAYLOAD_BYTES) {
      throw new InvariantError(`a record of ${payload.length} bytes`);
    }
    this.reserve(payload.length);
    const record = encodeRecord(this.#id, this.#lastDigest, payload);
    const offset = this.#next;
    this.#next += record.length;
    this.#lastDigest = record.slice(-HASH_BYTES);
    const written = this.#last.then(() => this.#write(record, offset));
    this.#last = written.catch(() => undefined);
    return await written;
  }

  /** The bytes of the durable part from `offset` on. */
  read(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    if (offset + length > this.#end || readFully(this.#file, bytes, offset) < length) {
      throw new InvariantError(`journal: ${length} bytes at ${offset} of ${this.#end}`);
    }
    return bytes;
  }

  /** Makes durable what was written and not waited for. @throws LogFault `LOG_WRITE` */
  async sync(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      await this.#file.sync();
    } catch (cause) {
      throw this.#fail(this.#end, cause);
    }
  }

  /** Waits for what was appended. */
  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all([this.#last, this.#ahead]);
    this.#file.close();
  }

  async #write(record: Uint8Array, offset: number): Promise<number> {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      // Zeros that are on their way must not come to lie over the record.
      const piece = this.#piece;
      if (piece !== undefined && piece.start < offset + record.length) await piece.done;
      if (this.#keepElsewhere === undefined) {
        await writeFullyLater(this.#file, record, offset);
        await this.#file.sync();
      } else {
        await this.#keepElsewhere(record, offset);
        writeFully(this.#file, record, offset);
      }
    } catch (cause) {
      throw this.#fail(offset, cause);
    }
    // Of what did not reach the disk a system tells one sync alone, and that may have been the one of the zeros ahead.
    if (this.#failure !== undefined) throw this.#failure;
    this.#end = offset + record.length;
    return offset + HEAD_BYTES;
  }

  #fail(offset: number, cause: unknown): LogFault {
    this.#failure = new LogFault("LOG_WRITE", { offset }, { cause });
    return this.#failure;
  }

  /** Writes zeros up to `need` at once: only while the journal is young, or when a block is larger than what is ahead. */
  #extend(need: number): void {
    const capacity = Math.ceil(need / FIRST_STEP) * FIRST_STEP;
    try {
      writeFully(this.#file, new Uint8Array(capacity - this.#capacity), this.#capacity);
    } catch (cause) {
      if (isDiskFull(cause)) {
        throw new LogFault("LOG_DISK_FULL", { bytes: capacity - this.#capacity }, { cause });
      }
      throw this.#fail(this.#capacity, cause);
    }
    this.#capacity = capacity;
  }

  /** @returns false where the disk has no room for them, which `reserve` meets before it can do harm */
  async #writeZeros(zeros: Uint8Array, start: number): Promise<boolean> {
    try {
      await writeFullyLater(this.#file, zeros, start);
    } catch (cause) {
      if (isDiskFull(cause)) return false;
      throw cause;
    }
    await this.#file.sync();
    return true;
  }

  /** Keeps between half a step and a whole one ahead of the records. */
  async #extendAhead(need: number): Promise<void> {
    const step = Math.min(MAX_STEP, Math.max(FIRST_STEP, need));
    if (need + step / 2 < this.#capacity) return;
    const target = need + step;
    const zeros = new Uint8Array(Math.min(PIECE, step));
    while (this.#capacity < target && !this.#closing) {
      const start = this.#capacity;
      const done = this.#writeZeros(zeros, start);
      this.#piece = { start, done: done.catch(() => undefined) };
      try {
        if (!(await done)) return;
        this.#capacity = Math.max(this.#capacity, start + zeros.length);
      } catch (cause) {
        // What failed may have been records that are on their way.
        this.#fail(start, cause);
        return;
      } finally {
        this.#piece = undefined;
      }
    }
  }
}
