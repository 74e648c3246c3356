import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type CborValue,
  coseKey,
  decodeCbor,
  encodeCbor,
  fromHex,
  hex,
  keyIdentifier,
  parseCoseKey,
  thumbprint,
} from "../../../src/core/index.ts";
import { publicEd25519, publicP256 } from "../../../src/crypto/node.ts";
import { ED25519, ED25519_KEY, edited, P256, P256_KEY } from "./make.ts";

const ones = new Uint8Array(32).fill(0xff);

test("a key is read from the COSE_Key that is made of it, after its bytes too", () => {
  const secret = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(
    fc.property(secret, fc.boolean(), (bytes, isEd25519) => {
      const secretScalar = Uint8Array.of(1, ...bytes.subarray(1));
      const key = isEd25519
        ? ({ kind: "ed25519", bytes: publicEd25519(bytes) } as const)
        : ({ kind: "p256", bytes: publicP256(secretScalar) } as const);
      const decoded = decodeCbor(encodeCbor(coseKey(key)));
      expect(decoded.ok && parseCoseKey(decoded.value)).toEqual({ ok: true, value: key });
    }),
  );
});

// RFC 9679 §6.
test("the thumbprint of the standard's own example is the one printed there", () => {
  const key = new Map<number, CborValue>([
    [1, 2],
    [-1, 1],
    [-2, bytesOf("65eda5a12577c2bae829437fe338701a10aaa375e1bb5b5de108de439c08551d")],
    [-3, bytesOf("1e52ed75701163f7f9e40ddf9f341b3dc9ba860af7e0ca7ca7e9eecd0084d19c")],
  ]);
  expect(parseCoseKey(key).ok).toBe(true);
  const want = "496bd8afadf307e5b08c64b0421bf9dc01528a344a43bda88fadd1669da253ec";
  expect(hex(thumbprint(key))).toBe(want);
  expect(hex(keyIdentifier(key))).toBe(want.slice(0, 16));
});

describe("refuses", () => {
  test.each<[string, CborValue]>([
    ["text", "key"],
    ["a map of text labels", { kty: 1 }],
    ["bytes", encodeCbor(ED25519_KEY)],
    ["null", null],
  ])("%s, which is no map of COSE labels", (_, value) => {
    expect(parseCoseKey(value)).toEqual({ ok: false, error: { code: "COSE_KEY_MAP" } });
  });

  test.each<[string, CborValue]>([
    ["X25519", edited(ED25519_KEY, [[-1, 4]])],
    ["Ed448", edited(ED25519_KEY, [[-1, 7]])],
    ["P-384", edited(P256_KEY, [[-1, 2]])],
    ["EC2 with the number of Ed25519", edited(P256_KEY, [[-1, 6]])],
    ["OKP with the number of P-256", edited(ED25519_KEY, [[-1, 1]])],
    ["a symmetric key", edited(ED25519_KEY, [[1, 4]])],
    ["a key type in words", edited(ED25519_KEY, [[1, "OKP"]])],
    ["a key without type", edited(ED25519_KEY, [[1, undefined]])],
    ["a key without curve", edited(P256_KEY, [[-1, undefined]])],
  ])("%s, since it is neither Ed25519 nor P-256", (_, value) => {
    expect(parseCoseKey(value)).toEqual({
      ok: false,
      error: { code: "COSE_KEY_TYPE", want: "Ed25519 or P-256" },
    });
  });

  test.each<[string, CborValue, number, number]>([
    ["a private part", edited(ED25519_KEY, [[-4, ones]]), 4, 3],
    ["a kid", edited(P256_KEY, [[2, ones]]), 5, 4],
    ["a text label", edited(ED25519_KEY, [["note", 1]]), 4, 3],
    ["no x", edited(ED25519_KEY, [[-2, undefined]]), 2, 3],
    ["no y", edited(P256_KEY, [[-3, undefined]]), 3, 4],
  ])(
    "a key with %s, whose thumbprint would not be one of its members alone",
    (_, value, got, want) => {
      expect(parseCoseKey(value)).toEqual({
        ok: false,
        error: { code: "COSE_KEY_MEMBERS", got, want },
      });
    },
  );

  test.each<[string, CborValue, number]>([
    ["x of 31 bytes", edited(ED25519_KEY, [[-2, ones.subarray(1)]]), -2],
    ["y of 33 bytes", edited(P256_KEY, [[-3, new Uint8Array(33)]]), -3],
    ["a sign in the place of y", edited(P256_KEY, [[-3, true]]), -3],
    [
      "another member in the place of x",
      edited(ED25519_KEY, [
        [-2, undefined],
        [2, ones],
      ]),
      -2,
    ],
  ])("%s", (_, value, label) => {
    expect(parseCoseKey(value)).toEqual({
      ok: false,
      error: { code: "COSE_KEY_LENGTH", label, want: 32 },
    });
  });

  test("an Ed25519 point that is not canonical, or of small order", () => {
    for (const x of [ones, new Uint8Array(32), Uint8Array.of(1, ...new Uint8Array(31))]) {
      expect(parseCoseKey(edited(ED25519_KEY, [[-2, x]]))).toEqual({
        ok: false,
        error: { code: "COSE_KEY_POINT", kind: "ed25519" },
      });
    }
  });

  test("a P-256 point off the curve, or with a coordinate that is not below p", () => {
    const p = "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff";
    const zero = new Uint8Array(32);
    // 66485c78… is a square root of b, so that (0, y) is on the curve; (p, y) is the same point spelt twice.
    const root = bytesOf("66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4");
    const onCurve = edited(P256_KEY, [
      [-2, zero],
      [-3, root],
    ]);
    expect(parseCoseKey(onCurve).ok).toBe(true);
    for (const [x, y] of [
      [bytesOf(p), root],
      [zero, zero],
      [root, bytesOf(p)],
      [P256.bytes.slice(0, 32), root],
    ] as const) {
      expect(
        parseCoseKey(
          edited(P256_KEY, [
            [-2, x],
            [-3, y],
          ]),
        ),
      ).toEqual({
        ok: false,
        error: { code: "COSE_KEY_POINT", kind: "p256" },
      });
    }
  });
});

test("an Ed25519 key is 32 bytes and a P-256 key 64", () => {
  expect([ED25519.bytes.length, P256.bytes.length]).toEqual([32, 64]);
});

function bytesOf(text: string): Uint8Array {
  return fromHex(text) ?? new Uint8Array(0);
}
