import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ALG_EDDSA,
  ALG_ES256,
  composeSeal,
  concat,
  decodeCbor,
  decodeSeal,
  encodeSeal,
  isCborMap,
  type Seal,
  type SealClaims,
  sealName,
} from "../../../src/core/index.ts";
import { readQuickly } from "../../../src/core/seal/quick.ts";
import { readAsCbor } from "../../../src/core/seal/seal.ts";
import { code } from "../state/kit.ts";

const SECONDS = fc.oneof(
  fc.constantFrom(0, 23, 24, 255, 256, 65_535, 65_536, 2 ** 32 - 1),
  fc.integer({ min: 0, max: 2 ** 32 - 1 }),
);
const CLAIMS: fc.Arbitrary<SealClaims> = fc
  .record({
    code: fc.constantFrom(
      ...["MA", "MA.156", "MA.156.1301.02", "MA.156.1301.02/LAMP/000123"].map(code),
      code(`MA.156.1301.02/LAMP/${"A".repeat(30)}`),
    ),
    iatSeconds: SECONDS,
    expSeconds: fc.option(SECONDS, { nil: undefined }),
    serial: fc.integer({ min: 0, max: 2 ** 20 - 1 }),
    born: fc.uint8Array({ minLength: 8, maxLength: 8 }),
  })
  .map(({ expSeconds, ...rest }) => (expSeconds === undefined ? rest : { ...rest, expSeconds }));
const HEADER = fc.record({
  alg: fc.constantFrom<Seal["alg"]>(ALG_EDDSA, ALG_ES256),
  kid: fc.uint8Array({ minLength: 8, maxLength: 8 }),
});
const SIGNATURE = fc.uint8Array({ minLength: 64, maxLength: 64 });
const MADE = fc.tuple(CLAIMS, HEADER, SIGNATURE);

const encoded = ([claims, header, signature]: [
  SealClaims,
  Pick<Seal, "alg" | "kid">,
  Uint8Array,
]) => encodeSeal(composeSeal(claims, header), signature);

describe("the quick reader of seals", () => {
  it("reads what the writer wrote, with all that CBOR says of it", () => {
    fc.assert(
      fc.property(MADE, (made) => {
        const [claims, { alg, kid }, signature] = made;
        const bytes = encoded(made);
        const seal = readQuickly(bytes);
        expect(seal).toEqual({ ...claims, alg, kid, bytes, signature, message: seal?.message });
        const { message } = composeSeal(claims, { alg, kid });
        expect(seal?.message).toEqual(message);
        expect(decodeSeal(bytes)).toEqual({ ok: true, value: seal });
        expect(readAsCbor(bytes)).toEqual({ ok: true, value: seal });
        const sign1 = decodeCbor(bytes.subarray(1));
        const payload = sign1.ok && Array.isArray(sign1.value) ? sign1.value[2] : undefined;
        const said = payload instanceof Uint8Array ? decodeCbor(payload) : undefined;
        const cti = said?.ok && said.value instanceof Map ? said.value.get(7) : undefined;
        expect(isCborMap(said?.ok ? said.value : {})).toBe(false);
        expect(sealName(claims)).toEqual(cti);
      }),
    );
  });

  it("takes nothing that the writer would not have written", () => {
    const changed = fc
      .tuple(
        MADE,
        fc.array(
          fc.tuple(
            fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
            fc.oneof(
              fc.nat(255),
              fc.constantFrom(0x18, 0x19, 0x1a, 0x1b, 0x58, 0x78, 0x7a, 0xa3, 0xa4, 2, 4, 6, 7),
            ),
          ),
          { minLength: 1, maxLength: 3 },
        ),
        fc.integer({ min: -3, max: 3 }),
      )
      .map(([made, changes, longer]) => {
        const whole = encoded(made);
        const bytes = longer < 0 ? whole.slice(0, longer) : concat(whole, new Uint8Array(longer));
        // Most of what is read stands before the signature.
        for (const [at, byte] of changes) bytes[Math.floor(at * (bytes.length - 64))] = byte;
        return bytes;
      });
    fc.assert(
      fc.property(changed, (bytes) => {
        const seal = readQuickly(bytes);
        if (seal === undefined) return;
        expect(encodeSeal(composeSeal(seal, seal), seal.signature)).toEqual(bytes);
        expect(readAsCbor(bytes)).toEqual({ ok: true, value: seal });
      }),
      { numRuns: 2000 },
    );
  });

  it("leaves every other layout to the reader of CBOR, and reads no further than there are bytes", () => {
    const claims = { code: code("MA.156"), iatSeconds: 5, serial: 1, born: new Uint8Array(8) };
    const header = { alg: ALG_EDDSA as Seal["alg"], kid: new Uint8Array(8) };
    const bytes = encodeSeal(composeSeal(claims, header), new Uint8Array(64));
    const withBytes = (...changes: readonly (readonly [at: number, byte: number])[]) => {
      const copy = bytes.slice();
      for (const [at, byte] of changes) copy[at] = byte;
      return readQuickly(copy);
    };
    expect(withBytes()).toMatchObject(claims);
    for (let at = 0; at < bytes.length - 64; at++) {
      // kid and born may be anything.
      const isFree = (at >= 8 && at < 16) || (at >= bytes.length - 74 && at < bytes.length - 66);
      const isSerial = at >= bytes.length - 78 && at < bytes.length - 74;
      if (!isFree && !isSerial) expect(withBytes([at, 0x5f]), String(at)).toBeUndefined();
    }
    // payload, text and number of up to 2^32 − 1 where there are a few bytes; a serial too large.
    for (const head of [0x18, 0x19, 0x1a, 0x1b]) {
      if (head > 0x18) expect(withBytes([17, 0x40 + head])).toBeUndefined();
      expect(withBytes([21, 0x60 + head])).toBeUndefined();
      expect(withBytes([29, head])).toBeUndefined();
    }
    expect(withBytes([bytes.length - 78, 0x01])).toBeUndefined();
    expect(readQuickly(new Uint8Array(0))).toBeUndefined();
  });
});
