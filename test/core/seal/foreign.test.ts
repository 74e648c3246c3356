import { COSEKey, Sign1 } from "@auth0/cose";
import { decode } from "cborg";
import { describe, expect, test } from "vitest";
import {
  composeSeal,
  decodeSeal,
  encodeCbor,
  encodeSeal,
  type SealClaims,
} from "../../../src/core/index.ts";
import { signEd25519, signP256 } from "../../../src/crypto/node.ts";
import { ED25519_KEY, P256_KEY, SEED } from "../cose/make.ts";
import { code } from "../state/kit.ts";

// Libraries that nobody here wrote read our seals as the CWTs that they are.

const KINDS = [
  { alg: -8, key: ED25519_KEY, sign: signEd25519 },
  { alg: -7, key: P256_KEY, sign: signP256 },
] as const;

describe.each(KINDS)("a seal by algorithm $alg", ({ alg, key, sign }) => {
  const claims: SealClaims = {
    code: code("MA.156.1301.02/LAMP/000001"),
    iatSeconds: 1_793_000_000,
    expSeconds: 1_950_000_000,
    serial: 7,
    born: new Uint8Array(8).fill(9),
  };
  const kid = new Uint8Array(8).fill(4);
  const unsigned = composeSeal(claims, { alg, kid });
  const seal = encodeSeal(unsigned, sign(SEED, unsigned.message));

  test("is verified by another library, and refused by it once it was changed", async () => {
    const theirs = Sign1.decode(seal);
    const theirKey = await COSEKey.import(encodeCbor(key)).toKeyLike();
    await expect(theirs.verify(theirKey)).resolves.toBeUndefined();
    for (const at of [30, seal.length - 1]) {
      const changed = seal.slice();
      changed[at] = (changed[at] as number) ^ 1;
      await expect((async () => Sign1.decode(changed).verify(theirKey))()).rejects.toThrow();
    }
  });

  test("has the claims of a CWT", () => {
    const { payload } = Sign1.decode(seal);
    const options = { useMaps: true };
    expect(decode(new Uint8Array(payload), options)).toEqual(
      new Map<number, unknown>([
        [2, claims.code],
        [4, claims.expSeconds],
        [6, claims.iatSeconds],
        [7, Uint8Array.of(0, 0, 0, 7, ...new Uint8Array(8).fill(9))],
      ]),
    );
  });

  test("made by another library is read by us", async () => {
    const d = Buffer.from(SEED).toString("base64url");
    const jwk = COSEKey.import(encodeCbor(key)).toJWK();
    const secret = await COSEKey.fromJWK({ ...jwk, d }).toKeyLike();
    const header = new Map<number, unknown>([
      [1, alg],
      [4, kid],
    ]);
    const made = await Sign1.sign(header as Map<never, never>, undefined, unsigned.payload, secret);
    expect(decodeSeal(new Uint8Array(made.encode()))).toMatchObject({
      ok: true,
      value: { ...claims, alg, kid },
    });
  });
});
