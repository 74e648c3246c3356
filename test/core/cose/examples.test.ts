import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  type CborValue,
  decodeCbor,
  decodeSign1,
  sigStructure,
  verifySignature,
} from "../../../src/core/index.ts";
import { lowS } from "../../../src/crypto/node.ts";

// The COSE working group's examples. Most carry their kid or alg unprotected, which our envelopes refuse; so their parts are
// taken out by hand and only the signature is judged.

type Example = {
  fail?: boolean;
  input: { sign0: { key: Record<string, string>; external?: string } };
  intermediates: { ToBeSign_hex: string };
  output: { cbor: string };
};

const FOLDER = new URL("../../../../shared/vectors/cose/", import.meta.url);
const isPresent = existsSync(FOLDER);
if (!isPresent) console.warn("skipped: no COSE examples beside this checkout");

function read(path: string): Example {
  return JSON.parse(readFileSync(new URL(path, FOLDER), "utf8")) as Example;
}

function bytes(text: string | undefined, encoding: "hex" | "base64url"): Uint8Array | undefined {
  return text === undefined ? undefined : new Uint8Array(Buffer.from(text, encoding));
}

function keyOf({ key }: Example["input"]["sign0"]): Map<number, CborValue> {
  const x = bytes(key.x, "base64url") ?? bytes(key.x_hex, "hex") ?? new Uint8Array(0);
  const y = bytes(key.y, "base64url") ?? bytes(key.y_hex, "hex");
  const kty = key.kty === "EC" ? 2 : 1;
  const crv = { "P-256": 1, Ed25519: 6, Ed448: 7 }[key.crv ?? ""] ?? 0;
  return new Map<number, CborValue>([
    [1, kty],
    [-1, crv],
    [-2, x],
    ...(y === undefined ? [] : [[-3, y] as const]),
  ]);
}

/** The verdict on the signature of an example, after its parts were taken out of the envelope. */
function judge(example: Example): string {
  const cbor = new Uint8Array(Buffer.from(example.output.cbor, "hex"));
  const parts = decodeCbor(cbor[0] === 0xd2 ? cbor.subarray(1) : cbor);
  if (!parts.ok) return parts.error.code;
  const [header, unprotected, payload, signature] = parts.value as [
    Uint8Array,
    Map<number, CborValue>,
    Uint8Array,
    Uint8Array,
  ];
  const decoded = decodeCbor(header);
  const fields = new Map(decoded.ok && decoded.value instanceof Map ? decoded.value : []);
  const alg = fields.get(1) ?? unprotected.get(1);
  const result = verifySignature(
    { key: keyOf(example.input.sign0) },
    alg,
    // An empty header is covered as no bytes, however it is spelt (RFC 9052 §4.4); ours are never empty.
    sigStructure(fields.size === 0 ? new Uint8Array(0) : header, payload),
    // Their signers do not make s low.
    { signature: alg === -7 ? lowS(signature) : signature },
  );
  return result.ok ? "right" : result.error.code;
}

const VERDICTS = [
  ["sign1-tests/sign-pass-01.json", "right"],
  // Signed with external_aad, which operations do not have.
  ["sign1-tests/sign-pass-02.json", "COSE_SIGNATURE_WRONG"],
  ["sign1-tests/sign-pass-03.json", "right"],
  ["sign1-tests/sign-fail-01.json", "CBOR_TYPE"],
  ["sign1-tests/sign-fail-02.json", "COSE_SIGNATURE_WRONG"],
  ["sign1-tests/sign-fail-03.json", "COSE_ALGORITHM"],
  ["sign1-tests/sign-fail-04.json", "COSE_ALGORITHM"],
  ["sign1-tests/sign-fail-06.json", "COSE_SIGNATURE_WRONG"],
  ["sign1-tests/sign-fail-07.json", "COSE_SIGNATURE_WRONG"],
  ["eddsa-examples/eddsa-sig-01.json", "right"],
  ["eddsa-examples/eddsa-sig-02.json", "COSE_KEY_TYPE"],
  ["CWT/A_3.json", "right"],
] as const;

describe.skipIf(!isPresent)("the working group's example", () => {
  test.each(VERDICTS)("%s: %s", (path, verdict) => {
    expect(judge(read(path))).toBe(verdict);
  });

  test("is judged, whichever is there", () => {
    const files = readdirSync(FOLDER, { recursive: true, encoding: "utf8" });
    const examples = files.filter((path) => path.endsWith(".json"));
    expect(examples.sort()).toEqual(VERDICTS.map(([path]) => path).sort());
  });

  test.each([
    ["sign1-tests/sign-pass-01.json", "COSE_PROTECTED"],
    ["sign1-tests/sign-pass-03.json", "COSE_TAG"],
    ["sign1-tests/sign-fail-01.json", "COSE_TAG"],
    ["eddsa-examples/eddsa-sig-01.json", "COSE_UNPROTECTED"],
  ])("%s is no envelope of ours: %s", (path, code) => {
    const cbor = new Uint8Array(Buffer.from(read(path).output.cbor, "hex"));
    expect(decodeSign1(cbor)).toMatchObject({ ok: false, error: { code } });
  });

  test("CWT/A_3.json is an envelope of ours, and its Sig_structure the one printed there", () => {
    const example = read("CWT/A_3.json");
    const sign1 = decodeSign1(new Uint8Array(Buffer.from(example.output.cbor, "hex")));
    if (!sign1.ok) throw new Error(sign1.error.code);
    const message = sigStructure(sign1.value.protectedBytes, sign1.value.payload);
    expect(Buffer.from(message).toString("hex").toUpperCase()).toBe(
      example.intermediates.ToBeSign_hex,
    );
    expect(sign1.value.protected).toEqual(new Map([[1, -7]]));
  });
});
