import { MAX_PENDING, MAX_PENDING_OF_ADDRESS, PENDING_MILLISECONDS } from "../limits.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import { Shares } from "../rate/index.ts";

/** What is known of an operation that was taken with `Prefer: respond-async` and is not in the log. */
export type Pending = { readonly refusal?: AnyRefusal };

/** Remembers operations on their way, and for a while why some of them never arrived. Lives and dies with the process. */
export type PendingOperations = {
  /**
   * @param client whose share of the room it takes
   * @returns `HTTP_BUSY` when there is no room, `HTTP_RATE` when the client has its share of it
   */
  begin(hash: string, client: string | undefined, nowMilliseconds: number): AnyRefusal | undefined;
  /** It is in the log now, where everybody finds it. */
  arrived(hash: string): void;
  refused(hash: string, refusal: AnyRefusal): void;
  find(hash: string): Pending | undefined;
};

type Slot = {
  refusal?: AnyRefusal;
  readonly client: string | undefined;
  readonly expires: number;
};

/** Who has a share of what is under way comes back when some of it has arrived. */
const SHARE_RETRY_SECONDS = 10;

export function createPending(
  max: number = MAX_PENDING,
  maxOfAddress: number = MAX_PENDING_OF_ADDRESS,
): PendingOperations {
  const slots = new Map<string, Slot>();
  const shares = new Shares(maxOfAddress);
  const forget = (hash: string): void => {
    const slot = slots.get(hash);
    if (slot === undefined) return;
    slots.delete(hash);
    shares.giveBack(slot.client);
  };
  const forgetExpired = (now: number): void => {
    for (const [hash, { expires }] of slots) {
      if (expires > now) return;
      forget(hash);
    }
  };
  return {
    begin(hash, client, now) {
      forgetExpired(now);
      if (slots.size >= max) return { code: "HTTP_BUSY", retryAfter: 1, what: "operations" };
      const before = slots.get(hash);
      const isTheirs = before !== undefined && before.client === client;
      // Who has no room left makes nobody else's be forgotten either.
      if (!isTheirs && shares.isFull(client)) {
        return { code: "HTTP_RATE", retryAfter: SHARE_RETRY_SECONDS, by: "address" };
      }
      forget(hash);
      shares.hold(client);
      slots.set(hash, { client, expires: now + PENDING_MILLISECONDS });
      return undefined;
    },
    arrived: forget,
    refused(hash, refusal) {
      const slot = slots.get(hash);
      if (slot !== undefined) slot.refusal = refusal;
    },
    find: (hash) => slots.get(hash),
  };
}
