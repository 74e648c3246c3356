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
 * Checks, from the tiles that the node serves, that the log of today, with all that was confirmed since, still contains
 * what the newest receipt from before the kill was given for.
 *
 * @throws ProofMismatch
 */
export async function checkGrowth(
  client: Client,
  before: Receipts,
  all: Receipts,
): Promise<Growth> {
  const first = newestCheckpoint(before);
  const second = await publishedSince(client, newestCheckpoint(all).size);
  await verifyGrowth(client, first, second);
  return { first: first.size, second: second.size };
}

type Receipts = Ledgered["confirmed"];

function newestCheckpoint(receipts: Receipts): Checkpoint {
  const [first, ...rest] = [...receipts.values()].map(({ receipt }) => checkpointOf(receipt));
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
