import { ed25519 } from "@noble/curves/ed25519.js";
import { p256 } from "@noble/curves/nist.js";
import { randomBytes as nobleRandomBytes } from "@noble/hashes/utils.js";
import type { Crypto } from "./contract.ts";
import { ed25519Check } from "./ed25519-check.ts";
import { verifyEd25519 } from "./ed25519-noble.ts";
import { p256Check } from "./p256-check.ts";
import { verifyP256 } from "./p256-noble.ts";

export { verifyEd25519 } from "./ed25519-noble.ts";
export { isEd25519KeyWellFormed, isEd25519WellFormed } from "./ed25519-well-formed.ts";
export { lowS } from "./p256-low-s.ts";
export { verifyP256 } from "./p256-noble.ts";
export { sha256, sha256Each, sha256Into, sha256Rows, sha256Texts } from "./web-sha256.ts";

export const checkEd25519: Crypto["checkEd25519"] = ed25519Check(async () => verifyEd25519);

export const verifyEd25519Each: Crypto["verifyEd25519Each"] = (signed) =>
  signed.map(({ publicKey, message, signature }) => verifyEd25519(publicKey, message, signature));

export const signEd25519: Crypto["signEd25519"] = (seed, message) => ed25519.sign(message, seed);

export const publicEd25519: Crypto["publicEd25519"] = (seed) => ed25519.getPublicKey(seed);

export const checkP256: Crypto["checkP256"] = p256Check(async () => verifyP256);

export const signP256: Crypto["signP256"] = (secret, message) =>
  p256.sign(message, secret, { lowS: true });

export const publicP256: Crypto["publicP256"] = (secret) =>
  p256.getPublicKey(secret, false).slice(1);

export const randomBytes: Crypto["randomBytes"] = (length) => nobleRandomBytes(length);
