import { err, hex, ok, type Result } from "../../core/index.ts";
import type { Incoming } from "../http/incoming.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import type { SignedRequestRefusal } from "../problem/refusal.ts";
import {
  checkRequestSignature,
  createNonces,
  type MadeNonce,
  readSignatureInput,
  spendNonce,
  verifySignedRequest,
} from "../signed-request/index.ts";
import type { CommittedState } from "../state.ts";
import { createTokens, type Tokens } from "../tokens/tokens.ts";
import { findLedgerKey, formatHolder, parseKeyid, type Signer, UNKNOWN_KEY } from "./keyid.ts";

/** Finds keys that no ledger shows: those of applicants. */
export type FindKey = (keyid: string) => Result<Signer, SignedRequestRefusal>;

/** Says who made a request: by its signature, or by a bearer token got that way. */
export type Authentication = {
  readonly tokens: Tokens;
  /**
   * @param body the bytes that were read: a signature covers them
   * @param findOther where to look for a key that the ledger does not show
   */
  signer(c: Incoming, body: Uint8Array, findOther?: FindKey): Result<Signer, AnyRefusal>;
  /** Who reads: as `signer`, and by a token that is bound to one grant. `undefined` where nobody says who it is. */
  reader(c: Incoming, body: Uint8Array): Result<Reader | undefined, AnyRefusal>;
  /** The same by a signature alone: a token makes no tokens. */
  signedBy(c: Incoming, body: Uint8Array, findOther?: FindKey): Result<Signer, AnyRefusal>;
  /**
   * Who a request says made it: there is such a key, and nothing else is known. For what is looked at before a large body
   * is read; `signer` decides.
   */
  claimed(c: Incoming, findOther: FindKey): Result<Signer, AnyRefusal>;
  /** The same of who reads only: by a key of the ledger above too. */
  signedByReader(c: Incoming, body: Uint8Array): Result<Signer, AnyRefusal>;
  /** The keyid that a request names, by its signature or its token, where this ledger does not know such a key. */
  strangerOf(header: Incoming["req"]["header"]): string | undefined;
  isStranger(keyid: string): boolean;
  /** Whose a bearer token is that is bound to no grant: what speaks no HTTP has nothing else. */
  bearer(token: string): Result<Signer, AnyRefusal>;
  ledgerKey: FindKey;
  /** A key of this ledger, or else of the one above, which reads under grants and does nothing else. */
  readerKey: FindKey;
  /** Spends something that is good once, like the nonce of a signed request. */
  spend(keyid: string, once: MadeNonce): Result<void, AnyRefusal>;
};

export type Reader = { readonly signer: Signer; readonly grant?: Uint8Array };

export type AuthenticationOptions = {
  readonly publicUrl: string;
  readonly origins: readonly string[];
};

