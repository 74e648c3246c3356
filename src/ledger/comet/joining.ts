import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { equalBytes, Frontier, hashLeaf, sha256 } from "../../core/index.ts";
import { nodeFiles, replaceFile } from "../../log/index.ts";
import { LedgerFault } from "../fault.ts";
import { BlockReader } from "../replay.ts";
import { appHashOf, type Chain } from "./chain.ts";
import { entriesOfChunk, snapshotName } from "./chunks.ts";
import { decodeMetadata, type Offer, SNAPSHOT_FORMAT, type SnapshotMetadata } from "./snapshots.ts";

// What is fetched lies in files of its own until all of it is known to be the log that the chain's headers vouch for; then
// it is applied block by block. `applying` marks the time in which the ledger is neither what it was nor what it will be.

const DIRECTORY = "joining";
const APPLYING = "applying";

/** What became of an offered snapshot. */
export type Offered = "accept" | "reject" | "abort";

/** What became of a chunk: `retry` asks somebody else for it, `reject` gives the whole snapshot up. */
export type Applied = "accept" | "retry" | "reject";

type Fetching = SnapshotMetadata & {
  readonly offer: Offer;
  readonly appHash: Uint8Array;
  /** The tree over what came so far. */
  readonly frontier: Frontier;
};

/** Takes a snapshot of the chain into a ledger that has none of it yet. */
export class Joining {
  readonly #directory: string;
  readonly #chain: Chain;
  readonly #ownEntry: (index: number) => Uint8Array | undefined;
  #fetching: Fetching | undefined;

  /** @param directory of the ledger */
  constructor(
    directory: string,
    chain: Chain,
    ownEntry: (index: number) => Uint8Array | undefined,
  ) {
    this.#directory = join(directory, DIRECTORY);
    this.#chain = chain;
    this.#ownEntry = ownEntry;
    rmSync(this.#directory, { recursive: true, force: true });
  }

  /** @param appHash what the chain's headers say of the state at its height: the only thing that is trusted */
  offer(offer: Offer, appHash: Uint8Array): Offered {
    // A ledger that takes part already gets the rest block by block.
    if (this.#chain.height > 0) return "abort";
    const metadata = decodeMetadata(offer.metadata);
    const isOurs =
      offer.format === SNAPSHOT_FORMAT &&
      metadata?.hashes.length === offer.chunks &&
      metadata.size >= this.#chain.head.size &&
      equalBytes(sha256(offer.metadata), offer.hash);
    if (!isOurs || metadata === undefined) return "reject";
    rmSync(this.#directory, { recursive: true, force: true });
    mkdirSync(this.#directory, { recursive: true });
    this.#fetching = { ...metadata, offer, appHash, frontier: Frontier.empty() };
    return "accept";
  }

  /** Takes the next chunk; with the last one the ledger is that of the snapshot. */
  async apply(index: number, chunk: Uint8Array): Promise<Applied> {
    const fetching = this.#fetching;
    if (fetching === undefined) return "reject";
    const { hashes, frontier, size } = fetching;
    const want = hashes[index];
    if (want === undefined || !equalBytes(sha256(chunk), want)) return "retry";
    const entries = entriesOfChunk(chunk);
    if (entries === undefined || !this.#isOwn(entries, frontier.size)) return this.#giveUp();
    for (const entry of entries) frontier.append(hashLeaf(entry));
    if (frontier.size > size) return this.#giveUp();
    writeFileSync(this.#path(index), chunk);
    if (index < hashes.length - 1) return "accept";
    const { origin } = this.#chain.head;
    const appHash = appHashOf({ origin, size: frontier.size, root: frontier.root() });
    const isTheLog = frontier.size === size && equalBytes(appHash, fetching.appHash);
    if (!isTheLog) return this.#giveUp();
    await this.#applyAll(fetching);
    return "accept";
  }

  /** Whether what this ledger began with is what the snapshot begins with. */
  #isOwn(entries: readonly Uint8Array[], first: number): boolean {
    return entries.every((entry, i) => {
      const own = this.#ownEntry(first + i);
      return own === undefined || equalBytes(own, entry);
    });
  }

  #giveUp(): "reject" {
    this.#fetching = undefined;
    rmSync(this.#directory, { recursive: true, force: true });
    return "reject";
  }

  async #applyAll({ offer, hashes, appHash }: Fetching): Promise<void> {
    // Durable before the first block is: a power cut must not leave half a snapshot without a mark.
    const mark = join(this.#directory, APPLYING);
    const below = dirname(this.#directory);
    await replaceFile(nodeFiles, mark, snapshotName(offer.metadata), { below });
    const { size: begun, height, timeMilliseconds: time } = this.#chain.head;
    const reader = new BlockReader(begun, { height, time });
    let index = 0;
    for (let i = 0; i < hashes.length; i++) {
      for (const entry of entriesOfChunk(readFileSync(this.#path(i))) ?? []) {
        if (index++ < begun) continue;
        const block = reader.take(entry);
        if (block === undefined) continue;
        if (!block.ok) throw new LedgerFault("LEDGER_DIVERGED", { cause: block.error.code, index });
        await this.#chain.restore(block.value);
      }
    }
    if (!equalBytes(appHashOf(this.#chain.head), appHash)) {
      throw new LedgerFault("LEDGER_DIVERGED", { cause: "REPLAY_BLOCK_ENTRY", index });
    }
    await this.#chain.continueFrom(offer.height);
    this.#fetching = undefined;
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #path(index: number): string {
    return join(this.#directory, String(index));
  }
}

/** Whether a ledger was left while it took a snapshot in: it is neither what it was nor what it was to be. */
export function isHalfJoined(directory: string): boolean {
  return existsSync(join(directory, DIRECTORY, APPLYING));
}
