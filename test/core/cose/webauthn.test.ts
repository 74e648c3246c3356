import { describe, expect, test } from "vitest";
import {
  concat,
  sha256,
  utf8,
  verifySignature,
  type Webauthn,
  webauthnChallenge,
  webauthnMessage,
} from "../../../src/core/index.ts";
import { ED25519_KEY, MESSAGE, P256_KEY, signed } from "./make.ts";

const PASSKEY = { rpId: "ledger.example", origin: "https://ledger.example" };

/** What a browser and an authenticator make, with some of it changed. */
function made(
  change: {
    rpId?: string;
    flags?: number;
    extensions?: Uint8Array;
    client?: (text: string) => string;
  } = {},
): Webauthn {
  const { rpId = PASSKEY.rpId, flags = 0x05, extensions = new Uint8Array(0) } = change;
  const counter = Uint8Array.of(0, 0, 0, 9);
  const challenge = Buffer.from(sha256(MESSAGE)).toString("base64url");
  const text = JSON.stringify({
    type: "webauthn.get",
    challenge,
    origin: PASSKEY.origin,
    crossOrigin: false,
  });
  return {
    authenticatorData: concat(sha256(utf8(rpId)), Uint8Array.of(flags), counter, extensions),
    clientDataJson: utf8(change.client?.(text) ?? text),
  };
}

function check(webauthn: Webauthn): ReturnType<typeof webauthnMessage> {
  return webauthnMessage(PASSKEY, MESSAGE, webauthn);
}

describe("a passkey's signature", () => {
  test("covers authenticator data and the hash of client data", () => {
    const webauthn = made();
    expect(check(webauthn)).toEqual({
      ok: true,
      value: concat(webauthn.authenticatorData, sha256(webauthn.clientDataJson)),
    });
    expect(webauthnChallenge(MESSAGE)).toEqual(sha256(MESSAGE));
  });

  test("speaks for the message under a key of either kind", () => {
    for (const [kind, key, alg] of [
      ["p256", P256_KEY, -7],
      ["ed25519", ED25519_KEY, -8],
    ] as const) {
      const webauthn = made();
      const covered = check(webauthn);
      if (!covered.ok) throw new Error(covered.error.code);
      const passkey = { ...PASSKEY, key };
      const right = { ...signed(kind, covered.value), webauthn };
      expect(verifySignature(passkey, alg, MESSAGE, right)).toEqual({ ok: true, value: undefined });
      const bare = { ...signed(kind, MESSAGE), webauthn };
      expect(verifySignature(passkey, alg, MESSAGE, bare)).toEqual({
        ok: false,
        error: { code: "COSE_SIGNATURE_WRONG", kind },
      });
    }
  });

  test.each<[string, Parameters<typeof made>[0]]>([
    ["more flags than are asked for", { flags: 0x1d }],
    ["extensions in the authenticator data", { flags: 0x85, extensions: utf8("\u00a0") }],
    [
      "further members of client data",
      { client: (text) => text.replace("}", ',"more":{"a":[1]}}') },
    ],
    [
      "white space after the members that are checked",
      { client: (text) => text.replace("}", ', "tail": 1 }') },
    ],
  ])("may come with %s", (_, change) => {
    expect(check(made(change)).ok).toBe(true);
  });
});

describe("refuses", () => {
  test("authenticator data that is cut", () => {
    const { authenticatorData, clientDataJson } = made();
    const cut = { authenticatorData: authenticatorData.subarray(0, 36), clientDataJson };
    expect(check(cut)).toEqual({
      ok: false,
      error: { code: "COSE_WEBAUTHN_DATA", got: 36, min: 37 },
    });
  });

  test("another relying party", () => {
    expect(check(made({ rpId: "example" }))).toEqual({
      ok: false,
      error: { code: "COSE_WEBAUTHN_RP", rpId: "ledger.example" },
    });
  });

  test.each([0x00, 0x01, 0x04, 0x5a])(
    "flags %i, without the user present and verified",
    (flags) => {
      expect(check(made({ flags }))).toEqual({
        ok: false,
        error: { code: "COSE_WEBAUTHN_FLAGS", got: flags, want: 0x05 },
      });
    },
  );

  test("the challenge of another message", () => {
    const webauthn = made();
    const other = concat(MESSAGE, Uint8Array.of(0));
    const result = webauthnMessage(PASSKEY, other, webauthn);
    expect(result.ok).toBe(false);
    // The first difference lies inside the challenge, which begins behind {"type":"webauthn.get","challenge":".
    expect(!result.ok && result.error).toMatchObject({ code: "COSE_WEBAUTHN_CLIENT" });
    expect(!result.ok && "offset" in result.error && result.error.offset).toBeGreaterThanOrEqual(
      36,
    );
  });

  test.each<[string, (text: string) => string]>([
    ["a registration", (t) => t.replace("webauthn.get", "webauthn.create")],
    ["another origin", (t) => t.replace("ledger.example", "ledger.evil.example")],
    ["an origin that only begins with the right one", (t) => t.replace('e","cr', 'e.evil","cr')],
    ["an origin over http", (t) => t.replace("https", "http")],
    ["a frame in a foreign page", (t) => t.replace("false", "true")],
    ["client data without crossOrigin", (t) => t.replace(',"crossOrigin":false', "")],
    [
      "members in another order",
      (t) => t.replace(/("type":"[^"]*"),("challenge":"[^"]*")/, "$2,$1"),
    ],
    ["white space before the members that are checked", (t) => ` ${t}`],
    ["an escape for a letter", (t) => t.replace("https", "\\u0068ttps")],
    ["a type given twice", (t) => t.replace("{", '{"type":"webauthn.create",')],
    ["a value that only begins with false", (t) => t.replace("false}", "falsehood}")],
    ["client data that ends before the brace", (t) => t.slice(0, -1)],
    ["client data cut in the challenge", (t) => t.slice(0, 40)],
    ["empty client data", () => ""],
  ])("%s, and says at which byte", (_, client) => {
    const changed = made({ client });
    const right = made().clientDataJson;
    const offset = right.findIndex((byte, i) => byte !== changed.clientDataJson[i]);
    expect(offset).toBeGreaterThanOrEqual(0);
    expect(check(changed)).toEqual({ ok: false, error: { code: "COSE_WEBAUTHN_CLIENT", offset } });
  });
});
