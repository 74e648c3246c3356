import type { CheckedProof } from "../api/check-proof.ts";

/** File names that the commands of a step use. */
export const PROOF_FILE = "proof.json";
export const POLICY_FILE = "policy.txt";

/** Where the command line looks for a node by itself. */
const DEFAULT_URL = "http://127.0.0.1:8156";

/** A command of ours that asks a node: the one that served this page. */
export function askingCommand(url: string, ...words: readonly string[]): string {
  const where = url === DEFAULT_URL ? [] : ["--url", url];
  return ["npx", "cityid", ...where, ...words].join(" ");
}

/** Verifies a saved proof; asks nobody. */
export function verifyCommand({ key }: CheckedProof): string {
  const code = key.startsWith("code/") ? ` --code ${key.slice("code/".length)}` : "";
  return `npx cityid verify ${PROOF_FILE} --policy ${POLICY_FILE}${code}`;
}
