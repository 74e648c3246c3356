import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { signEd25519 } from "#crypto";
import {
  type CborValue,
  type Code,
  composeSeal,
  decodeSeal,
  encodeCbor,
  encodeSeal,
  encodeSign1,
  hex,
  type SealClaims,
  sealName,
  verifySignature,
} from "../../../src/core/index.ts";
import { code, testKey } from "../state/kit.ts";

const KEY = testKey("sealer");
const HEADER = { alg: -8, kid: KEY.kid } as const;
const CLAIMS: SealClaims = {
  code: code("MA.156.1301.02/LAMP/0001"),
  iatSeconds: 1_793_000_000,
  expSeconds: 1_950_000_000,
  serial: 66_051,
  born: new Uint8Array(8).fill(0xb0),
};

function make(claims: SealClaims = CLAIMS): Uint8Array {
  const unsigned = composeSeal(claims, HEADER);
  return encodeSeal(unsigned, signEd25519(KEY.seed, unsigned.message));
}

/** A seal of any header and payload. */
function crafted(header: readonly [number, CborValue][], payload: CborValue, more: object = {}) {
  return encodeSign1({
    protectedBytes: encodeCbor(new Map<number, CborValue>(header)),
    payload: encodeCbor(payload),
    signature: new Uint8Array(64),
    ...more,
  });
}
const header: [[number, CborValue], [number, CborValue]] = [
  [1, -8],
  [4, KEY.kid],
];
const claims = (...changes: [number, CborValue | undefined][]): CborValue => {
  const all = new Map<number, CborValue>([
    [2, CLAIMS.code],
    [4, 1_950_000_000],
    [6, 1_793_000_000],
    [7, new Uint8Array(12)],
  ]);
  for (const [label, value] of changes) {
    if (value === undefined) all.delete(label);
    else all.set(label, value);
  }
  return all;
};

