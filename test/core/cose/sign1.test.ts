import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type CborValue,
  concat,
  decodeSign1,
  encodeCbor,
  encodeSign1,
  equalBytes,
  hex,
  sha256,
  signatureId,
  sigStructure,
  utf8,
} from "../../../src/core/index.ts";
import { PAYLOAD, PROTECTED } from "./make.ts";

const SIGNATURE = new Uint8Array(64).fill(7);
const WEBAUTHN = { authenticatorData: new Uint8Array(37), clientDataJson: utf8("{}") };

function tagged(...parts: CborValue[]): Uint8Array {
  return concat(Uint8Array.of(0xd2), encodeCbor(parts));
}

describe("an envelope", () => {
  test("is decoded to what it was encoded from, whatever payload, header and passkey data", () => {
    // Every width that the head of a byte string has.
    const bytes = fc.nat({ max: 70_000 }).map((length) => new Uint8Array(length).fill(length));
    const header = fc.uint8Array({ maxLength: 300 });
    const webauthn = fc.option(fc.record({ authenticatorData: header, clientDataJson: header }), {
      nil: undefined,
    });
    fc.assert(
      fc.property(header, bytes, webauthn, (kid, payload, passkey) => {
        const protectedHeader = new Map<number, CborValue>([
          [1, -8],
          [4, kid],
        ]);
        const parts = {
          protectedBytes: encodeCbor(protectedHeader),
          payload,
          signature: SIGNATURE,
          ...(passkey === undefined ? {} : { webauthn: passkey }),
        };
        const decoded = decodeSign1(encodeSign1(parts));
        if (!decoded.ok) throw new Error(decoded.error.code);
        // Large arrays are compared by hand: the matcher takes a tenth of a second for each.
        expect(equalBytes(decoded.value.payload, payload)).toBe(true);
        const empty = { payload: new Uint8Array(0) };
        expect({ ...decoded.value, ...empty }).toEqual({
          ...parts,
          ...empty,
          protected: protectedHeader,
        });
      }),
      { numRuns: 50 },
    );
  });

  test("begins with the bytes that tell operations from other entries of a log", () => {
    const bytes = encodeSign1({
      protectedBytes: PROTECTED,
      payload: PAYLOAD,
      signature: SIGNATURE,
    });
    expect(hex(bytes.subarray(0, 7))).toBe("d28443a10127a0");
  });

  test("is refused with every byte changed to any other, or read as different parts", () => {
    const bytes = encodeSign1({
      protectedBytes: PROTECTED,
      payload: PAYLOAD,
      signature: SIGNATURE,
      webauthn: WEBAUTHN,
    });
    const at = fc.nat({ max: bytes.length - 1 });
    fc.assert(
      fc.property(at, fc.integer({ min: 1, max: 255 }), (i, difference) => {
        const changed = bytes.map((byte, j) => (i === j ? byte ^ difference : byte));
        const decoded = decodeSign1(changed);
        if (decoded.ok) expect(equalBytes(encodeSign1(decoded.value), changed)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test("is refused when it was cut anywhere, or goes on", () => {
    const bytes = encodeSign1({
      protectedBytes: PROTECTED,
      payload: PAYLOAD,
      signature: SIGNATURE,
    });
    for (let length = 1; length < bytes.length; length++) {
      expect(decodeSign1(bytes.subarray(0, length))).toEqual({
        ok: false,
        error: { code: "CBOR_TRUNCATED", offset: length },
      });
    }
    expect(decodeSign1(concat(bytes, Uint8Array.of(0)))).toEqual({
      ok: false,
      error: { code: "CBOR_TRAILING", offset: bytes.length },
    });
  });
});

describe("refuses", () => {
  test.each<[string, Uint8Array]>([
    ["nothing", new Uint8Array(0)],
    ["an envelope without its tag", tagged(PROTECTED, {}, PAYLOAD, SIGNATURE).subarray(1)],
    [
      "COSE_Sign, tag 98",
      concat(Uint8Array.of(0xd8, 98), encodeCbor([PROTECTED, {}, PAYLOAD, []])),
    ],
    [
      "tag 18 in two bytes",
      concat(Uint8Array.of(0xd8, 18), encodeCbor([PROTECTED, {}, PAYLOAD, SIGNATURE])),
    ],
  ])("%s", (_, bytes) => {
    expect(decodeSign1(bytes)).toEqual({ ok: false, error: { code: "COSE_TAG", want: 0xd2 } });
  });

  test.each<[string, Uint8Array]>([
    ["a map in the place of the four parts", concat(Uint8Array.of(0xd2), encodeCbor({}))],
    ["three parts", tagged(PROTECTED, {}, PAYLOAD)],
    ["five parts", tagged(PROTECTED, {}, PAYLOAD, SIGNATURE, 0)],
  ])("%s", (_, bytes) => {
    expect(decodeSign1(bytes)).toEqual({ ok: false, error: { code: "COSE_PARTS", want: 4 } });
  });

  test.each<[string, CborValue]>([
    ["a map that is not wrapped in bytes", new Map<number, CborValue>([[1, -8]])],
    ["an empty map", encodeCbor({})],
    ["a map of text labels", encodeCbor({ alg: -8 })],
    ["an array", encodeCbor([1, -8])],
  ])("%s as protected header", (_, header) => {
    expect(decodeSign1(tagged(header, {}, PAYLOAD, SIGNATURE))).toEqual({
      ok: false,
      error: { code: "COSE_PROTECTED" },
    });
  });

  test("a protected header that is no deterministic CBOR, and says where in the envelope", () => {
    // {1: -8} with the label in two bytes. The envelope begins with tag, array head and byte string head.
    const header = Uint8Array.of(0xa1, 0x18, 0x01, 0x27);
    expect(decodeSign1(tagged(header, {}, PAYLOAD, SIGNATURE))).toEqual({
      ok: false,
      error: { code: "CBOR_NOT_SHORTEST", offset: 4 },
    });
    expect(decodeSign1(tagged(new Uint8Array(0), {}, PAYLOAD, SIGNATURE))).toEqual({
      ok: false,
      error: { code: "CBOR_TRUNCATED", offset: 3 },
    });
    // The offset counts from the envelope's first byte where the envelope itself is a view.
    const view = concat(new Uint8Array(100), tagged(header, {}, PAYLOAD, SIGNATURE)).subarray(100);
    expect(decodeSign1(view)).toMatchObject({ error: { offset: 4 } });
  });

  test.each<[string, CborValue]>([
    ["an algorithm", new Map<number, CborValue>([[1, -8]])],
    ["a kid", new Map<number, CborValue>([[4, new Uint8Array(8)]])],
    ["another name", { webauthm: [new Uint8Array(1), new Uint8Array(1)] }],
    ["a second name", { a: 1, webauthn: [new Uint8Array(1), new Uint8Array(1)] }],
    ["one part of passkey data", { webauthn: [new Uint8Array(1)] }],
    [
      "three parts of passkey data",
      { webauthn: [new Uint8Array(1), new Uint8Array(1), new Uint8Array(1)] },
    ],
    ["passkey data as text", { webauthn: [new Uint8Array(1), "{}"] }],
    ["authenticator data as text", { webauthn: ["x", new Uint8Array(1)] }],
    ["passkey data in a map", { webauthn: { a: 1 } }],
    ["no map", []],
  ])("%s in the unprotected header", (_, unprotected) => {
    expect(decodeSign1(tagged(PROTECTED, unprotected, PAYLOAD, SIGNATURE))).toEqual({
      ok: false,
      error: { code: "COSE_UNPROTECTED" },
    });
  });

  test("a detached payload, and one that is not wrapped in bytes", () => {
    for (const payload of [null, { op: "update" }]) {
      expect(decodeSign1(tagged(PROTECTED, {}, payload, SIGNATURE))).toEqual({
        ok: false,
        error: { code: "COSE_PAYLOAD" },
      });
    }
  });

  test("a signature that is not 64 bytes", () => {
    for (const signature of [new Uint8Array(63), new Uint8Array(65), new Uint8Array(0), null]) {
      expect(decodeSign1(tagged(PROTECTED, {}, PAYLOAD, signature))).toEqual({
        ok: false,
        error: { code: "COSE_SIGNATURE", want: 64 },
      });
    }
  });
});

test("the signature covers header and payload as RFC 9052 has them, and nothing of the rest", () => {
  // 84 = array of 4, 6a = text of 10, 43 = bytes of 3, 40 = empty external_aad, 4b = bytes of 11.
  const want = `846a5369676e61747572653143a1012740 4b${hex(PAYLOAD)}`.replace(" ", "");
  expect(hex(sigStructure(PROTECTED, PAYLOAD))).toBe(want);
  expect(signatureId(sigStructure(PROTECTED, PAYLOAD))).toEqual(
    sha256(sigStructure(PROTECTED, PAYLOAD)),
  );
});
