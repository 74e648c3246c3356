import {
  type Checkpoint,
  type Client,
  parseCheckpoint,
  parseTlogProof,
  verifyGrowth,
} from "cityid/sdk";
import type { Ledgered } from "./load.ts";

const POLL_MILLISECONDS = 200;

/** Sizes of the two logs of which the later one contains the earlier one whole. */
export type Growth = { readonly first: number; readonly second: number };

/**
 * Checks, from the tiles that the node serves, that the log still contains what the newest of these receipts was given
 * for. With the receipts' own paths that covers every confirmed change.
 *
 * @throws ProofMismatch
 */
export async function checkGrowth(
  client: Client,
  receipts: Ledgered["confirmed"],
): Promise<Growth> {
  const first = newest([...receipts.values()].map(({ receipt }) => checkpointOf(receipt)));
  const second = await publishedSince(client, first.size);
  await verifyGrowth(client, first, second);
  return { first: first.size, second: second.size };
}

function newest(checkpoints: readonly Checkpoint[]): Checkpoint {
  const [first, ...rest] = checkpoints;
  if (!first) throw new Error("nothing was confirmed");
  return rest.reduce((best, one) => (one.size > best.size ? one : best), first);
}

function checkpointOf(receipt: string): Checkpoint {
  const proof = parseTlogProof(receipt);
  if (!proof.ok) throw new Error(`a receipt that is none: ${proof.error.code}`);
  return proof.value.checkpoint;
}

/** The published checkpoint advances at most once a second, so it may be behind a receipt for a moment. */
async function publishedSince(client: Client, size: number): Promise<Checkpoint> {
  for (;;) {
    const checkpoint = parseCheckpoint(await client.checkpoint());
    if (!checkpoint.ok) throw new Error(`a checkpoint that is none: ${checkpoint.error.code}`);
    if (checkpoint.value.size >= size) return checkpoint.value;
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
  }
}
