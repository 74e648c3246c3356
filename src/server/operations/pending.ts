import { MAX_PENDING, PENDING_MILLISECONDS } from "../limits.ts";
import type { AnyRefusal } from "../problem/problem.ts";

/** What is known of an operation that was taken with `Prefer: respond-async` and is not in the log. */
export type Pending = { readonly refusal?: AnyRefusal };

/** Remembers operations on their way, and for a while why some of them never arrived. Lives and dies with the process. */
export type PendingOperations = {
  /** `false` when there is no room. */
  begin(hash: string, nowMilliseconds: number): boolean;
  /** It is in the log now, where everybody finds it. */
  arrived(hash: string): void;
  refused(hash: string, refusal: AnyRefusal): void;
  find(hash: string): Pending | undefined;
};

type Slot = { refusal?: AnyRefusal; readonly expires: number };

export function createPending(max: number = MAX_PENDING): PendingOperations {
  const slots = new Map<string, Slot>();
  const forget = (now: number): void => {
    for (const [hash, { expires }] of slots) {
      if (expires > now) return;
      slots.delete(hash);
    }
  };
  return {
    begin(hash, now) {
      forget(now);
      if (slots.size >= max) return false;
      slots.delete(hash);
      slots.set(hash, { expires: now + PENDING_MILLISECONDS });
      return true;
    },
    arrived: (hash) => {
      slots.delete(hash);
    },
    refused(hash, refusal) {
      const slot = slots.get(hash);
      if (slot !== undefined) slot.refusal = refusal;
    },
    find: (hash) => slots.get(hash),
  };
}