export function createAuthentication(
  { publicUrl, origins }: AuthenticationOptions,
  dependencies: {
    readonly state: CommittedState;
    readonly clock: () => number;
    readonly random: (bytes: number) => Uint8Array;
    /** Keys of the ledger above. */
    readonly findAbove?: FindKey;
  },
): Authentication {
  const { state, clock, random, findAbove } = dependencies;
  const nonces = createNonces(clock());
  const tokens = createTokens(random);
  const bases = new Map([publicUrl, ...origins].map((base) => [new URL(base).host, base]));

  const ledgerKey: FindKey = (keyid) => findLedgerKey(state, keyid, clock());

  const readerKey: FindKey = (keyid) => {
    const own = ledgerKey(keyid);
    return own.ok || findAbove === undefined || !isUnknown(own.error) ? own : findAbove(keyid);
  };

  const readerByToken = (token: string): Result<Reader, AnyRefusal> => {
    const granted = tokens.find(token, clock());
    if (granted === undefined) return err({ code: "HTTP_TOKEN_UNKNOWN" });
    // The key is looked up each time: a token ends with it.
    const signer = readerKey(granted.keyid);
    if (!signer.ok) return signer;
    return ok({ signer: signer.value, ...(granted.grant && { grant: granted.grant }) });
  };

  const byToken = (token: string): Result<Signer, AnyRefusal> => {
    const reader = readerByToken(token);
    if (!reader.ok) return reader;
    const { signer, grant } = reader.value;
    if (signer.ledger === "above") return ledgerKey(`${formatHolder(signer.holder)}/${signer.kid}`);
    // It was lent to a program for one thing, and does nothing else in the name of its key.
    return grant === undefined ? ok(signer) : err({ code: "HTTP_TOKEN_BOUND", grant: hex(grant) });
  };

  const tokenOf = (c: Incoming): string | undefined => tokenIn(c.req.header("Authorization"));

  const keyidOf = (header: Incoming["req"]["header"]): string | undefined => {
    const token = tokenIn(header("Authorization"));
    if (token !== undefined) return tokens.find(token, clock())?.keyid;
    const fields = [header("signature-input"), header("signature")] as const;
    if (fields[0] === undefined) return undefined;
    const input = readSignatureInput(...fields);
    return input.ok ? input.value.keyid : undefined;
  };

  const isStranger = (keyid: string): boolean => {
    const own = ledgerKey(keyid);
    return !own.ok && isUnknown(own.error) && parseKeyid(keyid)?.holder.kind === "code";
  };

  const finding =
    (findOther: FindKey | undefined): FindKey =>
    (keyid) =>
      keyid.startsWith("application/") && findOther ? findOther(keyid) : ledgerKey(keyid);

  const signed = (c: Incoming, body: Uint8Array, findKey: FindKey): Result<Signer, AnyRefusal> =>
    verifySignedRequest(
      {
        method: c.req.method,
        target: targetOf(c, bases, publicUrl),
        header: (name) => c.req.header(name),
        body,
      },
      {
        nowMilliseconds: clock(),
        nonces,
        findKey,
        check: checkRequestSignature,
      },
    );
  const signedBy: Authentication["signedBy"] = (c, body, findOther) =>
    signed(c, body, finding(findOther));

  return {
    tokens,
    signedBy,
    bearer: byToken,
    ledgerKey,
    readerKey,
    signedByReader: (c, body) => signed(c, body, readerKey),
    strangerOf(header) {
      const keyid = keyidOf(header);
      return keyid !== undefined && isStranger(keyid) ? keyid : undefined;
    },
    isStranger,
    reader(c, body) {
      const token = tokenOf(c);
      if (token !== undefined) return readerByToken(token);
      if (c.req.header("Signature") === undefined && c.req.header("Authorization") === undefined) {
        return ok(undefined);
      }
      const signer = signed(c, body, readerKey);
      return signer.ok ? ok({ signer: signer.value }) : signer;
    },
    spend: (keyid, once) => spendNonce(nonces, keyid, once, clock()),
    claimed(c, findOther) {
      const token = tokenOf(c);
      if (token !== undefined) return byToken(token);
      const fields = [c.req.header("signature-input"), c.req.header("signature")] as const;
      const input = readSignatureInput(...fields);
      return input.ok ? finding(findOther)(input.value.keyid) : input;
    },
    signer(c, body, findOther) {
      const token = tokenOf(c);
      return token === undefined ? signedBy(c, body, findOther) : byToken(token);
    },
  };
}

function tokenIn(field = ""): string | undefined {
  return /^Bearer +([A-Za-z0-9_-]+)$/i.exec(field)?.[1];
}

/** What this ledger has closed, the one above does not open. */
function isUnknown(refusal: AnyRefusal): boolean {
  return refusal.code === "HTTP_SIGNATURE_KEY" && refusal.why === UNKNOWN_KEY;
}

/**
 * The URL as the client wrote it. Behind a proxy the request line has lost scheme and host, so they are taken from the names
 * that this node answers to, and from nothing that the client or a proxy could invent.
 */
function targetOf(c: Incoming, bases: ReadonlyMap<string, string>, publicUrl: string): URL {
  const { host, pathname, search } = new URL(c.req.url);
  return new URL(pathname + search, bases.get(host) ?? publicUrl);
}
