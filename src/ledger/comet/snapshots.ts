import { decodeCbor, encodeCbor, sha256 } from "../../core/index.ts";
import type { LogChunks } from "./chunks.ts";

/** The version of what chunks hold. */
export const SNAPSHOT_FORMAT = 1;

/** One of so many heights is offered. */
const EVERY_HEIGHTS = 100;

/** So many stay on offer while somebody fetches one of them. */
const KEPT = 4;

/** Whoever joins checks the state after a height by the headers of the next two. */
const HEADERS_AFTER = 3;

/** A snapshot as it is offered to validators that join. */
export type Offer = {
  readonly height: number;
  readonly format: number;
  readonly chunks: number;
  readonly hash: Uint8Array;
  readonly metadata: Uint8Array;
};

type Moment = { readonly height: number; readonly size: number };

/** The moments of the chain that this validator offers as snapshots; all of them are parts of its one log. */
export class Snapshots {
  readonly #chunks: LogChunks;
  readonly #every: number;
  #moments: readonly Moment[] = [];

  constructor(chunks: LogChunks, every: number = EVERY_HEIGHTS) {
    this.#chunks = chunks;
    this.#every = every;
  }

  /** A block of the engine was committed, or was the last one when this validator started. */
  committed(moment: Moment, isStart = false): void {
    if (!isStart && moment.height % this.#every !== 0) return;
    if (moment.height > 0) this.#moments = [...this.#moments, moment].slice(-KEPT);
  }

  /** @param height of the last committed block */
  async list(height: number): Promise<readonly Offer[]> {
    const ripe = this.#moments.filter((moment) => moment.height + HEADERS_AFTER <= height);
    return Promise.all(
      ripe.map(async ({ height, size }) => {
        const hashes = await this.#chunks.hashes(size);
        const metadata = encodeMetadata({ size, hashes });
        const [format, chunks] = [SNAPSHOT_FORMAT, hashes.length];
        return { height, format, chunks, hash: sha256(metadata), metadata };
      }),
    );
  }

  async chunk(height: number, format: number, index: number): Promise<Uint8Array | undefined> {
    const moment = this.#moments.find((each) => each.height === height);
    if (moment === undefined || format !== SNAPSHOT_FORMAT) return undefined;
    return this.#chunks.chunk(moment.size, index);
  }
}

/** What goes with a snapshot: how many entries it has, and the SHA-256 of each chunk. */
export type SnapshotMetadata = { readonly size: number; readonly hashes: readonly Uint8Array[] };

function encodeMetadata({ size, hashes }: SnapshotMetadata): Uint8Array {
  return encodeCbor([size, hashes]);
}

/** @returns `undefined` where the bytes say nothing of the kind; they come from anybody */
export function decodeMetadata(bytes: Uint8Array): SnapshotMetadata | undefined {
  const value = decodeCbor(bytes);
  if (!value.ok || !Array.isArray(value.value) || value.value.length !== 2) return undefined;
  const [size, hashes] = value.value as readonly unknown[];
  if (typeof size !== "number" || size < 2 || !Array.isArray(hashes)) return undefined;
  const isRight = hashes.every((hash) => hash instanceof Uint8Array && hash.length === 32);
  return isRight && hashes.length > 0
    ? { size, hashes: hashes as readonly Uint8Array[] }
    : undefined;
}
