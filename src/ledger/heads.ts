import { type Hash, type NoteSigner, signCheckpoint } from "../core/index.ts";
import type { AppliedBlock } from "./block-maker.ts";
import { type Deferred, defer } from "./deferred.ts";
import type { LedgerFault } from "./fault.ts";
import type { Head, Outcome } from "./port.ts";
import type { LogStore, Staged } from "./stores.ts";

// What every writer of blocks tells of those that are durable.

/** Those who wait for the head of a size that was applied and is not durable yet. */
export class AwaitedHeads {
  readonly #waiting = new Map<number, Deferred<Head>>();

  at(size: number): Promise<Head> {
    const waiting = this.#waiting.get(size) ?? defer<Head>();
    this.#waiting.set(size, waiting);
    return waiting.promise;
  }

  came(head: Head): void {
    this.#waiting.get(head.size)?.resolve(head);
    this.#waiting.delete(head.size);
  }

  fail(fault: LedgerFault): void {
    for (const waiting of this.#waiting.values()) waiting.reject(fault);
    this.#waiting.clear();
  }
}

/** Signs the checkpoint of a block that is durable. */
export function signHead(
  { origin, signers }: { readonly origin: string; readonly signers: () => readonly NoteSigner[] },
  { size, height, timeMilliseconds }: Pick<AppliedBlock, "size" | "height" | "timeMilliseconds">,
  mapRoot: Hash,
  { root }: Pick<Staged, "root">,
): Head {
  const checkpoint = signCheckpoint({ origin, size, root }, signers());
  return { origin, size, height, timeMilliseconds, root, mapRoot, checkpoint };
}

/** The receipt of what is in the log at a head; whoever asks again gets the same answer. */
export function receiptOf(
  log: LogStore,
  hash: Hash,
  head: Head,
  repeated: boolean,
): Outcome | undefined {
  const index = log.indexOf(hash);
  if (index === undefined || index >= head.size) return undefined;
  return { ok: true, hash, index, head, path: log.inclusion(index, head.size), repeated };
}
