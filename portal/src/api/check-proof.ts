import type { Client, NodeAnswer } from "cityid/sdk";

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
      readonly ageSeconds: number | undefined;
    }
  | { readonly holds: false; readonly code: string };

export async function checkProof(
  client: Client,
  key: string,
  node: NodeAnswer,
): Promise<CheckedProof> {
  const text = await client.proof(key, { effective: true });
  return { key, text, policy: node.policy, findings: await judgeProof(text, key, node) };
}

export async function judgeProof(text: string, key: string, node: NodeAnswer): Promise<Findings> {
  throw new Error(`waiting for verify ${text} ${key} ${node}`);
}
