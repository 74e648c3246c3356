import { createPublicKey } from "node:crypto";
import { describe, expect, test } from "vitest";
import { coseKey, fromBase64, ok, present, utf8 } from "../../../src/core/index.ts";
import { requestComponents, signatureBase } from "../../../src/server/signed-request/base.ts";
import { checkRequestSignature, type FoundKey } from "../../../src/server/signed-request/index.ts";
import { readSignatureInput } from "../../../src/server/signed-request/input.ts";

// The examples of RFC 9421, Appendix B: keys of B.1, the request and response of B.2.

const ED25519: FoundKey = {
  key: coseKey({
    kind: "ed25519",
    bytes: publicBytes("MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs="),
  }),
  algorithm: "ed25519",
};
const P256: FoundKey = {
  key: coseKey({
    kind: "p256",
    bytes: publicBytes(
      "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lfw0EkjqF7xB4FivAxzic30tMM4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ==",
    ),
  }),
  algorithm: "ecdsa-p256-sha256",
};

function publicBytes(spki: string): Uint8Array {
  const key = createPublicKey({ key: Buffer.from(spki, "base64"), format: "der", type: "spki" });
  const { x = "", y = "" } = key.export({ format: "jwk" });
  return Uint8Array.from(Buffer.concat([Buffer.from(x, "base64url"), Buffer.from(y, "base64url")]));
}

const REQUEST_HEADERS: Readonly<Record<string, string>> = {
  host: "example.com",
  date: "Tue, 20 Apr 2021 02:07:55 GMT",
  "content-type": "application/json",
  "content-digest":
    "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:",
  "content-length": "18",
};
const request = requestComponents(
  "POST",
  new URL("https://example.com/foo?param=Value&Pet=dog"),
  (name) => REQUEST_HEADERS[name],
);

describe("RFC 9421 Appendix B", () => {
  test("B.2.6: a request signed with ed25519", () => {
    const input = readSignatureInput(
      'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"',
      "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:",
    );
    if (!input.ok) throw new Error(input.error.code);
    expect(input.value).toMatchObject({ keyid: "test-key-ed25519", createdSeconds: 1618884473 });
    const base = signatureBase(input.value.components, input.value.parameters, request);
    expect(base).toEqual(
      ok(
        [
          '"date": Tue, 20 Apr 2021 02:07:55 GMT',
          '"@method": POST',
          '"@path": /foo',
          '"@authority": example.com',
          '"content-type": application/json',
          '"content-length": 18',
          '"@signature-params": ("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"',
        ].join("\n"),
      ),
    );
    const message = utf8(base.ok ? base.value : "");
    expect(checkRequestSignature(ED25519, message, input.value.signature)).toBe(true);
    expect(checkRequestSignature(ED25519, utf8("another"), input.value.signature)).toBe(false);
  });

  test("B.2.4: a response signed with ecdsa-p256-sha256, whichever of the two right s it has", () => {
    const response: Readonly<Record<string, string>> = {
      "@status": "200",
      "content-type": "application/json",
      "content-digest":
        "sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:",
      "content-length": "23",
    };
    const base = signatureBase(
      ["@status", "content-type", "content-digest", "content-length"],
      '("@status" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-ecc-p256"',
      (name) => response[name],
    );
    const signature = present(
      fromBase64(
        "wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw==",
      ),
      "signature",
    );
    const message = utf8(base.ok ? base.value : "");
    expect(checkRequestSignature(P256, message, signature)).toBe(true);
    expect(checkRequestSignature(P256, message, otherS(signature))).toBe(true);
    const broken = signature.slice();
    broken[5] = present(broken[5], "a byte") ^ 1;
    expect(checkRequestSignature(P256, message, broken)).toBe(false);
    expect(checkRequestSignature(P256, message, signature.subarray(1))).toBe(false);
  });

  test.each([
    ["@method", "POST"],
    ["@target-uri", "https://example.com/foo?param=Value&Pet=dog"],
    ["@authority", "example.com"],
    ["@scheme", "https"],
    ["@request-target", "/foo?param=Value&Pet=dog"],
    ["@path", "/foo"],
    ["@query", "?param=Value&Pet=dog"],
    ["@status", undefined],
    ["cache-control", undefined],
  ])("B.2: the component %s", (name, value) => {
    expect(request(name)).toBe(value);
  });

  test("2.2.7: the query of a target without one is a question mark", () => {
    expect(
      requestComponents("GET", new URL("https://example.com/"), () => undefined)("@query"),
    ).toBe("?");
  });
});

/** r‖(n − s). */
function otherS(signature: Uint8Array): Uint8Array {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const s = BigInt(`0x${Buffer.from(signature.subarray(32)).toString("hex")}`);
  const other = Buffer.from((order - s).toString(16).padStart(64, "0"), "hex");
  return Uint8Array.from(Buffer.concat([signature.subarray(0, 32), other]));
}
