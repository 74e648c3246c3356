import type { Crypto } from "./contract.ts";
import { type Ed25519Equation, webCryptoEd25519 } from "./ed25519-webcrypto.ts";
import { isEd25519WellFormed } from "./ed25519-well-formed.ts";

/**
 * Makes `checkEd25519` of a browser: WebCrypto where it has Ed25519 and computes our equation, else `fallback`, which is
 * only then asked for.
 *
 * What the platform can do is found out by the first check. A fallback that could not be loaded is asked for again by the next.
 */
export function ed25519Check(
  fallback: () => Promise<Crypto["verifyEd25519"]>,
): Crypto["checkEd25519"] {
  let backend: Promise<Ed25519Equation> | undefined;
  return async (publicKey, message, signature) => {
    if (!isEd25519WellFormed(publicKey, signature)) return false;
    backend ??= webCryptoEd25519().then((native) => native ?? fallback());
    const asked = backend;
    try {
      return await (await asked)(publicKey, message, signature);
    } catch (cause) {
      if (backend === asked) backend = undefined;
      throw cause;
    }
  };
}
