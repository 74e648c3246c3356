import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { signEd25519 } from "#crypto";
import { base64, err, ok, utf8 } from "../../../src/core/index.ts";
import {
  checkRequestSignature,
  createNonces,
  type FoundKey,
  type SignableRequest,
  verifySignedRequest,
} from "../../../src/server/signed-request/index.ts";
import { testKey } from "../../core/state/kit.ts";

const NOW = Date.UTC(2026, 10, 22, 6, 0, 0);
const URL_TEXT = "https://node.test/v1/tokens";
const KEY = testKey("city");
const FOUND: FoundKey = { key: KEY.key, algorithm: "ed25519" };

type Wish = {
  readonly covered?: readonly string[];
  readonly parameters?: string;
  readonly label?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: Uint8Array;
  readonly target?: string;
};

/** A request whose signature is right for what it says, however wrong that is. */
function requestOf(wish: Wish = {}): SignableRequest {
  const { body = utf8("{}"), target = URL_TEXT, label = "sig" } = wish;
  const covered = wish.covered ?? ["@method", "@target-uri", "content-digest"];
  const digest = `sha-256=:${createHash("sha256").update(body).digest("base64")}:`;
  const values: Record<string, string> = {
    "@method": "POST",
    "@target-uri": URL_TEXT,
    "content-digest": digest,
  };
  const list = `(${covered.map((name) => `"${name}"`).join(" ")})`;
  const params =
    list + (wish.parameters ?? `;created=${NOW / 1000};nonce="0123456789abcdef";keyid="k"`);
  const lines = covered.map((name) => `"${name}": ${values[name]}`);
  const signature = signEd25519(
    KEY.seed,
    utf8([...lines, `"@signature-params": ${params}`].join("\n")),
  );
  const headers: Readonly<Record<string, string | undefined>> = {
    "content-digest": digest,
    "signature-input": `${label}=${params}`,
    signature: `${label}=:${base64(signature)}:`,
    ...wish.headers,
  };
  return { method: "POST", target: new URL(target), header: (name) => headers[name], body };
}

const verify = (request: SignableRequest, nonces = createNonces(0), found: FoundKey = FOUND) =>
  verifySignedRequest(request, {
    nowMilliseconds: NOW,
    nonces,
    findKey: (keyid) =>
      keyid === "k"
        ? ok(found)
        : err({ code: "HTTP_SIGNATURE_KEY", keyid, why: "unknown" } as const),
    check: checkRequestSignature,
  });

