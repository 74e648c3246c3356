import { lowS, publicEd25519, publicP256, signEd25519, signP256 } from "#crypto";
import {
  type CborKeyedMap,
  concat,
  coseKey,
  keyIdentifier,
  type PublicKey,
} from "../core/index.ts";

/** A key that signs, wherever its private part is. */
export type Signer = {
  /** First 8 bytes of the key's thumbprint. */
  readonly kid: Uint8Array;
  /** COSE algorithm: −8 Ed25519, −7 ES256. */
  readonly alg: -8 | -7;
  /** COSE_Key, public part. */
  readonly publicKey: CborKeyedMap;
  /** 64 bytes; of ES256 r‖s with low s. */
  sign(message: Uint8Array): Promise<Uint8Array>;
};

/** Ed25519 from its 32-byte seed (RFC 8032). The seed stays in memory as long as the signer does. */
export function signerFromSeed(seed: Uint8Array): Signer {
  const key = { kind: "ed25519", bytes: publicEd25519(seed) } as const;
  return signer(key, async (message) => signEd25519(seed, message));
}

/** P-256 from its 32-byte scalar. */
export function signerFromP256(secret: Uint8Array): Signer {
  const key = { kind: "p256", bytes: publicP256(secret) } as const;
  return signer(key, async (message) => signP256(secret, message));
}

/**
 * A WebCrypto key pair, whose private part may be one that cannot be taken out of the browser.
 *
 * @throws TypeError for a pair that is neither Ed25519 nor ECDSA with P-256
 */
export async function signerFromWebCrypto(pair: CryptoKeyPair): Promise<Signer> {
  const key = await exportPublic(pair.publicKey);
  const algorithm = key.kind === "ed25519" ? "Ed25519" : { name: "ECDSA", hash: "SHA-256" };
  return signer(key, async (message) => {
    const bytes = message as Uint8Array<ArrayBuffer>;
    const signature = new Uint8Array(await crypto.subtle.sign(algorithm, pair.privateKey, bytes));
    return key.kind === "ed25519" ? signature : lowS(signature);
  });
}

function signer(key: PublicKey, sign: Signer["sign"]): Signer {
  const publicKey = coseKey(key);
  return { kid: keyIdentifier(publicKey), alg: key.kind === "ed25519" ? -8 : -7, publicKey, sign };
}

async function exportPublic(key: CryptoKey): Promise<PublicKey> {
  const { crv, x = "", y = "" } = await crypto.subtle.exportKey("jwk", key);
  switch (crv) {
    case "Ed25519":
      return { kind: "ed25519", bytes: fromBase64Url(x) };
    case "P-256":
      return { kind: "p256", bytes: concat(fromBase64Url(x), fromBase64Url(y)) };
    default:
      throw new TypeError(`a key of ${key.algorithm.name} ${crv ?? ""} signs nothing here`);
  }
}

/** @throws DOMException where it is none */
export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}
