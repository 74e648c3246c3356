import { base64, type Hash, type Result } from "../core/index.ts";
import { MAX_GENERATIONS } from "./bundle.ts";
import { type BundleRefusal, type Part, readFormat, reading } from "./reading.ts";

// application/vnd.cityid.history+json; docs/spec/ledger.md, Proofs.

export const HISTORY_FORMAT = "cityid/history/v1";

/** In UTF-16 units. */
export const MAX_HISTORY_LENGTH: number = 32 * 1024 * 1024;

const MAX_ENTRIES = 16_384;
const MAX_HASHES = 262_144;
const MAX_PATH = 53;

/** An entry of the log and its way up. */
export type HistoryEntry = {
  readonly index: number;
  readonly entry: Uint8Array;
  /** RFC 9162 §2.1.3, leaf side first. */
  readonly path: readonly Hash[];
};

/** Which entry last changed who controls a generation before the `succeed` that ended it, which does not name it. */
export type ControlBefore = { readonly generation: number; readonly hash: Hash };

/** A page of the history of a record, mostly the only one, as it was read: well-formed, and nothing of it checked. */
export type HistoryBundle = {
  /**
   * Of the first page: the JSON of a record proof of the newest generation, whose `more` has the earlier ones; or of a chain
   * of proofs that ends with it. `verifyRecordProof` or `verifyProofChain` reads it.
   */
  readonly proof?: unknown;
  /** Of a further page: the log that its entries are of, one that the proof leads through. */
  readonly origin?: string;
  /** Entries that changed the record, those that carry what was decided, and the block entries that date them. */
  readonly entries: readonly HistoryEntry[];
  readonly before: readonly ControlBefore[];
};

/** Reads a history bundle. @returns it, else the first thing that is wrong, in the order of its fields */
export function parseHistoryBundle(input: unknown): Result<HistoryBundle, BundleRefusal> {
  return reading(() => {
    const names = ["proof", "origin", "hashes", "entries", "before"] as const;
    const field = readFormat(input, MAX_HISTORY_LENGTH, HISTORY_FORMAT, ...names);
    const hashes = field("hashes")
      .list(MAX_HASHES)
      .map((hash) => hash.hash());
    const before = field("before");
    const origin = field("origin");
    return {
      proof: field("proof").value,
      ...(!origin.isAbsent && { origin: origin.text() }),
      entries: field("entries")
        .list(MAX_ENTRIES)
        .map((entry) => readEntry(entry, hashes)),
      before: before.isAbsent ? [] : before.list(MAX_GENERATIONS).map(readBefore),
    };
  });
}

function readEntry(part: Part, hashes: readonly Hash[]): HistoryEntry {
  const field = part.fields("index", "entry", "path");
  const path = field("path").list(MAX_PATH);
  return {
    index: field("index").count(),
    entry: field("entry").someBytes(),
    path: path.map((place) => hashes[place.count()] ?? place.misfit("place of a hash")),
  };
}

function readBefore(part: Part): ControlBefore {
  const field = part.fields("generation", "hash");
  return { generation: field("generation").count(), hash: field("hash").hash() };
}

/** The text of a bundle. Each hash is written once, however many paths it is part of. */
export function formatHistoryBundle({ proof, origin, entries, before }: HistoryBundle): string {
  const hashes: string[] = [];
  const places = new Map<string, number>();
  const placeOf = (hash: Hash): number => {
    const text = base64(hash);
    const known = places.get(text);
    if (known !== undefined) return known;
    places.set(text, hashes.length);
    return hashes.push(text) - 1;
  };
  const entriesJson = entries.map(({ index, entry, path }) => {
    return { index, entry: base64(entry), path: path.map(placeOf) };
  });
  return JSON.stringify({
    format: HISTORY_FORMAT,
    proof,
    origin,
    hashes,
    entries: entriesJson,
    ...(before.length > 0 && {
      before: before.map(({ generation, hash }) => ({ generation, hash: base64(hash) })),
    }),
  });
}
