import { ApiProblem, type NodeAnswer, parsePolicy, readProblem } from "cityid/sdk";
import { type ChainVerdict, verifyProofChain } from "cityid/verify";

/** A chain of proofs with what this page found when it checked it. */
export type CheckedChain = {
  readonly code: string;
  /** The chain as the node gave it: a file to keep. */
  readonly text: string;
  /** The trust policy it was checked against: that of the ledger it begins at. */
  readonly policy: string;
  readonly findings:
    | { readonly holds: true; readonly verdict: ChainVerdict }
    | { readonly holds: false; readonly code: string };
};

/**
 * Asks the node for what the ledger of a city proves of a code, and checks it here, against the policy of this node alone.
 *
 * @throws ApiProblem where the node has no chain to give
 */
export async function checkChain(
  send: typeof fetch,
  code: string,
  { policy: text }: Pick<NodeAnswer, "policy">,
): Promise<CheckedChain> {
  const response = await send(new URL(`/${code}?follow=1`, location.href));
  if (!response.ok) throw await readProblem(response);
  const chain = await response.text();
  const findings = await judge(chain, code, text);
  return { code, text: chain, policy: text, findings };
}

async function judge(chain: string, code: string, text: string): Promise<CheckedChain["findings"]> {
  const policy = parsePolicy(text);
  if (!policy.ok) return { holds: false, code: policy.error.code };
  const nowSeconds = Math.floor(Date.now() / 1000);
  const options = { policy: policy.value, nowSeconds, maxAgeSeconds: Number.POSITIVE_INFINITY };
  const verified = await verifyProofChain(chain, options);
  if (!verified.ok) return { holds: false, code: verified.error.code };
  const { key } = verified.value.last;
  if (key !== `code/${code}`) throw new Error(`the chain is one of ${key}, not of ${code}`);
  return { holds: true, verdict: verified.value };
}

/** What the node answers while the city's ledger has not begun, is not anchored yet, or just starts again. */
const NOT_YET = new Set([
  "RESOLVE_UNKNOWN",
  "RESOLVE_FOLLOW_ANSWER",
  "RESOLVE_FOLLOW_PROOF",
  "RESOLVE_FOLLOW_SILENT",
]);

export function isNotYet(failure: unknown): boolean {
  return failure instanceof ApiProblem && NOT_YET.has(failure.code);
}
