import {
  type CborMap,
  decodeBlockEntry,
  decodeCbor,
  encodeCbor,
  equalBytes,
  isCborMap,
  type SparseMap,
} from "../../core/index.ts";
import type { FileSystem, Log } from "../../log/index.ts";
import type { Position } from "../block-maker.ts";
import type { LedgerState } from "../state.ts";
import type { Ref } from "../stores.ts";
import { loadSnapshot, type Snapshot, type SnapshotState, writeSnapshot } from "./snapshot.ts";
import type { ValuesFile } from "./values.ts";

/** A new snapshot is worth its writing when a start would have to replay this much of the values again. */
const EVERY_VALUES_BYTES: number = 256 * 1024 * 1024;

/** Keeps a snapshot that is not too far behind, so that a start is short. */
export class SnapshotKeeper {
  readonly #options: {
    readonly files: FileSystem;
    readonly path: string;
    readonly map: SparseMap;
    readonly state: LedgerState;
    readonly values: ValuesFile;
  };
  #lastEnd: number;
  #writing: Promise<unknown> | undefined;

  constructor(
    options: {
      readonly files: FileSystem;
      readonly path: string;
      readonly map: SparseMap;
      readonly state: LedgerState;
      readonly values: ValuesFile;
    },
    lastEnd: number,
  ) {
    this.#options = options;
    this.#lastEnd = lastEnd;
  }

  /** A block was committed. */
  offer(): void {
    const grown = this.#options.values.end - this.#lastEnd;
    if (grown >= EVERY_VALUES_BYTES && this.#writing === undefined) void this.#write();
  }

  /** Writes what has come since the last one; the writer has stopped. */
  async close(): Promise<void> {
    await this.#writing;
    if (this.#options.values.end !== this.#lastEnd) await this.#write();
  }

  #write(): Promise<unknown> {
    const { values, state } = this.#options;
    const done = () => {
      this.#writing = undefined;
    };
    this.#writing = writeSnapshot({
      ...this.#options,
      capture: () => capture(state),
      syncValues: async () => {
        values.flush();
        await values.sync();
      },
    })
      .then(({ valuesEnd }) => {
        this.#lastEnd = valuesEnd;
      })
      // It only spares the next start some work, so a disk that will not take it is no reason to fail.
      .then(done, done);
    return this.#writing;
  }
}

function capture(state: LedgerState): SnapshotState {
  const beside: { [key: string]: Ref } = Object.fromEntries(state.besideRefs);
  return { ...state.position, valuesEnd: state.valuesEnd, aux: encodeCbor(beside) };
}

/** What a snapshot brings back, if it is of this log. */
export type Restored = {
  readonly map: SparseMap;
  readonly position: Position;
  readonly valuesEnd: number;
  readonly beside: Map<string, Ref>;
};

/**
 * Reads the snapshot and compares it with the log: its block may never have become durable. Whatever does not fit only
 * makes the start longer.
 */
export function restoreFrom(
  { files, path, valuesBytes }: { files: FileSystem; path: string; valuesBytes: number },
  log: Log,
): Restored | undefined {
  const snapshot = loadSnapshot(files, path);
  if (snapshot === undefined || snapshot.state.valuesEnd > valuesBytes) return undefined;
  const { map, state } = snapshot;
  const beside = decodeCbor(state.aux);
  if (!isOfLog(snapshot, log) || !beside.ok || !isCborMap(beside.value)) return undefined;
  const refs = new Map(Object.entries(beside.value as CborMap)) as Map<string, Ref>;
  const { size, height, timeMilliseconds, valuesEnd } = state;
  return { map, position: { size, height, timeMilliseconds }, valuesEnd, beside: refs };
}

function isOfLog({ map, state }: Snapshot, log: Log): boolean {
  const entry = log.entry(state.size - 1);
  const block = entry === undefined ? undefined : decodeBlockEntry(entry);
  if (block?.ok !== true) return false;
  const { height, mapRoot } = block.value;
  return height === state.height && equalBytes(mapRoot, map.root());
}
