import { describe, expect, test } from "vitest";
import {
  areSignaturesRight,
  isSignatureRight,
  prepareSignature,
  verifySignature,
} from "../../../src/core/index.ts";
import { ED25519, ED25519_KEY, edited, MESSAGE, P256, P256_KEY, signed } from "./make.ts";

const KINDS = [
  { kind: "ed25519", key: ED25519_KEY, bytes: ED25519.bytes, alg: -8 },
  { kind: "ed25519", key: ED25519_KEY, bytes: ED25519.bytes, alg: -19 },
  { kind: "p256", key: P256_KEY, bytes: P256.bytes, alg: -7 },
] as const;

test("many signatures of both kinds get the verdicts that each gets by itself", () => {
  const checks = KINDS.flatMap(({ kind, key, alg }) =>
    [MESSAGE, MESSAGE.subarray(1)].flatMap((message) => {
      const prepared = prepareSignature({ key }, alg, MESSAGE, signed(kind, message));
      return prepared.ok ? [prepared.value] : [];
    }),
  );
  expect(areSignaturesRight(checks)).toEqual([true, false, true, false, true, false]);
  expect(areSignaturesRight(checks)).toEqual(checks.map(isSignatureRight));
  expect(areSignaturesRight([])).toEqual([]);
});

describe.each(KINDS)("a signature by algorithm $alg", ({ kind, key, bytes, alg }) => {
  test("is taken under its key, and leaves only arithmetic once prepared", () => {
    const made = signed(kind, MESSAGE);
    expect(verifySignature({ key }, alg, MESSAGE, made)).toEqual({ ok: true, value: undefined });
    const prepared = prepareSignature({ key }, alg, MESSAGE, made);
    expect(prepared).toEqual({
      ok: true,
      value: { kind, publicKey: bytes, message: MESSAGE, signature: made.signature },
    });
    expect(prepared.ok && isSignatureRight(prepared.value)).toBe(true);
  });

  test("is refused over other bytes", () => {
    const made = signed(kind, MESSAGE.subarray(1));
    expect(verifySignature({ key }, alg, MESSAGE, made)).toEqual({
      ok: false,
      error: { code: "COSE_SIGNATURE_WRONG", kind },
    });
  });

  test("is refused by the other kind of key", () => {
    const [other, otherKind] =
      kind === "p256" ? ([ED25519_KEY, "ed25519"] as const) : ([P256_KEY, "p256"] as const);
    expect(verifySignature({ key: other }, alg, MESSAGE, signed(kind, MESSAGE))).toEqual({
      ok: false,
      error: { code: "COSE_ALGORITHM", got: alg, kind: otherKind },
    });
  });

  test("is refused where a passkey must have made it, and the other way round", () => {
    const made = signed(kind, MESSAGE);
    const passkey = { key, rpId: "ledger.example", origin: "https://ledger.example" };
    expect(verifySignature(passkey, alg, MESSAGE, made)).toEqual({
      ok: false,
      error: { code: "COSE_WEBAUTHN", want: true },
    });
    const webauthn = { authenticatorData: new Uint8Array(37), clientDataJson: new Uint8Array(1) };
    expect(verifySignature({ key }, alg, MESSAGE, { ...made, webauthn })).toEqual({
      ok: false,
      error: { code: "COSE_WEBAUTHN", want: false },
    });
    expect(verifySignature(passkey, alg, MESSAGE, { ...made, webauthn })).toEqual({
      ok: false,
      error: { code: "COSE_WEBAUTHN_RP", rpId: "ledger.example" },
    });
  });
});

test.each([-9, -35, -257, 5, 0])("algorithm %i is refused under either key", (alg) => {
  for (const [key, kind] of [
    [ED25519_KEY, "ed25519"],
    [P256_KEY, "p256"],
  ] as const) {
    expect(verifySignature({ key }, alg, MESSAGE, signed(kind, MESSAGE))).toEqual({
      ok: false,
      error: { code: "COSE_ALGORITHM", got: alg, kind },
    });
  }
});

test("a key that is none is refused before anything else", () => {
  const key = edited(ED25519_KEY, [[-2, new Uint8Array(32)]]);
  expect(verifySignature({ key }, 0, MESSAGE, { signature: new Uint8Array(64) })).toEqual({
    ok: false,
    error: { code: "COSE_KEY_POINT", kind: "ed25519" },
  });
});
