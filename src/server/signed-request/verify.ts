import { type CborKeyedMap, err, ok, type Result, utf8 } from "../../core/index.ts";
import { timeOfMilliseconds, toldSeconds } from "../http/json.ts";
import { MAX_NONCE_CHARACTERS, MIN_NONCE_CHARACTERS, SIGNED_REQUEST_SECONDS } from "../limits.ts";
import type { HttpRefusal, SignedRequestRefusal } from "../problem/refusal.ts";
import { requestComponents, signatureBase } from "./base.ts";
import { isContentDigest } from "./digest.ts";
import { readSignatureInput, type SignatureInput } from "./input.ts";
import { type Nonces, spendNonce } from "./nonces.ts";

/** A request as far as its signature is concerned. */
export type SignableRequest = {
  readonly method: string;
  /** The URL as the client wrote it: with the public name of the node. */
  readonly target: URL;
  readonly header: (name: string) => string | undefined;
  readonly body: Uint8Array;
};

/** A key that may sign requests, found by its `keyid`. */
export type FoundKey = {
  readonly key: CborKeyedMap;
  readonly algorithm: "ed25519" | "ecdsa-p256-sha256";
};

export type SignatureDependencies<K extends FoundKey> = {
  readonly nowMilliseconds: number;
  readonly nonces: Nonces;
  readonly findKey: (keyid: string) => Result<K, SignedRequestRefusal>;
  readonly check: (found: K, message: Uint8Array, signature: Uint8Array) => boolean;
};

/**
 * Verifies that a request was signed just now, once, whole, by a key that we know.
 *
 * @returns the key; else the first check that failed, in the order: fields, coverage, `created`, `nonce`, digest of the
 *   body, key, algorithm, signature, replay
 * @see RFC 9421 §3.2
 */
export function verifySignedRequest<K extends FoundKey>(
  request: SignableRequest,
  dependencies: SignatureDependencies<K>,
): Result<K, SignedRequestRefusal | HttpRefusal> {
  const read = readSignatureInput(request.header("signature-input"), request.header("signature"));
  if (!read.ok) return read;
  const input = read.value;
  const sound = checkForm(request, input, dependencies.nowMilliseconds);
  if (!sound.ok) return sound;
  const found = dependencies.findKey(input.keyid);
  if (!found.ok) return found;
  const signed = checkSignature(request, input, found.value, dependencies);
  if (!signed.ok) return signed;
  const { nonces, nowMilliseconds } = dependencies;
  const spent = spendNonce(nonces, input.keyid, input, nowMilliseconds);
  return spent.ok ? found : spent;
}

function checkForm(
  request: SignableRequest,
  input: SignatureInput,
  nowMilliseconds: number,
): Result<void, SignedRequestRefusal> {
  for (const want of ["@method", "@target-uri"]) {
    if (!input.components.includes(want)) return err({ code: "HTTP_SIGNATURE_COVERAGE", want });
  }
  const hasBody = request.body.length > 0;
  if (hasBody && !input.components.includes("content-digest")) {
    return err({ code: "HTTP_SIGNATURE_COVERAGE", want: "content-digest" });
  }
  const fresh = checkTime(input, nowMilliseconds);
  if (!fresh.ok) return fresh;
  const { length } = input.nonce;
  if (length < MIN_NONCE_CHARACTERS || length > MAX_NONCE_CHARACTERS) {
    const want = `${MIN_NONCE_CHARACTERS} … ${MAX_NONCE_CHARACTERS} characters`;
    return err({ code: "HTTP_SIGNATURE_NONCE", want });
  }
  if (hasBody && !isContentDigest(request.header("content-digest"), request.body)) {
    return err({ code: "HTTP_SIGNATURE_DIGEST", want: "sha-256 of the body" });
  }
  return ok(undefined);
}

function checkTime(
  { createdSeconds, expiresSeconds }: SignatureInput,
  nowMilliseconds: number,
): Result<void, SignedRequestRefusal> {
  const apart = Math.abs(nowMilliseconds / 1000 - createdSeconds);
  const expired = expiresSeconds !== undefined && expiresSeconds * 1000 < nowMilliseconds;
  if (apart <= SIGNED_REQUEST_SECONDS && !expired) return ok(undefined);
  return err({
    code: "HTTP_SIGNATURE_CREATED",
    created: Number.isFinite(createdSeconds) ? toldSeconds(createdSeconds) : "",
    now: timeOfMilliseconds(nowMilliseconds),
    seconds: SIGNED_REQUEST_SECONDS,
  });
}

function checkSignature<K extends FoundKey>(
  request: SignableRequest,
  input: SignatureInput,
  found: K,
  { check }: SignatureDependencies<K>,
): Result<void, SignedRequestRefusal> {
  if (input.algorithm !== undefined && input.algorithm !== found.algorithm) {
    const { algorithm: got } = input;
    return err({ code: "HTTP_SIGNATURE_ALGORITHM", got, want: found.algorithm });
  }
  const values = requestComponents(request.method, request.target, request.header);
  const base = signatureBase(input.components, input.parameters, values);
  if (!base.ok) return base;
  return check(found, utf8(base.value), input.signature)
    ? ok(undefined)
    : err({ code: "HTTP_SIGNATURE_WRONG", keyid: input.keyid });
}
