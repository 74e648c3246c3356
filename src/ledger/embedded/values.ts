import type { Change } from "../../core/index.ts";
import { InvariantError } from "../../core/index.ts";
import { type FileSystem, type OpenFile, readFully, writeFully } from "../../log/index.ts";
import type { Ref, StoredVersion, ValueStore } from "../stores.ts";
import {
  checkedHeader,
  FRAME_HEADER_BYTES,
  frameBytes,
  keyOfFrame,
  readFrameHeader,
  VALUES_MARK,
  writeFrame,
} from "./value-frame.ts";

/** Where the first frame begins. */
export const VALUES_START: number = VALUES_MARK.length;

/** One read fetches as much; few frames are longer. */
const READ_BYTES = 1024;

/** Room for what a block appends; grows when one needs more and is then given back. */
const PENDING_BYTES = 1024 * 1024;

/** Where a version lies when there is none. */
const NONE: Ref = 0;

/**
 * Every version of every value, one behind the other in a file that only grows. Derived from the log and never synced on
 * the way: whoever opens it again cuts off what a snapshot does not vouch for. What was appended is readable at once,
 * and in the file after `flush`.
 */
export class ValuesFile implements ValueStore {
  readonly #file: OpenFile;
  readonly #scratch: Buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  /** Appended and not written yet; the first byte of it stands at `#written` of the file. */
  #pending: Buffer = Buffer.allocUnsafeSlow(PENDING_BYTES);
  #pendingBytes = 0;
  #written: number;

  private constructor(file: OpenFile, written: number) {
    this.#file = file;
    this.#written = written;
  }

  /** Opens the file, or begins one where there is none of this format. */
  static open(files: FileSystem, path: string): ValuesFile {
    const file = files.open(path, "write");
    const mark = new Uint8Array(VALUES_START);
    const isOurs =
      readFully(file, mark, 0) === VALUES_START && VALUES_MARK.every((byte, i) => byte === mark[i]);
    if (!isOurs) {
      file.truncate(0);
      writeFully(file, VALUES_MARK, 0);
    }
    return new ValuesFile(file, file.size());
  }

  get end(): number {
    return this.#written + this.#pendingBytes;
  }

  /** Appended, and not in the file yet. */
  get unwrittenBytes(): number {
    return this.#pendingBytes;
  }

  append({ key, value, index }: Change, previous: Ref | undefined): Ref {
    const header = {
      keyBytes: Buffer.byteLength(key),
      valueBytes: value.length,
      previous: previous ?? NONE,
      index,
    };
    const ref = this.end;
    this.#makeRoom(frameBytes(header));
    this.#pendingBytes = writeFrame(this.#pending, this.#pendingBytes, header, key, value);
    return ref;
  }

  /** One write for all that was appended since the last one. */
  flush(): void {
    writeFully(this.#file, this.#pending.subarray(0, this.#pendingBytes), this.#written);
    this.#written += this.#pendingBytes;
    this.#pendingBytes = 0;
    if (this.#pending.length > 4 * PENDING_BYTES) {
      this.#pending = Buffer.allocUnsafeSlow(PENDING_BYTES);
    }
  }

  /** @throws LedgerFault LEDGER_VALUES_DAMAGED */
  read(ref: Ref): StoredVersion {
    if (ref < VALUES_START || ref >= this.end) throw new InvariantError(`no version at ${ref}`);
    if (ref >= this.#written) {
      return versionAt(this.#pending.subarray(0, this.#pendingBytes), ref - this.#written, ref);
    }
    return versionAt(this.#frameAt(ref), 0, ref);
  }

  /** This version and all before it, newest first. */
  *versions(ref: Ref): Generator<StoredVersion> {
    for (let at: Ref | undefined = ref; at !== undefined; ) {
      const version = this.read(at);
      yield version;
      at = version.previous;
    }
  }

  /** Drops every frame from `end` on, which is where one begins or the last one ends. */
  truncate(end: number): void {
    this.flush();
    this.#file.truncate(end);
    this.#written = end;
  }

  /** Resolves when everything that was flushed so far survives a power cut. */
  sync(): Promise<void> {
    return this.#file.sync();
  }

  async close(): Promise<void> {
    try {
      this.flush();
    } catch {
      // A full disk: the next start makes these values anew from the journal.
    }
    this.#file.close();
  }

  #makeRoom(bytes: number): void {
    const needed = this.#pendingBytes + bytes;
    if (needed <= this.#pending.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#pending.length));
    this.#pending.copy(larger, 0, 0, this.#pendingBytes);
    this.#pending = larger;
  }

  /** The bytes of the file from a frame on, the whole frame at least. */
  #frameAt(ref: Ref): Buffer {
    const got = readFully(this.#file, this.#scratch, ref);
    const bytes = this.#scratch.subarray(0, got);
    if (got < FRAME_HEADER_BYTES) return bytes;
    const length = frameBytes(readFrameHeader(bytes, 0));
    // A damaged length may be anything; the end of the file bounds what is read for it.
    if (length <= got || ref + length > this.#written) return bytes;
    const whole = Buffer.allocUnsafeSlow(length);
    return whole.subarray(0, readFully(this.#file, whole, ref));
  }
}

function versionAt(bytes: Buffer, at: number, ref: Ref): StoredVersion {
  const header = checkedHeader(bytes, at, ref);
  const end = at + frameBytes(header);
  return {
    key: keyOfFrame(bytes, at, header),
    // A copy in memory of its own: a slice of a shared pool would keep the pool alive.
    value: new Uint8Array(bytes.subarray(end - header.valueBytes, end)),
    index: header.index,
    previous: header.previous === NONE ? undefined : header.previous,
  };
}
