import { createHash } from "node:crypto";
import { ed25519 } from "@noble/curves/ed25519.js";
import {
  type Crafted,
  concat,
  findMessage,
  flip,
  fromHex,
  fromLittleEndian,
  littleEndian,
  type SignatureVector,
  vector,
} from "./craft.ts";

// Signatures made from the equation itself, with points and scalars that no honest signer uses: noble gives the arithmetic
// of the curve, none of its checks.

const { Point } = ed25519;
type Point = InstanceType<typeof Point>;
export const L: bigint = Point.CURVE().n;
const P: bigint = Point.CURVE().p;
const G = Point.BASE;
const NOBODY = Point.ZERO;

/** The eight points whose order divides 8. Any point of the curve times L is one; this one generates them. */
export const SMALL_ORDER: readonly Point[] = (() => {
  for (let y = 2n; ; y++) {
    const point = decode(littleEndian(y));
    if (point === undefined) continue;
    // L·point, without reducing L to 0 as multiplication by a scalar would.
    const torsion = point.multiplyUnsafe(L - 1n).add(point);
    const multiples = [...Array(8).keys()].map((k) => torsion.multiplyUnsafe(BigInt(k)));
    if (new Set(multiples.map((each) => each.toHex())).size === 8) return multiples;
  }
})();

function decode(bytes: Uint8Array): Point | undefined {
  try {
    return Point.fromBytes(bytes, true);
  } catch {
    return undefined;
  }
}

function torsion(k: number): Point {
  return SMALL_ORDER[k] ?? NOBODY;
}

function hram(r: Uint8Array, a: Uint8Array, message: Uint8Array): bigint {
  const hash = createHash("sha512").update(r).update(a).update(message).digest();
  return fromLittleEndian(hash) % L;
}

const SECRET = 0x1234567890abcdefn;
const NONCE = 0xfedcba0987654321n;

type Parts = {
  a?: Uint8Array;
  r?: Uint8Array;
  message?: Uint8Array;
  secret?: bigint;
  nonce?: bigint;
};

/** (R, S) with S = nonce + h·secret, whatever bytes A and R stand for. */
function craft(parts: Parts = {}): Crafted {
  const { secret = SECRET, nonce = NONCE } = parts;
  const a = parts.a ?? G.multiplyUnsafe(secret).toBytes();
  const r = parts.r ?? G.multiplyUnsafe(nonce).toBytes();
  const message = parts.message ?? new Uint8Array(0);
  const s = (nonce + hram(r, a, message) * secret) % L;
  return { publicKey: a, message, signature: concat(r, littleEndian(s)) };
}

/** A = secret·G + the torsion point `onKey`, R = nonce·G + the torsion point `onR`, and a message where the exact equation does or does not hold. */
function mixed(onKey: number, onR: number, exact: boolean): Crafted {
  const a = G.multiplyUnsafe(SECRET).add(torsion(onKey)).toBytes();
  const r = G.multiplyUnsafe(NONCE).add(torsion(onR)).toBytes();
  return craft({ a, r, message: findMessage((m) => holds(onKey, onR, hram(r, a, m)) === exact) });
}

/** Whether −h·T_key = T_R, which is what is left of the equation once the multiples of G cancel. */
function holds(onKey: number, onR: number, h: bigint): boolean {
  return torsion(onKey).multiplyUnsafe(h).negate().equals(torsion(onR));
}

/** R of small order in an equation that holds exactly: only the check of R's order refuses it. */
function smallR(onKey: number, onR: number): Crafted {
  const a = G.multiplyUnsafe(SECRET).add(torsion(onKey)).toBytes();
  const r = torsion(onR).toBytes();
  const message = findMessage((m) => holds(onKey, onR, hram(r, a, m)));
  return craft({ a, r, message, nonce: 0n });
}

/** A of small order in an equation that holds exactly: anybody could make it. */
function smallA(a: Uint8Array, order: number): Crafted {
  const r = G.multiplyUnsafe(NONCE).toBytes();
  const message = findMessage((m) =>
    torsion(order)
      .multiplyUnsafe(hram(r, a, m))
      .is0(),
  );
  return craft({ a, r, message, secret: 0n });
}

/** The spellings of small-order points that are not canonical: y + p, and x = 0 with its sign set. */
const CROOKED: readonly Uint8Array[] = [0n, 1n]
  .flatMap((y) => [littleEndian(y + P), flip(littleEndian(y + P), 31, 0x80)])
  .concat([flip(littleEndian(1n), 31, 0x80), flip(littleEndian(P - 1n), 31, 0x80)]);

/** y + p, where y is on the curve and of large order: nobody knows the secret, but a lax reader reads the key. */
const CROOKED_LARGE = [2n, 3n, 4n, 5n, 6n, 7n, 8n]
  .filter((y) => decode(littleEndian(y)) !== undefined)
  .map((y) => littleEndian(y + P));

const OFF_CURVE = littleEndian(
  [2n, 3n, 4n, 5n, 6n, 7n].find((y) => decode(littleEndian(y)) === undefined) ?? 0n,
);

function withS(change: (s: bigint) => bigint): Crafted {
  const made = craft();
  const s = change(fromLittleEndian(made.signature.slice(32)));
  return { ...made, signature: concat(made.signature.slice(0, 32), littleEndian(s)) };
}

function edit(change: (made: Crafted) => Partial<Crafted>): Crafted {
  const made = craft({ message: fromHex("00ff") });
  return { ...made, ...change(made) };
}

