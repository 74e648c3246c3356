import { base64, type Hash } from "../core/index.ts";

/** One side of a fraud: what the log signed, and where the sizes differ an entry that it shows there. */
export type FraudSide = {
  /** The note of a checkpoint, with the signature of the log. */
  readonly checkpoint: string;
  /** A leaf of its tree; both sides name the same index. */
  readonly entry?: { readonly index: number; readonly leaf: Hash; readonly path: readonly Hash[] };
};

/** Two things that one log signed and that cannot both be true. Whoever holds it can show it to anybody. */
export type FraudProof = {
  readonly origin: string;
  readonly first: FraudSide;
  readonly second: FraudSide;
};

/** As a file, `cityid/fraud/v1`: docs/spec/ledger.md. */
export function formatFraudProof({ origin, first, second }: FraudProof): string {
  const proof = {
    format: "cityid/fraud/v1",
    origin,
    first: sideJson(first),
    second: sideJson(second),
  };
  return `${JSON.stringify(proof, undefined, 2)}\n`;
}

function sideJson({ checkpoint, entry }: FraudSide) {
  if (entry === undefined) return { checkpoint };
  const { index, leaf, path } = entry;
  return { checkpoint, index, leaf: base64(leaf), path: path.map(base64) };
}
