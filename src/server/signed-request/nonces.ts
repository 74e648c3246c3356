import { err, ok, type Result } from "../../core/index.ts";
import { timeOfMilliseconds, timeOfSeconds } from "../http/json.ts";
import { MAX_NONCES, SIGNED_REQUEST_SECONDS } from "../limits.ts";
import type { HttpRefusal, SignedRequestRefusal } from "../problem/refusal.ts";

/**
 * Remembers the nonces of signed requests for as long as one could be played again. Only nonces whose signature was
 * right come here, so a stranger cannot fill it.
 */
export type Nonces = {
  /** Nonces that were spent before are not remembered: with the process before it, its memory was lost. */
  readonly sinceMilliseconds: number;
  /** `false` when it was seen before; `undefined` when there is no room to remember it. */
  take(keyid: string, nonce: string, nowMilliseconds: number): boolean | undefined;
};

// `created` may lie this far ahead of our clock and as far behind: twice that is the longest a request stays good.
const REMEMBERED_MILLISECONDS = 2 * SIGNED_REQUEST_SECONDS * 1000;

export function createNonces(sinceMilliseconds: number, max: number = MAX_NONCES): Nonces {
  // A Map keeps the order of insertion, which here is the order of forgetting.
  const expiries = new Map<string, number>();
  const forget = (now: number): void => {
    for (const [seen, expiry] of expiries) {
      if (expiry > now) return;
      expiries.delete(seen);
    }
  };
  return {
    sinceMilliseconds,
    take(keyid, nonce, now) {
      forget(now);
      const seen = `${keyid} ${nonce}`;
      if (expiries.has(seen)) return false;
      if (expiries.size >= max) return undefined;
      expiries.set(seen, now + REMEMBERED_MILLISECONDS);
      return true;
    },
  };
}

/** A nonce, and when whoever signed says that it was made. */
export type MadeNonce = { readonly nonce: string; readonly createdSeconds: number };

/**
 * Spends a nonce.
 *
 * @returns `HTTP_SIGNATURE_EARLIER` when nobody can say whether it was spent before, `HTTP_SIGNATURE_REPLAYED` when it was,
 *   `HTTP_BUSY` when it cannot be remembered
 */
export function spendNonce(
  nonces: Nonces,
  keyid: string,
  { nonce, createdSeconds }: MadeNonce,
  nowMilliseconds: number,
): Result<void, SignedRequestRefusal | HttpRefusal> {
  const { sinceMilliseconds } = nonces;
  // To the second, as `created` is: what is signed just after the start counts.
  if (createdSeconds < Math.floor(sinceMilliseconds / 1000)) {
    const [created, started] = [
      timeOfSeconds(createdSeconds),
      timeOfMilliseconds(sinceMilliseconds),
    ];
    return err({ code: "HTTP_SIGNATURE_EARLIER", created, started });
  }
  const taken = nonces.take(keyid, nonce, nowMilliseconds);
  if (taken === true) return ok(undefined);
  return taken === false
    ? err({ code: "HTTP_SIGNATURE_REPLAYED", nonce })
    : err({ code: "HTTP_BUSY", retryAfter: SIGNED_REQUEST_SECONDS, what: "signed requests" });
}
