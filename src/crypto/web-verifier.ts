import type { Crypto } from "./contract.ts";
import { ed25519Check } from "./ed25519-check.ts";
import { p256Check } from "./p256-check.ts";

// The browsers' half once more, for the verifier that they load as one small file (scripts/bundle-verify.mjs): signatures
// are checked by WebCrypto, and noble's arithmetic is a second file, loaded only where WebCrypto has none. Bundlers leave
// out what the verifier does not use, which is all that is synchronous and needs a curve.

export { isEd25519KeyWellFormed, isEd25519WellFormed } from "./ed25519-well-formed.ts";
export {
  lowS,
  publicEd25519,
  publicP256,
  randomBytes,
  signEd25519,
  signP256,
  verifyEd25519,
  verifyEd25519Each,
  verifyP256,
} from "./web.ts";
export { sha256, sha256Each, sha256Into, sha256Rows, sha256Texts } from "./web-sha256.ts";

export const checkEd25519: Crypto["checkEd25519"] = ed25519Check(async () => {
  const { verifyEd25519 } = await import("./ed25519-noble.ts");
  return verifyEd25519;
});

export const checkP256: Crypto["checkP256"] = p256Check(async () => {
  const { verifyP256 } = await import("./p256-noble.ts");
  return verifyP256;
});
