import { err, ok, type Result } from "../../core/index.ts";
import { timeOfMilliseconds, timeOfSeconds } from "../http/json.ts";
import { MAX_NONCES, MAX_NONCES_OF_KEY, SIGNED_REQUEST_SECONDS } from "../limits.ts";
import type { HttpRefusal, SignedRequestRefusal } from "../problem/refusal.ts";
import { Shares } from "../rate/shares.ts";

/**
 * Remembers the nonces of signed requests for as long as one could be played again. Only nonces whose signature was
 * right come here, so a stranger cannot fill it.
 */
export type Nonces = {
  /** Nonces that were spent before are not remembered: with the process before it, its memory was lost. */
  readonly sinceMilliseconds: number;
  /** `false` when it was seen before; `undefined` when there is no room to remember it, or its key has taken its share. */
  take(keyid: string, nonce: string, nowMilliseconds: number): boolean | undefined;
};

// `created` may lie this far ahead of our clock and as far behind: twice that is the longest a request stays good.
const REMEMBERED_MILLISECONDS = 2 * SIGNED_REQUEST_SECONDS * 1000;

export function createNonces(
  sinceMilliseconds: number,
  max: number = MAX_NONCES,
  maxOfKey: number = MAX_NONCES_OF_KEY,
): Nonces {
  // A Map keeps the order of insertion, which here is the order of forgetting.
  const remembered = new Map<string, { readonly keyid: string; readonly expiry: number }>();
  const shares = new Shares(maxOfKey);
  const forget = (now: number): void => {
    for (const [seen, { keyid, expiry }] of remembered) {
      if (expiry > now) return;
      remembered.delete(seen);
      shares.giveBack(keyid);
    }
  };
  return {
    sinceMilliseconds,
    take(keyid, nonce, now) {
      forget(now);
      const seen = `${keyid} ${nonce}`;
      if (remembered.has(seen)) return false;
      if (remembered.size >= max || !shares.take(keyid)) return undefined;
      remembered.set(seen, { keyid, expiry: now + REMEMBERED_MILLISECONDS });
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
