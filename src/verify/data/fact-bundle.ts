import type { Hash, Result } from "../../core/index.ts";
import { MAX_PROOF_LENGTH } from "../bundle.ts";
import { type BundleRefusal, type Part, readFormat, reading } from "../reading.ts";

export const FACTS_FORMAT = "cityid/facts/v1";

const MAX_FACTS = 256;
const MAX_PATH_HASHES = 53;
const MAX_LEDGERS = 12;

/** A place in a tree and the way up from it. */
export type Place = { readonly index: number; readonly path: readonly Hash[] };

/** Facts of one observation, and all that leads from them up to a ledger. Nothing in it is trusted. */
export type FactBundle = {
  /** Encoded facts, each with its place among those of the observation. */
  readonly facts: readonly (Place & { readonly bytes: Uint8Array })[];
  /** How many facts the observation has. */
  readonly of: number;
  /** Place of the observation in its entry. */
  readonly observation: Place;
  /** The COSE_Sign1 of the source. */
  readonly entry: Uint8Array;
  /** tlog-proof of the entry in the log of the dataset. */
  readonly log: string;
  /** Record proofs, from the ledger that is trusted down to that of the dataset. */
  readonly ledger: readonly unknown[];
};

/**
 * Reads a proof of facts:
 *
 *     { "format": "cityid/facts/v1", "facts": [{ "fact", "index", "path" }], "of", "observation": { "index", "path" },
 *       "entry", "log", "ledger": [record proof …] }
 */
export function parseFactBundle(input: unknown): Result<FactBundle, BundleRefusal> {
  return reading(() => {
    const names = ["facts", "of", "observation", "entry", "log", "ledger"];
    const field = readFormat(input, MAX_PROOF_LENGTH, FACTS_FORMAT, ...names);
    const facts = field("facts").list(MAX_FACTS);
    if (facts.length === 0) field("facts").misfit(`1 to ${MAX_FACTS} facts`);
    return {
      facts: facts.map((part) => {
        const of = part.fields("fact", "index", "path");
        return { bytes: of("fact").someBytes(), ...placeIn(of) };
      }),
      of: field("of").count(),
      observation: placeIn(field("observation").fields("index", "path")),
      entry: field("entry").someBytes(),
      log: field("log").text(),
      ledger: field("ledger")
        .list(MAX_LEDGERS)
        .map(({ value }) => value),
    };
  });
}

function placeIn(of: (name: string) => Part): Place {
  const path = of("path").list(MAX_PATH_HASHES);
  return { index: of("index").count(), path: path.map((hash) => hash.hash()) };
}
