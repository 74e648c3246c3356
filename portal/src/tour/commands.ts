import type { CheckedProof } from "../api/check-proof.ts";
import { POLICY_FILE, PROOF_FILE } from "./proof-files.tsx";

/** Verifies a saved proof off line. */
export function verifyCommand(_proof: CheckedProof): string {
  return `npx cityid verify ${PROOF_FILE} --policy ${POLICY_FILE}`;
}
