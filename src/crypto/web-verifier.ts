import type { Crypto } from "./contract.ts";
import { ed25519Check } from "./ed25519-check.ts";

// The half of the verifier that browsers load as one small file (scripts/bundle-verify.mjs): hashes are computed here,
// signatures by WebCrypto. noble's arithmetic is a second file, loaded only where WebCrypto has none.

export { isEd25519KeyWellFormed, isEd25519WellFormed } from "./ed25519-well-formed.ts";
export { lowS, verifyEd25519, verifyP256, signEd25519, signP256, publicEd25519, publicP256, randomBytes } from "./web.ts";
export { sha256, sha256Each, sha256Into, sha256Rows } from "./noble-sha256.ts";

export const checkEd25519: Crypto["checkEd25519"] = ed25519Check(async () => {
  const { verifyEd25519 } = await import("./ed25519-noble.ts");
  return verifyEd25519;
});