describe("a seal", () => {
  it("has exactly the bytes of the specification", () => {
    const bytes = make();
    const kid = hex(KEY.kid);
    const name = hex(new TextEncoder().encode(CLAIMS.code));
    const payload = `a4027818${name}041a743aa380061a6adf0240074c00010203${"b0".repeat(8)}`;
    expect(hex(bytes.subarray(0, -64))).toBe(
      `d2844da201270448${kid}a058${(payload.length / 2).toString(16)}${payload}5840`,
    );
    const read = decodeSeal(bytes);
    if (!read.ok) throw new Error(read.error.code);
    expect(read.value).toMatchObject({ ...CLAIMS, ...HEADER, bytes });
    const { message, signature } = read.value;
    expect(verifySignature({ key: KEY.key }, -8, message, { signature }).ok).toBe(true);
  });

  it("is read as it was written", () => {
    const seconds = fc.nat(2 ** 31).map((n) => 2 * n - (n > 0 ? 1 : 0));
    const some = fc.record(
      {
        code: fc.constantFrom("MA", "MA.156.1301", `MA.156.1301.02/LAMP/${"A".repeat(30)}`),
        iatSeconds: seconds,
        expSeconds: seconds,
        serial: fc.nat(1_048_575),
        born: fc.uint8Array({ minLength: 8, maxLength: 8 }),
      },
      { requiredKeys: ["code", "iatSeconds", "serial", "born"] },
    );
    fc.assert(
      fc.property(some, (each) => {
        const bytes = make(each as SealClaims);
        const read = decodeSeal(bytes);
        expect(read).toMatchObject({ ok: true, value: { ...each, ...HEADER } });
        if (read.ok) expect("expSeconds" in read.value).toBe(each.expSeconds !== undefined);
        expect(bytes.length).toBeLessThanOrEqual(175);
      }),
    );
  });

  it("is canonical even where it is as short as can be", () => {
    const shortest = { code: code("MA"), iatSeconds: 0, serial: 0, born: new Uint8Array(8) };
    expect(decodeSeal(make(shortest))).toMatchObject({ ok: true, value: { iatSeconds: 0 } });
    for (const iatSeconds of [23, 24, 255, 256, 65_535, 65_536, 2 ** 31, 2 ** 32 - 1]) {
      expect(decodeSeal(make({ ...shortest, iatSeconds }))).toMatchObject({
        value: { iatSeconds },
      });
    }
  });

  it("is named by its serial and how the generation was born, as its claim 7 is", () => {
    const read = decodeSeal(make());
    const { serial, born } = read.ok ? read.value : CLAIMS;
    expect(hex(sealName({ serial, born }))).toBe(`00010203${"b0".repeat(8)}`);
    expect(hex(make())).toContain(`074c${hex(sealName(CLAIMS))}`);
  });

  it("is longest with the longest code", () => {
    const longest = `MA.156.1301.02/LAMP/${"A".repeat(30)}.B${"C".repeat(8)}` as Code;
    expect(code(longest)).toHaveLength(60);
    const all = { ...CLAIMS, code: longest, iatSeconds: 2 ** 32 - 1, expSeconds: 2 ** 32 - 1 };
    expect(make(all)).toHaveLength(175);
  });

  it.each<[string, Uint8Array, object]>([
    ["empty", new Uint8Array(), { code: "COSE_TAG" }],
    ["too long", new Uint8Array(176).fill(0xd2), { code: "SEAL_SIZE", got: 176, max: 175 }],
    ["without its tag", make().subarray(1), { code: "COSE_TAG" }],
    ["truncated", make().subarray(0, -1), { code: "CBOR_TRUNCATED" }],
    ["followed by something", Uint8Array.of(...make(), 0), { code: "CBOR_TRAILING" }],
    [
      "with a length that is not the shortest",
      Uint8Array.of(0xd2, 0x84, 0x58, 0x0d, ...make().subarray(3)),
      { code: "CBOR_NOT_SHORTEST" },
    ],
    [
      "under another algorithm",
      crafted([[1, -19], header[1]], claims()),
      { code: "SEAL_HEADER", header: "alg" },
    ],
    [
      "with a kid of 7 bytes",
      crafted([header[0], [4, new Uint8Array(7)]], claims()),
      { code: "SEAL_HEADER", header: "kid" },
    ],
    ["with a kid of text", crafted([header[0], [4, "x"]], claims()), { header: "kid" }],
    [
      "of another content type",
      crafted([header[0], [3, "application/vnd.cityid.op+cbor"], header[1]], claims()),
      { code: "SEAL_HEADER", header: "protected" },
    ],
    [
      "of a passkey",
      crafted([...header], claims(), {
        webauthn: { authenticatorData: new Uint8Array(1), clientDataJson: new Uint8Array(1) },
      }),
      { code: "SEAL_HEADER", header: "unprotected" },
    ],
    ["with a payload of text", crafted([...header], "x"), { code: "SEAL_CLAIM", claim: "payload" }],
    ["with named claims", crafted([...header], { sub: "MA" }), { claim: "payload" }],
    ["without a code", crafted([...header], claims([2, undefined])), { claim: "sub" }],
    ["for another spelling", crafted([...header], claims([2, "ma.156"])), { claim: "sub" }],
    ["without a time", crafted([...header], claims([6, undefined])), { claim: "iat" }],
    ["from before 1970", crafted([...header], claims([6, -1])), { claim: "iat" }],
    ["from after 2106", crafted([...header], claims([6, 2 ** 32])), { claim: "iat" }],
    ["that ends at a text", crafted([...header], claims([4, "x"])), { claim: "exp" }],
    ["that ends after 2106", crafted([...header], claims([4, 2 ** 32])), { claim: "exp" }],
    ["without a serial", crafted([...header], claims([7, undefined])), { claim: "cti" }],
    [
      "with 13 bytes of it",
      crafted([...header], claims([7, new Uint8Array(13)])),
      { claim: "cti" },
    ],
    [
      "with a serial that no key has",
      crafted([...header], claims([7, Uint8Array.of(0, 16, ...new Uint8Array(10))])),
      { code: "SEAL_CLAIM", claim: "cti" },
    ],
    ["with a claim too many", crafted([...header], claims([8, 1])), { claim: "payload" }],
    [
      "with a claim too many and none that ends it",
      crafted([...header], claims([4, undefined], [8, 1])),
      { claim: "payload" },
    ],
    [
      "with a payload that is no CBOR",
      encodeSign1({
        protectedBytes: encodeCbor(new Map(header)),
        payload: Uint8Array.of(0xff),
        signature: new Uint8Array(64),
      }),
      { code: "CBOR_TYPE" },
    ],
  ])("is refused: %s", (_, bytes, refusal) => {
    expect(decodeSeal(bytes)).toMatchObject({ ok: false, error: refusal });
  });
});