const ORDERS = [0, 1, 2, 3, 4, 5, 6, 7];

// RFC 8032 §7.1, tests 1 to 3: seed, message.
const RFC_8032 = [
  ["9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", ""],
  ["4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "72"],
  ["c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "af82"],
] as const;

export function ed25519Vectors(): SignatureVector[] {
  return [...plain(), ...scalars(), ...points(), ...mixedOrders(), ...lengths()];
}

function plain(): SignatureVector[] {
  return [
    ...RFC_8032.map(([seed, message], i) =>
      vector(`RFC 8032 test ${i + 1}`, true, {
        publicKey: ed25519.getPublicKey(fromHex(seed)),
        message: fromHex(message),
        signature: ed25519.sign(fromHex(message), fromHex(seed)),
      }),
    ),
    vector("crafted from the equation, empty message", true, craft()),
    vector(
      "another message",
      false,
      edit(() => ({ message: fromHex("00fe") })),
    ),
    vector(
      "another key",
      false,
      edit(() => ({ publicKey: G.toBytes() })),
    ),
    vector(
      "a bit of R turned",
      false,
      edit(({ signature }) => ({ signature: flip(signature, 3) })),
    ),
    vector(
      "a bit of S turned",
      false,
      edit(({ signature }) => ({ signature: flip(signature, 40) })),
    ),
    vector(
      "the sign of R turned",
      false,
      edit(({ signature }) => ({ signature: flip(signature, 31, 0x80) })),
    ),
    vector(
      "the sign of A turned",
      false,
      edit(({ publicKey }) => ({ publicKey: flip(publicKey, 31, 0x80) })),
    ),
    vector(
      "all zero",
      false,
      edit(() => ({ publicKey: new Uint8Array(32), signature: new Uint8Array(64) })),
    ),
  ];
}

function scalars(): SignatureVector[] {
  return [
    vector(
      "S + L",
      false,
      withS((s) => s + L),
    ),
    vector(
      "S + 2 L",
      false,
      withS((s) => s + 2n * L),
    ),
    vector(
      "S + 15 L",
      false,
      withS((s) => s + 15n * L),
    ),
    vector(
      "S = 0",
      false,
      withS(() => 0n),
    ),
    vector(
      "S = L",
      false,
      withS(() => L),
    ),
    vector(
      "S = 2^256 - 1",
      false,
      withS(() => 2n ** 256n - 1n),
    ),
    vector(
      "S with its top bit set",
      false,
      withS((s) => s + 2n ** 255n),
    ),
    vector(
      "S negated",
      false,
      withS((s) => L - s),
    ),
  ];
}

function points(): SignatureVector[] {
  return [
    ...ORDERS.map((k) =>
      vector(`A is small-order point ${k}, equation holds`, false, smallA(torsion(k).toBytes(), k)),
    ),
    ...CROOKED.map((a, i) =>
      vector(`A is small-order spelling ${i} that is not canonical`, false, smallA(a, 1)),
    ),
    ...CROOKED_LARGE.map((a, i) => vector(`A is y + p of large order ${i}`, false, craft({ a }))),
    ...CROOKED_LARGE.map((r, i) => vector(`R is y + p of large order ${i}`, false, craft({ r }))),
    ...CROOKED.map((r, i) =>
      vector(
        `R is small-order spelling ${i} that is not canonical`,
        false,
        craft({ r, nonce: 0n }),
      ),
    ),
    vector("A is not on the curve", false, craft({ a: OFF_CURVE })),
    vector("R is not on the curve", false, craft({ r: OFF_CURVE })),
    vector("R is the identity, equation holds", false, smallR(0, 0)),
    ...ORDERS.slice(1).map((k) =>
      vector(`A of mixed order, R is small-order point ${k}, equation holds`, false, smallR(1, k)),
    ),
  ];
}

function mixedOrders(): SignatureVector[] {
  return [
    ...ORDERS.slice(1).flatMap((k) => [
      vector(`A of mixed order ${k}, equation holds exactly`, true, mixed(k, 0, true)),
      vector(
        `A of mixed order ${k}, equation holds with the cofactor only`,
        false,
        mixed(k, 0, false),
      ),
      vector(
        `R of mixed order ${k}, equation holds with the cofactor only`,
        false,
        mixed(0, k, false),
      ),
    ]),
    ...ORDERS.slice(1).flatMap((k) => [
      vector(`A of mixed order 1 and R of ${k}, equation holds exactly`, true, mixed(1, k, true)),
      vector(`A of mixed order 1 and R of ${k}, with the cofactor only`, false, mixed(1, k, false)),
    ]),
  ];
}

function lengths(): SignatureVector[] {
  return [
    vector(
      "signature of 63 bytes",
      false,
      edit(({ signature }) => ({ signature: signature.slice(0, 63) })),
    ),
    vector(
      "signature of 65 bytes",
      false,
      edit(({ signature }) => ({ signature: concat(signature, fromHex("00")) })),
    ),
    vector(
      "signature of 0 bytes",
      false,
      edit(() => ({ signature: new Uint8Array(0) })),
    ),
    vector(
      "key of 31 bytes",
      false,
      edit(({ publicKey }) => ({ publicKey: publicKey.slice(0, 31) })),
    ),
    vector(
      "key of 33 bytes",
      false,
      edit(({ publicKey }) => ({ publicKey: concat(publicKey, fromHex("00")) })),
    ),
    vector(
      "key of 0 bytes",
      false,
      edit(() => ({ publicKey: new Uint8Array(0) })),
    ),
  ];
}
