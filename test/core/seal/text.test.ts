import { describe, expect, it } from "vitest";
import { signEd25519 } from "#crypto";
import {
  composeSeal,
  encodeDigits,
  encodeSeal,
  formatSealUrl,
  parseResolverHost,
  present,
  readSeal,
  sealSegments,
} from "../../../src/core/index.ts";
import { code, testKey } from "../state/kit.ts";

const LAMP = code("MA.156.1301.02/LAMP/0001");
const { kid, seed } = testKey("sealer");
const unsigned = composeSeal(
  { code: LAMP, iatSeconds: 1_793_000_000, serial: 7, born: new Uint8Array(8) },
  { alg: -8, kid },
);
const bytes = encodeSeal(unsigned, signEd25519(seed, unsigned.message));
const digits = encodeDigits(bytes);
const parsed = parseResolverHost("id.example");
const host = present(parsed.ok ? parsed.value : undefined, "host");

describe("the address of a seal", () => {
  it("is all of QR's alphanumeric mode before the digits", () => {
    const { alphanumeric, numeric } = sealSegments(host, LAMP, bytes);
    expect(alphanumeric).toBe("HTTPS://ID.EXAMPLE/MA.156.1301.02/LAMP/0001/");
    expect(alphanumeric).toMatch(/^[0-9A-Z $%*+\-./:]+$/);
    expect(numeric).toBe(digits);
    expect(formatSealUrl(host, LAMP, bytes)).toBe(alphanumeric + digits);
  });

  it.each([
    [`HTTPS://ID.EXAMPLE/${LAMP}/${digits}`, LAMP, "id.example"],
    [`https://id.example/${LAMP.toLowerCase()}/${digits}`, LAMP, "id.example"],
    [`http://127.0.0.1:8080/${LAMP}/${digits}`, LAMP, "127.0.0.1:8080"],
    [`id.example/${LAMP}/${digits}`, LAMP, "id.example"],
    [`id.example:8443/25s/${LAMP}/${digits}`, LAMP, "id.example:8443"],
    [`https://id.example/25S/${LAMP}/${digits}/`, LAMP, "id.example"],
    [`  https://id.example/${LAMP}/${digits}?utm=1#x\n`, LAMP, "id.example"],
    [`https://id.example/${digits}`, undefined, "id.example"],
    [`${LAMP}/${digits}`, LAMP, undefined],
    [`MA/${digits}`, "MA", undefined],
    [digits, undefined, undefined],
  ])("is read: %s", (text, named, at) => {
    const read = readSeal(text);
    expect(read).toMatchObject({ ok: true, value: { seal: { code: LAMP, serial: 7 } } });
    if (read.ok) expect([read.value.code, read.value.host]).toEqual([named, at]);
  });

  it.each<[string, object]>([
    ["", { code: "SEAL_NONE" }],
    [`https://id.example/${LAMP}`, { code: "SEAL_NONE" }],
    [`https://id.example/${LAMP}/${"1".repeat(199)}`, { code: "SEAL_NONE" }],
    [`https://id.example/${LAMP}/${digits}/${LAMP}`, { code: "SEAL_NONE" }],
    [`https://id.example/${LAMP}/x${digits}`, { code: "SEAL_NONE" }],
    [`https://id.example/?seal=${digits}`, { code: "SEAL_NONE" }],
    [`${LAMP}/${"１".repeat(300)}`, { code: "SEAL_NONE" }],
    [`javascript:alert(1)//${LAMP}/${digits}`, { code: "SEAL_SCHEME", got: "javascript" }],
    [`data:text/html,${digits}`, { code: "SEAL_SCHEME", got: "data" }],
    [`tel:${digits}`, { code: "SEAL_SCHEME", got: "tel" }],
    ["x".repeat(2049), { code: "SEAL_TEXT_LENGTH", got: 2049, max: 2048 }],
    [`${LAMP}/${"0".repeat(426)}`, { code: "SEAL_LONG", got: 426, max: 425 }],
    [`https://id.example/MA.156.130100/${digits}`, { code: "CODE_DIVISION_SPELLING" }],
    [`https://id.example/ſ/${digits}`, { code: "CODE_CHARACTER" }],
    [`https://id.example//${digits}`, { code: "CODE_EMPTY_NODE" }],
    [`${LAMP}/0${digits}`, { code: "SEAL_DIGITS_LENGTH", got: digits.length + 1 }],
    [`${LAMP}/${"9".repeat(17)}${digits.slice(17)}`, { code: "SEAL_DIGITS_VALUE", position: 0 }],
    [`${LAMP}/${"0".repeat(17)}${digits.slice(17)}`, { code: "COSE_TAG" }],
    [`${LAMP}/${digits.slice(0, 17 * 12)}`, { code: "CBOR_TRUNCATED" }],
  ])("is refused: %s", (text, refusal) => {
    expect(readSeal(text)).toMatchObject({ ok: false, error: refusal });
  });
});
