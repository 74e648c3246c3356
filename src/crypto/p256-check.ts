import type { Crypto } from "./contract.ts";
import { isLowS, P256_KEY_BYTES, P256_SIGNATURE_BYTES } from "./p256-low-s.ts";

const UNCOMPRESSED = 0x04;
const IMPORT = { name: "ECDSA", namedCurve: "P-256" } as const;
const VERIFY = { name: "ECDSA", hash: "SHA-256" } as const;

// What is used of WebCrypto. It stands here because crypto sees no types of the DOM.
type SubtleCrypto = {
  importKey(
    format: "raw",
    key: Uint8Array,
    algorithm: typeof IMPORT,
    extractable: boolean,
    usages: readonly ["verify"],
  ): Promise<object>;
  verify(
    algorithm: typeof VERIFY,
    key: object,
    signature: Uint8Array,
    message: Uint8Array,
  ): Promise<boolean>;
};

type Platform = { readonly crypto?: { readonly subtle?: SubtleCrypto } };

/**
 * Makes `checkP256` of a browser: WebCrypto, which every browser has P-256 in, behind the rule that s is low; `fallback` only
 * where a page that came over plain HTTP has no WebCrypto at all. A key that is no point of the curve has no right signature.
 */
export function p256Check(fallback: () => Promise<Crypto["verifyP256"]>): Crypto["checkP256"] {
  return async (publicKey, message, signature) => {
    if (publicKey.length !== P256_KEY_BYTES || signature.length !== P256_SIGNATURE_BYTES) {
      return false;
    }
    const subtle = (globalThis as unknown as Platform).crypto?.subtle;
    if (subtle === undefined) return (await fallback())(publicKey, message, signature);
    if (!isLowS(signature)) return false;
    const point = Uint8Array.of(UNCOMPRESSED, ...publicKey);
    const key = await subtle.importKey("raw", point, IMPORT, false, ["verify"]).catch(noKey);
    return key !== undefined && subtle.verify(VERIFY, key, signature, message);
  };
}

function noKey(): undefined {
  return undefined;
}
