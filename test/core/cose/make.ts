import {
  type CborKeyedMap,
  type CborValue,
  coseKey,
  encodeCbor,
  type PublicKey,
  type Sign1,
  sigStructure,
} from "../../../src/core/index.ts";
import { publicEd25519, publicP256, signEd25519, signP256 } from "../../../src/crypto/node.ts";

export const SEED: Uint8Array = new Uint8Array(32).fill(0x5e);

export const ED25519: PublicKey = { kind: "ed25519", bytes: publicEd25519(SEED) };
export const P256: PublicKey = { kind: "p256", bytes: publicP256(SEED) };
export const ED25519_KEY: CborKeyedMap = coseKey(ED25519);
export const P256_KEY: CborKeyedMap = coseKey(P256);

/** The same map with some members put in, or taken out where `undefined`. */
export function edited(
  map: CborKeyedMap,
  members: readonly (readonly [number | string, CborValue | undefined])[],
): CborKeyedMap {
  const copy = new Map(map);
  for (const [label, value] of members) {
    if (value === undefined) copy.delete(label);
    else copy.set(label, value);
  }
  return copy;
}

export const PROTECTED: Uint8Array = encodeCbor(new Map<number, CborValue>([[1, -8]]));
export const PAYLOAD: Uint8Array = encodeCbor({ op: "update" });
export const MESSAGE: Uint8Array = sigStructure(PROTECTED, PAYLOAD);

export function signed(kind: PublicKey["kind"], message: Uint8Array): Pick<Sign1, "signature"> {
  const sign = kind === "ed25519" ? signEd25519 : signP256;
  return { signature: sign(SEED, message) };
}
