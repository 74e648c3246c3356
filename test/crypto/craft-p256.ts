import { createHash } from "node:crypto";
import { p256 } from "@noble/curves/nist.js";
import {
  bigEndian,
  type Crafted,
  concat,
  flip,
  fromBigEndian,
  fromHex,
  type SignatureVector,
  vector,
} from "./craft.ts";

const { Point } = p256;
export const N: bigint = Point.CURVE().n;
const P: bigint = Point.CURVE().p;
const HALF = N >> 1n;
const NONCE = 0x5ca1ab1en;
const MESSAGE = fromHex("636974796964");

function modulo(n: bigint): bigint {
  return ((n % N) + N) % N;
}

function inverse(n: bigint): bigint {
  return Point.Fn.inv(n);
}

function keyOf(secret: bigint): Uint8Array {
  return Point.BASE.multiply(secret).toBytes(false).slice(1);
}

const R = modulo(Point.BASE.multiply(NONCE).toAffine().x);
const DIGEST = modulo(fromBigEndian(createHash("sha256").update(MESSAGE).digest()));

/** A right signature with this s: the key follows from s = (e + r·d) / k. */
function withS(s: bigint): Crafted {
  const secret = modulo((s * NONCE - DIGEST) * inverse(R));
  return { publicKey: keyOf(secret), message: MESSAGE, signature: raw(R, s) };
}

function raw(r: bigint, s: bigint): Uint8Array {
  return concat(bigEndian(r), bigEndian(s));
}

const RIGHT = withS(0xc0ffeen);

function edit(change: Partial<Crafted>): Crafted {
  return { ...RIGHT, ...change };
}

/** r and s as DER, which operations never hold. */
const DER = concat(
  fromHex("3046022100"),
  RIGHT.signature.slice(0, 32),
  fromHex("022100"),
  RIGHT.signature.slice(32),
);

export function p256Vectors(): SignatureVector[] {
  return [...right(), ...scalars(), ...keys(), ...lengths()];
}

function right(): SignatureVector[] {
  return [
    vector("right", true, RIGHT),
    vector("s = 1", true, withS(1n)),
    vector("s = (n - 1) / 2, the greatest that is low", true, withS(HALF)),
    vector("s = (n + 1) / 2, the least that is high", false, withS(HALF + 1n)),
    vector("s = n - 1", false, withS(N - 1n)),
    vector("the same signature with n - s", false, edit({ signature: raw(R, N - 0xc0ffeen) })),
    vector("another message", false, edit({ message: fromHex("636974796965") })),
    vector("empty message", false, edit({ message: new Uint8Array(0) })),
    vector("another key", false, edit({ publicKey: keyOf(7n) })),
    vector("a bit of r turned", false, edit({ signature: flip(RIGHT.signature, 31) })),
    vector("a bit of s turned", false, edit({ signature: flip(RIGHT.signature, 63) })),
  ];
}

function scalars(): SignatureVector[] {
  const s = 0xc0ffeen;
  return [
    vector("r = 0", false, edit({ signature: raw(0n, s) })),
    vector("s = 0", false, edit({ signature: raw(R, 0n) })),
    vector("r = s = 0", false, edit({ signature: raw(0n, 0n) })),
    vector("r = n", false, edit({ signature: raw(N, s) })),
    vector("s = n", false, edit({ signature: raw(R, N) })),
    vector("s + n", false, edit({ signature: raw(R, s + N) })),
    vector("r = p - 1, not below n", false, edit({ signature: raw(P - 1n, s) })),
    vector("r = 2^256 - 1", false, edit({ signature: raw(2n ** 256n - 1n, s) })),
    vector("r and s swapped", false, edit({ signature: raw(s, R) })),
  ];
}

function keys(): SignatureVector[] {
  const x = RIGHT.publicKey.slice(0, 32);
  const y = RIGHT.publicKey.slice(32);
  return [
    vector("key is all zero", false, edit({ publicKey: new Uint8Array(64) })),
    vector("key is not on the curve", false, edit({ publicKey: flip(RIGHT.publicKey, 63) })),
    vector(
      "y of the key negated",
      false,
      edit({ publicKey: concat(x, bigEndian(P - fromBigEndian(y))) }),
    ),
    vector("x of the key is p", false, edit({ publicKey: concat(bigEndian(P), y) })),
    vector(
      "x of the key is x + p for a point with a small x",
      false,
      edit({ publicKey: shifted() }),
    ),
    vector("key is all ones", false, edit({ publicKey: new Uint8Array(64).fill(0xff) })),
  ];
}

/** A point with a small x, its x written as x + p: the same point for a reader that reduces. */
function shifted(): Uint8Array {
  for (let x = 1n; ; x++) {
    try {
      const point = Point.fromBytes(concat(fromHex("02"), bigEndian(x)));
      return concat(bigEndian(x + P), point.toBytes(false).slice(33));
    } catch {
      // This x has no point.
    }
  }
}

function lengths(): SignatureVector[] {
  return [
    vector("signature of 63 bytes", false, edit({ signature: RIGHT.signature.slice(1) })),
    vector(
      "signature of 65 bytes",
      false,
      edit({ signature: concat(RIGHT.signature, fromHex("00")) }),
    ),
    vector("signature of 0 bytes", false, edit({ signature: new Uint8Array(0) })),
    vector("signature as DER", false, edit({ signature: DER })),
    vector(
      "key with the 04 of an uncompressed point",
      false,
      edit({ publicKey: concat(fromHex("04"), RIGHT.publicKey) }),
    ),
    vector("key of 63 bytes", false, edit({ publicKey: RIGHT.publicKey.slice(1) })),
    vector(
      "compressed key",
      false,
      edit({ publicKey: concat(fromHex("02"), RIGHT.publicKey.slice(0, 32)) }),
    ),
    vector("key of 0 bytes", false, edit({ publicKey: new Uint8Array(0) })),
  ];
}
