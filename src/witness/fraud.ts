import { type FraudBundle, formatFraudBundle } from "../verify/index.ts";

/** Two things that one log signed and that cannot both be true. Whoever holds it can show it to anybody. */
export type FraudProof = FraudBundle & { readonly origin: string };

/** As a file, `cityid/fraud/v1`: docs/spec/ledger.md, Proofs. */
export function formatFraudProof(proof: FraudProof): string {
  return `${formatFraudBundle(proof)}\n`;
}
