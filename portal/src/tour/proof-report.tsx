import type { ReactNode } from "react";
import type { CheckedProof } from "../api/check-proof.ts";

export function ProofReport({ proof }: { readonly proof: CheckedProof }): ReactNode {
  return <p>{proof.key}</p>;
}
