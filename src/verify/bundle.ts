import {
  base64,
  MAX_LEVELS,
  MAX_SEAL_EVIDENCE_KEYS,
  type MapProof,
  type Result,
} from "../core/index.ts";
import { type BundleRefusal, type Part, readFormat, reading } from "./reading.ts";

// application/vnd.cityid.proof+json; docs/spec/ledger.md, Proofs.

export const PROOF_FORMAT = "cityid/proof/v1";

/** In UTF-16 units: a record, its ancestors, and as many other values as a node proves at once. */
export const MAX_PROOF_LENGTH: number = 4 * 1024 * 1024;

/** Ended generations of a record in a history. */
export const MAX_GENERATIONS = 64;

/** Two kinds of proof hold the most values: evidence of a seal; and a history, with a record and its registration of each level. */
export const MAX_MORE: number =
  Math.max(MAX_SEAL_EVIDENCE_KEYS, 2 * MAX_LEVELS + MAX_GENERATIONS) - 1;
const MAX_PATH_HASHES = 256;

/** What stands under a map key, or that nothing does. */
export type ClaimedValue = {
  readonly key: string;
  /** Absent in a proof of absence. */
  readonly value?: Uint8Array;
  readonly map: MapProof;
};

/** A record proof as it was read: well-formed, and nothing of it checked. */
export type ProofBundle = ClaimedValue & {
  /** The block entry. */
  readonly block: Uint8Array;
  /** A tlog-proof of the block entry. */
  readonly log: string;
  /** Under the same block. */
  readonly more: readonly ClaimedValue[];
};

/**
 * Reads a proof bundle, as text or as the JSON value in it.
 *
 * @returns the bundle, else the first thing that is wrong, in the order of the fields in `ProofBundle`
 */
export function parseProofBundle(input: unknown): Result<ProofBundle, BundleRefusal> {
  return reading(() => {
    const names = ["key", "value", "map", "block", "log", "more"] as const;
    const field = readFormat(input, MAX_PROOF_LENGTH, PROOF_FORMAT, ...names);
    const more = field("more");
    return {
      ...readClaim(field),
      block: field("block").bytes(),
      log: field("log").text(),
      more: more.isAbsent
        ? []
        : more.list(MAX_MORE).map((part) => readClaim(part.fields("key", "value", "map"))),
    };
  });
}

/** The text of a bundle. */
export function formatProofBundle({ block, log, more, ...claim }: ProofBundle): string {
  return JSON.stringify({
    format: PROOF_FORMAT,
    ...claimJson(claim),
    block: base64(block),
    log,
    ...(more.length > 0 && { more: more.map(claimJson) }),
  });
}

function readClaim(field: (name: string) => Part): ClaimedValue {
  const key = field("key").text();
  const value = field("value");
  return {
    key,
    ...(!value.isAbsent && { value: value.someBytes() }),
    map: readMapProof(field("map")),
  };
}

function readMapProof(part: Part): MapProof {
  const field = part.fields("depth", "siblings", "hashes", "other");
  const other = field("other");
  return {
    depth: field("depth").number(),
    siblings: field("siblings").bytes(),
    hashes: field("hashes")
      .list(MAX_PATH_HASHES)
      .map((hash) => hash.hash()),
    ...(!other.isAbsent && { other: readOther(other.fields("key", "value")) }),
  };
}

function readOther(field: (name: string) => Part): NonNullable<MapProof["other"]> {
  return { key: field("key").hash(), value: field("value").hash() };
}

function claimJson({ key, value, map }: ClaimedValue) {
  const { depth, siblings, hashes, other } = map;
  return {
    key,
    ...(value !== undefined && { value: base64(value) }),
    map: {
      depth,
      siblings: base64(siblings),
      hashes: hashes.map(base64),
      ...(other && { other: { key: base64(other.key), value: base64(other.value) } }),
    },
  };
}
