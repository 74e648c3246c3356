import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Crypto } from "../../src/crypto/contract.ts";
import * as native from "../../src/crypto/node.ts";
import * as web from "../../src/crypto/web.ts";
import * as verifier from "../../src/crypto/web-verifier.ts";
import { flip } from "./craft.ts";

// All of them fill the contract: a name that one of them lacks does not compile.
const HALVES: readonly Crypto[] = [native, web, verifier];

const secret = fc.uint8Array({ minLength: 32, maxLength: 32 });
// Below the order of P-256 with certainty, and never 0.
const scalar = secret.map((bytes) => Uint8Array.of(0x7f, ...bytes.subarray(1)));
const message = fc.uint8Array({ maxLength: 300 });
const position = fc.nat({ max: 63 });
const bit = fc.nat({ max: 7 }).map((shift) => 1 << shift);
// noble takes milliseconds for a verification.
const RUNS = { numRuns: 60 };

describe("Ed25519", () => {
  test("all halves make the same keys and signatures, and each takes the other's", () => {
    fc.assert(
      fc.property(secret, message, (seed, m) => {
        const publicKey = native.publicEd25519(seed);
        const signature = native.signEd25519(seed, m);
        expect(web.publicEd25519(seed)).toEqual(publicKey);
        expect(web.signEd25519(seed, m)).toEqual(signature);
        for (const half of HALVES) expect(half.verifyEd25519(publicKey, m, signature)).toBe(true);
      }),
      RUNS,
    );
  });

  test("all halves refuse a signature with one bit turned", () => {
    fc.assert(
      fc.property(secret, message, position, bit, (seed, m, at, turned) => {
        const publicKey = native.publicEd25519(seed);
        const signature = flip(native.signEd25519(seed, m), at, turned);
        for (const half of HALVES) expect(half.verifyEd25519(publicKey, m, signature)).toBe(false);
      }),
      RUNS,
    );
  });

  test("all halves check many as they check one", () => {
    fc.assert(
      fc.property(secret, fc.array(message, { maxLength: 4 }), position, (seed, messages, at) => {
        const publicKey = native.publicEd25519(seed);
        const signed = messages.map((m, i) => {
          const signature = native.signEd25519(seed, m);
          return { publicKey, message: m, signature: i === 1 ? flip(signature, at, 1) : signature };
        });
        for (const half of HALVES) {
          expect(half.verifyEd25519Each(signed)).toEqual(signed.map((_, i) => i !== 1));
        }
      }),
      { numRuns: 20 },
    );
  });

  test("all halves refuse a key with one bit turned", () => {
    fc.assert(
      fc.property(secret, message, fc.nat({ max: 31 }), bit, (seed, m, at, turned) => {
        const publicKey = flip(native.publicEd25519(seed), at, turned);
        const signature = native.signEd25519(seed, m);
        for (const half of HALVES) expect(half.verifyEd25519(publicKey, m, signature)).toBe(false);
      }),
      RUNS,
    );
  });
});

describe("P-256", () => {
  test("all halves make the same keys, and each takes the other's signatures, which have a low s", () => {
    fc.assert(
      fc.property(scalar, message, (d, m) => {
        const publicKey = native.publicP256(d);
        expect(web.publicP256(d)).toEqual(publicKey);
        for (const signer of HALVES) {
          const signature = signer.signP256(d, m);
          expect(signer.lowS(signature)).toEqual(signature);
          for (const half of HALVES) expect(half.verifyP256(publicKey, m, signature)).toBe(true);
        }
      }),
      RUNS,
    );
  });

  test("all halves refuse a signature or a key with one bit turned", () => {
    fc.assert(
      fc.property(scalar, message, position, bit, (d, m, at, turned) => {
        const publicKey = native.publicP256(d);
        const signature = native.signP256(d, m);
        for (const half of HALVES) {
          expect(half.verifyP256(publicKey, m, flip(signature, at, turned))).toBe(false);
          expect(half.verifyP256(flip(publicKey, at, turned), m, signature)).toBe(false);
        }
      }),
      RUNS,
    );
  });

  test("more keys than the native half remembers change no verdict", () => {
    const m = Uint8Array.of(1);
    const first = new Uint8Array(32).fill(1);
    const signature = native.signP256(first, m);
    for (let i = 0; i < 4100; i++) {
      const other = new Uint8Array(32).fill(2);
      new DataView(other.buffer).setUint32(0, i);
      expect(native.verifyP256(native.publicP256(other), m, signature)).toBe(false);
    }
    expect(native.verifyP256(native.publicP256(first), m, signature)).toBe(true);
  });
});

test("random bytes are as many as asked for, and differ from call to call", () => {
  for (const half of HALVES) {
    expect(half.randomBytes(16)).toHaveLength(16);
    expect(half.randomBytes(16)).not.toEqual(half.randomBytes(16));
    expect(half.randomBytes(16).constructor).toBe(Uint8Array);
  }
});
