import { COSEKey, Sign1 } from "@auth0/cose";
import { describe, expect, test } from "vitest";
import {
  type CborValue,
  concat,
  decodeSign1,
  encodeCbor,
  encodeSign1,
  sigStructure,
  verifySignature,
} from "../../../src/core/index.ts";
import { lowS, signEd25519, signP256 } from "../../../src/crypto/node.ts";
import { ED25519_KEY, P256_KEY, PAYLOAD, SEED } from "./make.ts";

// A library that nobody here wrote reads what we make, and we what it makes.

const KINDS = [
  { alg: -8, key: ED25519_KEY, sign: signEd25519 },
  { alg: -7, key: P256_KEY, sign: signP256 },
] as const;

function header(alg: number): Map<number, CborValue> {
  return new Map<number, CborValue>([
    [1, alg],
    [3, "application/vnd.cityid.op+cbor"],
    [4, new Uint8Array(8).fill(4)],
    [
      15,
      new Map<number, CborValue>([
        [1, "MA.156.1301"],
        [3, "ledger.example/log"],
        [6, 1_700_000_000],
      ]),
    ],
  ]);
}

describe.each(KINDS)("an envelope by algorithm $alg", ({ alg, key, sign }) => {
  const protectedBytes = encodeCbor(header(alg));
  const signature = sign(SEED, sigStructure(protectedBytes, PAYLOAD));
  const envelope = encodeSign1({ protectedBytes, payload: PAYLOAD, signature });

  test("is verified by another library, and refused by it once it was changed", async () => {
    const theirs = Sign1.decode(envelope);
    const theirKey = await COSEKey.import(encodeCbor(key)).toKeyLike();
    await expect(theirs.verify(theirKey)).resolves.toBeUndefined();
    expect(new Uint8Array(theirs.payload)).toEqual(PAYLOAD);
    const changed = new Sign1(protectedBytes, new Map(), concat(PAYLOAD, PAYLOAD), signature);
    await expect(changed.verify(theirKey)).rejects.toThrow();
  });

  test("made by another library is verified by us", async () => {
    const d = Buffer.from(SEED).toString("base64url");
    const jwk = COSEKey.import(encodeCbor(key)).toJWK();
    const secret = await COSEKey.fromJWK({ ...jwk, d }).toKeyLike();
    const theirs = await Sign1.sign(header(alg) as Map<never, never>, undefined, PAYLOAD, secret);
    const ours = decodeSign1(new Uint8Array(theirs.encode()));
    if (!ours.ok) throw new Error(ours.error.code);
    expect(ours.value.protected).toEqual(header(alg));
    const message = sigStructure(ours.value.protectedBytes, ours.value.payload);
    // It does not make s low.
    const theirSignature = ours.value.signature;
    const signed = { signature: alg === -7 ? lowS(theirSignature) : theirSignature };
    expect(verifySignature({ key }, alg, message, signed)).toEqual({ ok: true, value: undefined });
  });
});