describe("verifySignedRequest", () => {
  test("takes a request that covers method, target and body", () => {
    expect(verify(requestOf())).toEqual(ok(FOUND));
  });

  test("needs no digest where there is no body", () => {
    const request = requestOf({ body: new Uint8Array(), covered: ["@method", "@target-uri"] });
    expect(verify(request)).toEqual(ok(FOUND));
  });

  test("takes a nonce once", () => {
    const nonces = createNonces(0);
    expect(verify(requestOf(), nonces).ok).toBe(true);
    expect(verify(requestOf(), nonces)).toEqual(
      err({ code: "HTTP_SIGNATURE_REPLAYED", nonce: "0123456789abcdef" }),
    );
  });

  test("does not spend the nonce of a wrong signature", () => {
    const nonces = createNonces(0);
    expect(verify(requestOf({ target: "https://node.test/elsewhere" }), nonces)).toEqual(
      err({ code: "HTTP_SIGNATURE_WRONG", keyid: "k" }),
    );
    expect(verify(requestOf(), nonces).ok).toBe(true);
  });

  test("is busy rather than forgetful when it cannot remember more nonces", () => {
    expect(verify(requestOf(), createNonces(0, 0))).toEqual(
      err({ code: "HTTP_BUSY", retryAfter: 60, what: "signed requests" }),
    );
  });

  const created = NOW / 1000;
  const time = { now: "2026-11-22T06:00:00.000Z", seconds: 60 };
  test.each([
    ["no signature", { headers: { signature: undefined } }, { code: "HTTP_SIGNATURE_MISSING" }],
    ["no input", { headers: { "signature-input": undefined } }, { code: "HTTP_SIGNATURE_MISSING" }],
    [
      "an input that is no structured field",
      { headers: { "signature-input": "sig=(" } },
      { code: "HTTP_SIGNATURE_FIELD", field: "Signature-Input" },
    ],
    [
      "an input of endless length",
      { headers: { "signature-input": `sig=("@method");keyid="${"k".repeat(5000)}"` } },
      { code: "HTTP_SIGNATURE_FIELD", field: "Signature-Input" },
    ],
    [
      "two signatures",
      { headers: { "signature-input": 'a=("@method");created=1, b=("@method");created=1' } },
      { code: "HTTP_SIGNATURE_FIELD", field: "Signature-Input" },
    ],
    [
      "an input that is no list",
      { headers: { "signature-input": "sig=1" } },
      { code: "HTTP_SIGNATURE_FIELD", field: "Signature-Input" },
    ],
    [
      "a signature under another label",
      { headers: { signature: "other=:AAAA:" } },
      { code: "HTTP_SIGNATURE_FIELD", field: "Signature" },
    ],
    [
      "a component twice",
      { covered: ["@method", "@method", "@target-uri", "content-digest"] },
      { code: "HTTP_SIGNATURE_FIELD", field: "Signature-Input" },
    ],
    [
      "a component with a parameter",
      { headers: { "signature-input": `sig=("@method";req "@target-uri");created=${created}` } },
      { code: "HTTP_SIGNATURE_FIELD", field: "Signature-Input" },
    ],
    [
      "a component that the request does not have",
      { covered: ["@method", "@target-uri", "content-digest", "x-other"] },
      { code: "HTTP_SIGNATURE_FIELD", field: "x-other" },
    ],
    [
      "no created",
      { parameters: ';nonce="0123456789abcdef";keyid="k"' },
      { code: "HTTP_SIGNATURE_FIELD", field: "created" },
    ],
    [
      "an expiry that is no time",
      { parameters: `;created=${created};expires="soon";nonce="0123456789abcdef";keyid="k"` },
      { code: "HTTP_SIGNATURE_FIELD", field: "expires" },
    ],
    [
      "no keyid",
      { parameters: `;created=${created};nonce="0123456789abcdef"` },
      { code: "HTTP_SIGNATURE_FIELD", field: "keyid" },
    ],
    [
      "no method",
      { covered: ["@target-uri", "content-digest"] },
      { code: "HTTP_SIGNATURE_COVERAGE", want: "@method" },
    ],
    [
      "no target",
      { covered: ["@method", "content-digest"] },
      { code: "HTTP_SIGNATURE_COVERAGE", want: "@target-uri" },
    ],
    [
      "no digest",
      { covered: ["@method", "@target-uri"] },
      { code: "HTTP_SIGNATURE_COVERAGE", want: "content-digest" },
    ],
    [
      "a signature of 61 seconds ago",
      { parameters: `;created=${created - 61};nonce="0123456789abcdef";keyid="k"` },
      { code: "HTTP_SIGNATURE_CREATED", created: "2026-11-22T05:58:59Z", ...time },
    ],
    [
      "a signature of the far future",
      { parameters: `;created=999999999999999;nonce="0123456789abcdef";keyid="k"` },
      { code: "HTTP_SIGNATURE_CREATED", created: "999999999999999", ...time },
    ],
    [
      "an expired signature",
      {
        parameters: `;created=${created};expires=${created - 1};nonce="0123456789abcdef";keyid="k"`,
      },
      { code: "HTTP_SIGNATURE_CREATED", created: "2026-11-22T06:00:00Z", ...time },
    ],
    [
      "a short nonce",
      { parameters: `;created=${created};nonce="0123456789abcde";keyid="k"` },
      { code: "HTTP_SIGNATURE_NONCE", want: "16 … 64 characters" },
    ],
    [
      "a long nonce",
      { parameters: `;created=${created};nonce="${"n".repeat(65)}";keyid="k"` },
      { code: "HTTP_SIGNATURE_NONCE" },
    ],
    [
      "a digest of another body",
      { headers: { "content-digest": `sha-256=:${"A".repeat(43)}=:` } },
      { code: "HTTP_SIGNATURE_DIGEST" },
    ],
    [
      "a digest that is none",
      { headers: { "content-digest": "=" } },
      { code: "HTTP_SIGNATURE_DIGEST" },
    ],
    [
      "a digest by another hash only",
      { headers: { "content-digest": "sha-512=:AAAA:" } },
      { code: "HTTP_SIGNATURE_DIGEST" },
    ],
    [
      "no digest field",
      { headers: { "content-digest": undefined } },
      { code: "HTTP_SIGNATURE_DIGEST" },
    ],
    [
      "an unknown key",
      { parameters: `;created=${created};nonce="0123456789abcdef";keyid="other"` },
      { code: "HTTP_SIGNATURE_KEY", keyid: "other" },
    ],
    [
      "another algorithm",
      { parameters: `;created=${created};nonce="0123456789abcdef";keyid="k";alg="rsa-pss-sha512"` },
      { code: "HTTP_SIGNATURE_ALGORITHM", got: "rsa-pss-sha512", want: "ed25519" },
    ],
  ] as const)("refuses %s", (_, wish: Wish, refusal) => {
    const verdict = verify(requestOf(wish));
    expect(verdict.ok).toBe(false);
    expect(verdict).toMatchObject({ error: refusal });
  });
});

describe("createNonces", () => {
  test("forgets after twice the span in which a request is good", () => {
    const nonces = createNonces(0, 1);
    expect(nonces.take("k", "a", 0)).toBe(true);
    expect(nonces.take("k", "b", 119_999)).toBeUndefined();
    expect(nonces.take("k", "a", 119_999)).toBe(false);
    expect(nonces.take("k", "a", 120_000)).toBe(true);
  });

  test("leaves room for other keys, whatever one of them spends", () => {
    const nonces = createNonces(0, 3, 2);
    expect(["a", "b", "c"].map((nonce) => nonces.take("k", nonce, 0))).toEqual([
      true,
      true,
      undefined,
    ]);
    expect(nonces.take("l", "a", 0)).toBe(true);
    expect(nonces.take("k", "c", 120_000)).toBe(true);
  });
});
