import { MAX_TOKENS, MAX_TOKENS_OF_HOLDER } from "../limits.ts";
import { Shares } from "../rate/shares.ts";

/** What a token stands for. */
export type Granted = {
  readonly keyid: string;
  readonly expires: number;
  /** Id of the one grant that it reads under; absent where it stands for the key in all that this may do. */
  readonly grant?: Uint8Array;
};

/** Bearer tokens in memory: random texts that stand for a signed request until they expire, or their key is closed. */
export type Tokens = {
  /** `undefined` when there is no room, or its holder has as many as one may have. */
  issue(granted: Granted, nowMilliseconds: number): string | undefined;
  find(token: string, nowMilliseconds: number): Granted | undefined;
};

/** 256 bits: nobody guesses one, so looking it up in a table leaks nothing worth having. */
const TOKEN_BYTES = 32;

export function createTokens(
  random: (bytes: number) => Uint8Array,
  max: number = MAX_TOKENS,
  maxOfHolder: number = MAX_TOKENS_OF_HOLDER,
): Tokens {
  const granted = new Map<string, Granted>();
  const shares = new Shares(maxOfHolder);
  const forgetExpired = (now: number): void => {
    for (const [token, { keyid, expires }] of granted) {
      if (expires > now) continue;
      granted.delete(token);
      shares.giveBack(holderOf(keyid));
    }
  };
  return {
    issue(what, now) {
      const holder = holderOf(what.keyid);
      if (granted.size >= max || shares.isFull(holder)) forgetExpired(now);
      if (granted.size >= max || !shares.take(holder)) return undefined;
      const token = Buffer.from(random(TOKEN_BYTES)).toString("base64url");
      granted.set(token, what);
      return token;
    },
    find(token, now) {
      const found = granted.get(token);
      return found !== undefined && found.expires > now ? found : undefined;
    },
  };
}

/** `<holder>/<kid>` */
function holderOf(keyid: string): string {
  return keyid.slice(0, keyid.lastIndexOf("/"));
}
