// Checkpoint and inclusion by sigstore's own verifier, which knows neither cosignatures nor our operations. It exports the
// verification of whole Sigstore bundles only, so the part that concerns logs is taken by its path.
import { createPublicKey } from "node:crypto";
import { createRequire } from "node:module";

const { verifyTLogInclusion } = createRequire(import.meta.url)("@sigstore/verify/dist/tlog/index.js");

/** @returns why it refuses, empty where it accepts */
export function bySigstore(vkey, { proof, entry }) {
  const at = proof.indexOf("\n\n");
  const [, index, ...path] = proof.slice(0, at).split("\n");
  const envelope = proof.slice(at + 2);
  const inclusionProof = {
    logIndex: index.slice("index ".length),
    hashes: path.map((hash) => Buffer.from(hash, "base64")),
    checkpoint: { envelope },
  };
  try {
    verifyTLogInclusion({ canonicalizedBody: Buffer.from(entry), inclusionProof }, [authorityOf(vkey)]);
    return "";
  } catch (error) {
    if (error.code !== "TLOG_INCLUSION_PROOF_ERROR") throw error;
    return error.message;
  }
}

/** Its log id begins with the id of the key in signed notes. */
function authorityOf(vkey) {
  const [name, id, key] = vkey.split("+", 2).concat(vkey.split("+").slice(2).join("+"));
  const x = Buffer.from(key, "base64").subarray(1).toString("base64url");
  return {
    baseURL: name,
    logID: Buffer.from(id, "hex"),
    publicKey: createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" }),
  };
}
