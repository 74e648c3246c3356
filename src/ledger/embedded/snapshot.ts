import { createHash } from "node:crypto";
import { endianness } from "node:os";
import { dirname } from "node:path";
import {
  decodeCbor,
  encodeCbor,
  equalBytes,
  type Hash,
  InvariantError,
  SparseMap,
} from "../../core/index.ts";
import { type FileSystem, type OpenFile, readFully, writeFullyLater } from "../../log/index.ts";

// A snapshot lets a start skip the replay of the log. It is derived: one that is missing, cut, damaged or of another
// format is no error, it only makes the start longer.
//
//   snapshot = mark ‖ *( length u32 ‖ piece of the map ) ‖ 0 u32 ‖ length u32 ‖ state in CBOR ‖ SHA-256 of all before
//
// little-endian; the map's rows are as they lie in memory, so the state names the byte order.

const MARK = new TextEncoder().encode("CIDSNAP1");
const LENGTH_BYTES = 4;
const DIGEST_BYTES = 32;
const PIECE_BYTES = 1024 * 1024;

/** Synced in parts, because a sync of the whole would hold up those of the journal behind it. */
const SYNC_EVERY_BYTES = 8 * 1024 * 1024;

/** The moment that a snapshot is of: right after a block was applied. */
export type SnapshotState = {
  /** Entries in the log. */
  readonly size: number;
  readonly height: number;
  readonly timeMilliseconds: number;
  /** Where the values file ends. */
  readonly valuesEnd: number;
  /** Whatever else belongs to the state, as the caller encodes it. */
  readonly aux: Uint8Array;
};

export type Snapshot = {
  readonly state: SnapshotState;
  readonly map: SparseMap;
};

export type SnapshotOptions = {
  readonly files: FileSystem;
  readonly path: string;
  readonly map: SparseMap;
  /** What goes with the map as it is at the moment of the call. */
  readonly capture: () => SnapshotState;
  /** Called after `capture`: resolves when the values up to `valuesEnd` survive a power cut. */
  readonly syncValues: () => Promise<void>;
  /** Called when all is durable and the old snapshot would be replaced: throws where that one is the better. */
  readonly confirm: () => void;
};

/**
 * Writes a snapshot in the background, a millisecond at a time, while blocks go on being applied; one at a time. The old
 * one stays until the new one is durable.
 *
 * Its block may still be on its way into the log: whoever loads it compares it with the log.
 */
export async function writeSnapshot(options: SnapshotOptions): Promise<SnapshotState> {
  const { files, path, confirm } = options;
  const draft = `${path}.new`;
  files.remove(draft);
  const file = files.open(draft, "write");
  let state: SnapshotState;
  try {
    state = await write(new Writer(file), options);
    await file.sync();
    confirm();
  } catch (cause) {
    files.remove(draft);
    throw cause;
  } finally {
    file.close();
  }
  await files.rename(draft, path);
  await files.syncDirectory(dirname(path));
  return state;
}

async function write(
  writer: Writer,
  { map, capture, syncValues }: SnapshotOptions,
): Promise<SnapshotState> {
  await writer.write(MARK);
  const dump = map.startDump();
  try {
    for (;;) {
      const { bytes, isLast } = dump.read(PIECE_BYTES);
      // In the same step as the last piece, before the map can change again.
      const ending = isLast ? { state: capture(), mapRoot: map.root() } : undefined;
      await writer.write(lengthOf(bytes), bytes);
      if (ending === undefined) continue;
      const encoded = encodeState(ending.state, ending.mapRoot);
      await writer.write(lengthOf(new Uint8Array()), lengthOf(encoded), encoded);
      await writer.writeDigest();
      await syncValues();
      return ending.state;
    }
  } finally {
    dump.close();
  }
}

/** Reads a snapshot; `undefined` where there is none that is whole and of this format. */
export function loadSnapshot(files: FileSystem, path: string): Snapshot | undefined {
  if (!files.exists(path)) return undefined;
  const file = files.open(path, "read");
  try {
    const reader = new Reader(file);
    if (!equalBytes(reader.take(MARK.length), MARK)) return undefined;
    const map = SparseMap.restore(reader.pieces());
    const encoded = reader.piece();
    if (map === undefined || !reader.isWhole()) return undefined;
    const { order, mapRoot, ...state } = decodeState(encoded);
    return order === endianness() && equalBytes(map.root(), mapRoot) ? { map, state } : undefined;
  } finally {
    file.close();
  }
}

class Writer {
  readonly #file: OpenFile;
  readonly #digest = createHash("sha256");
  #at = 0;
  #synced = 0;

  constructor(file: OpenFile) {
    this.#file = file;
  }

  async write(...parts: readonly Uint8Array[]): Promise<void> {
    for (const part of parts) {
      this.#digest.update(part);
      await this.#append(part);
    }
  }

  writeDigest(): Promise<void> {
    return this.#append(this.#digest.digest());
  }

  async #append(bytes: Uint8Array): Promise<void> {
    await writeFullyLater(this.#file, bytes, this.#at);
    this.#at += bytes.length;
    if (this.#at - this.#synced < SYNC_EVERY_BYTES) return;
    await this.#file.sync();
    this.#synced = this.#at;
  }
}

/** Where the file ends early, everything behind reads as empty; `isWhole` tells. */
class Reader {
  readonly #file: OpenFile;
  readonly #size: number;
  readonly #digest = createHash("sha256");
  #at = 0;

  constructor(file: OpenFile) {
    this.#file = file;
    this.#size = file.size();
  }

  take(length: number): Uint8Array {
    const bytes = this.#read(length);
    this.#digest.update(bytes);
    return bytes;
  }

  /** A length and as many bytes. */
  piece(): Uint8Array {
    const length = this.take(LENGTH_BYTES);
    if (length.length < LENGTH_BYTES) return length.subarray(0, 0);
    return this.take(new DataView(length.buffer).getUint32(0, true));
  }

  /** Up to the empty one. */
  *pieces(): Generator<Uint8Array> {
    for (let piece = this.piece(); piece.length > 0; piece = this.piece()) {
      yield piece;
    }
  }

  /** Whether what comes now, and last, is the digest of all that was read. */
  isWhole(): boolean {
    const rest = this.#read(DIGEST_BYTES + 1);
    return equalBytes(rest, this.#digest.digest());
  }

  #read(length: number): Uint8Array {
    // A damaged length may be anything.
    const bytes = new Uint8Array(Math.min(length, this.#size - this.#at));
    const got = readFully(this.#file, bytes, this.#at);
    this.#at += got;
    return bytes.subarray(0, got);
  }
}

function lengthOf({ length }: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(LENGTH_BYTES);
  new DataView(bytes.buffer).setUint32(0, length, true);
  return bytes;
}

type EncodedState = SnapshotState & { readonly mapRoot: Hash; readonly order: string };

function encodeState(state: SnapshotState, mapRoot: Hash): Uint8Array {
  return encodeCbor({ ...state, mapRoot, order: endianness() } satisfies EncodedState);
}

/** The digest said that these are the bytes that `encodeState` made. */
function decodeState(bytes: Uint8Array): EncodedState {
  const value = decodeCbor(bytes);
  if (!value.ok) throw new InvariantError(`a snapshot's state: ${value.error.code}`);
  return value.value as unknown as EncodedState;
}
