import { type Client, type EffectiveStatus, type NodeAnswer, parsePolicy } from "cityid/sdk";
import { parseProofBundle, verifyRecordProof } from "cityid/verify";

/** A proof with what this page found when it checked it. */
export type CheckedProof = {
  readonly key: string;
  /** The proof as the node gave it: a file to keep. */
  readonly text: string;
  /** The trust policy it was checked against. */
  readonly policy: string;
  readonly findings: Findings;
};

export type Findings =
  | {
      readonly holds: true;
      /** Whether the proof shows a value, or its absence. */
      readonly present: boolean;
      /** Name of the log. */
      readonly origin: string;
      /** Index of the block entry that the state belongs to, and the size of the log then. */
      readonly entry: number;
      readonly size: number;
      /** Levels of the path in the map. */
      readonly depth: number;
      /** What counts of a code, as the proof itself shows it: with its registration and all ancestors. */
      readonly status: EffectiveStatus["status"] | undefined;
      readonly ageSeconds: number | undefined;
    }
  | { readonly holds: false; readonly code: string };

export async function checkProof(
  client: Client,
  key: string,
  node: NodeAnswer,
): Promise<CheckedProof> {
  const text = await client.proof(key, { effective: key.startsWith("code/") });
  return { key, text, policy: node.policy, findings: await judgeProof(text, key, node) };
}

/** Checks a proof against the policy that the node names, with nothing but what is in the text. */
export async function judgeProof(text: string, key: string, node: NodeAnswer): Promise<Findings> {
  const policy = parsePolicy(node.policy);
  if (!policy.ok) return { holds: false, code: policy.error.code };
  const nowSeconds = Math.floor(Date.now() / 1000);
  const options = { policy: policy.value, nowSeconds, maxAgeSeconds: Number.POSITIVE_INFINITY };
  const verified = await verifyRecordProof(text, options);
  if (!verified.ok) return { holds: false, code: verified.error.code };
  const { value: verdict } = verified;
  if (verdict.key !== key) throw new Error(`the proof is one of ${verdict.key}, not of ${key}`);
  return {
    holds: true,
    present: verdict.value !== undefined,
    origin: verdict.checkpoint.origin,
    entry: verdict.block.first + verdict.block.count,
    size: verdict.checkpoint.size,
    depth: depthOf(text),
    status: verdict.effective?.status,
    ageSeconds: verdict.age?.seconds,
  };
}

function depthOf(text: string): number {
  const bundle = parseProofBundle(text);
  return bundle.ok ? bundle.value.map.depth : 0;
}
