import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { describe, expect, test } from "vitest";
import { verifyEd25519, verifyP256 } from "#crypto";
import {
  fitShape,
  fromBase64,
  hex,
  openEnvelope,
  operation as operationShape,
  parseCoseKey,
  readApplication,
  sha256,
  utf8,
  verifySignature,
} from "../../src/core/index.ts";
import {
  commitment,
  encodeOpening,
  openEvidence,
  parseOpening,
  prepareEvidence,
  type Signer,
  sealEvidence,
  signApplication,
  signerFromP256,
  signerFromSeed,
  signerFromWebCrypto,
  signOperation,
  signRequest,
  signToken,
  TOKEN_TYPE,
} from "../../src/sdk/index.ts";
import { code, named } from "./world.ts";

const seed = sha256(utf8("seed"));

async function webCryptoSigner(name: "Ed25519" | "ECDSA"): Promise<Signer> {
  const algorithm = name === "Ed25519" ? name : { name, namedCurve: "P-256" };
  const pair = await crypto.subtle.generateKey(algorithm, false, ["sign", "verify"]);
  return signerFromWebCrypto(pair as CryptoKeyPair);
}

const SIGNERS: readonly (readonly [string, () => Promise<Signer>])[] = [
  ["an Ed25519 seed", async () => signerFromSeed(seed)],
  ["a P-256 scalar", async () => signerFromP256(seed)],
  ["a WebCrypto Ed25519 key", () => webCryptoSigner("Ed25519")],
  ["a WebCrypto P-256 key", () => webCryptoSigner("ECDSA")],
];

describe.each(SIGNERS)("%s", (_, make) => {
  test("signs operations that the rules of a ledger take", async () => {
    const signer = await make();
    const operation = {
      op: "void" as const,
      registration: sha256(utf8("x")),
      reason: "wrong file",
    };
    const claims = { iss: "MA.156.1301", aud: "node.test/log", iatSeconds: 1_795_327_509 };
    const { bytes, id } = await signOperation({ ...claims, signer, operation });
    const envelope = openEnvelope(bytes);
    if (!envelope.ok) throw new Error(envelope.error.code);
    expect(envelope.value).toMatchObject({ ...claims, alg: signer.alg });
    expect(hex(envelope.value.id)).toBe(hex(id));
    expect(hex(envelope.value.kid)).toBe(hex(signer.kid));
    expect(fitShape(operationShape, envelope.value.payload)).toMatchObject({
      ok: true,
      value: operation,
    });
    const key = { key: signer.publicKey, uses: [], label: "", from: 0 };
    const { alg, sigStructure: message, sign1 } = envelope.value;
    expect(verifySignature(key, alg, message, sign1).ok).toBe(true);
    const other = {
      ...sign1,
      signature: sign1.signature.map((byte, i) => (i === 5 ? byte ^ 1 : byte)),
    };
    expect(verifySignature(key, alg, message, other).ok).toBe(false);
  });

  test("signs requests as RFC 9421 has them", async () => {
    const signer = await make();
    const body = utf8('{"seconds":3600}');
    const request = { method: "POST", url: "https://node.test/v1/tokens", body };
    const freshness = { createdSeconds: 1_795_327_509, nonce: "0123456789abcdef" };
    const headers = await signRequest(request, { signer, holder: "MA.156.1301#1" }, freshness);
    const digest = `sha-256=:${Buffer.from(sha256(body)).toString("base64")}:`;
    const parameters = `("@method" "@target-uri" "content-digest");created=1795327509;nonce="0123456789abcdef";keyid="MA.156.1301#1/${hex(signer.kid)}"`;
    expect(headers).toMatchObject({
      "content-digest": digest,
      "signature-input": `cityid=${parameters}`,
    });
    const base = `"@method": POST\n"@target-uri": https://node.test/v1/tokens\n"content-digest": ${digest}\n"@signature-params": ${parameters}`;
    const signature = fromBase64(/^cityid=:(.*):$/.exec(headers.signature ?? "")?.[1] ?? "");
    const key = parseCoseKey(signer.publicKey);
    if (!key.ok || signature === undefined) throw new Error("no signature");
    const verify = key.value.kind === "ed25519" ? verifyEd25519 : verifyP256;
    expect(verify(key.value.bytes, utf8(base), signature)).toBe(true);
  });
});

test("a request without a body covers no digest", async () => {
  const request = { method: "GET", url: "https://node.test/v1/applications", body: undefined };
  const headers = await signRequest(request, { signer: signerFromSeed(seed), holder: "member/A" });
  expect(headers["content-digest"]).toBeUndefined();
  expect(headers["signature-input"]).toMatch(
    /^cityid=\("@method" "@target-uri"\);created=\d+;nonce="[0-9a-f]{32}"/,
  );
});

test("a key pair of another kind is refused", async () => {
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-384" }, false, [
    "sign",
  ]);
  await expect(signerFromWebCrypto(pair)).rejects.toThrow(TypeError);
});

test("an application is signed as the code that it asks for", async () => {
  const signer = signerFromSeed(seed);
  const application = {
    op: "apply" as const,
    code: code("MA.156.1306"),
    names: named("保定市"),
    keys: [{ key: signer.publicKey, uses: ["govern" as const], label: "office" }],
    evidence: [prepareEvidence("MA.156.1306", "letter", utf8("x")).evidence],
  };
  const { bytes } = await signApplication({
    aud: "node.test/log",
    iatSeconds: 1,
    signer,
    application,
  });
  expect(readApplication(bytes)).toMatchObject({
    ok: true,
    value: { envelope: { iss: "MA.156.1306" }, body: { code: "MA.156.1306" } },
  });
});

test("a token claim has its own content type, so it is no operation", async () => {
  const claims = {
    iss: "MA.156.1301",
    aud: "node.test/log",
    iatSeconds: 1,
    signer: signerFromSeed(seed),
  };
  const { bytes } = await signToken({ ...claims, nonce: new Uint8Array(16), seconds: 3600 });
  expect(openEnvelope(bytes)).toMatchObject({
    ok: false,
    error: { code: "OP_HEADER", want: expect.any(String) },
  });
  expect(openEnvelope(bytes, TOKEN_TYPE)).toMatchObject({
    ok: true,
    value: { iss: "MA.156.1301" },
  });
});

describe("commitments", () => {
  const salt = new Uint8Array(16).fill(7);

  test("are the SHA-256 of their opening, which reads back", () => {
    const opening = { salt, code: "MA.156.1301", field: "names/zh", value: "石家庄市" };
    const bytes = encodeOpening(opening);
    expect(hex(commitment(salt, opening.code, opening.field, opening.value))).toBe(
      hex(sha256(bytes)),
    );
    expect(parseOpening(bytes)).toEqual(opening);
  });

  test("differ by salt, code, field and value", () => {
    const all = [
      commitment(salt, "MA.156.1301", "names/zh", "a"),
      commitment(salt, "MA.156.1301", "names/zh", "b"),
      commitment(salt, "MA.156.1301", "names/en", "a"),
      commitment(salt, "MA.156.1302", "names/zh", "a"),
      commitment(new Uint8Array(16), "MA.156.1301", "names/zh", "a"),
    ];
    expect(new Set(all.map(hex)).size).toBe(all.length);
  });

  test.each([
    ["no CBOR", Uint8Array.of(0xff)],
    [
      "a salt that is too short",
      encodeOpening({ salt: new Uint8Array(8), code: "x", field: "y", value: 1 }),
    ],
    ["a map", Uint8Array.of(0xa0)],
  ])("%s is no opening", (_, bytes) => {
    expect(parseOpening(bytes)).toBeUndefined();
  });
});

describe("evidence", () => {
  test("comes out at the member as it went in, and shows nothing on the way", async () => {
    const identity = await generateX25519Identity();
    const file = utf8("a secret letter about Baoding");
    const { evidence, opening } = prepareEvidence("MA.156.1306", "letter", file);
    const sealed = await sealEvidence(opening, await identityToRecipient(identity));
    expect(Buffer.from(sealed).includes("secret letter")).toBe(false);
    expect(await openEvidence(sealed, identity, evidence)).toEqual(file);
  });

  test("that is not what was committed to is not given out", async () => {
    const identity = await generateX25519Identity();
    const one = prepareEvidence("MA.156.1306", "letter", utf8("one"));
    const two = prepareEvidence("MA.156.1306", "letter", utf8("two"));
    const sealed = await sealEvidence(two.opening, await identityToRecipient(identity));
    expect(await openEvidence(sealed, identity, one.evidence)).toBeUndefined();
    const renamed = { ...two.evidence, title: "another" };
    expect(await openEvidence(sealed, identity, renamed)).toBeUndefined();
  });

  test("has a commitment that differs each time, so nobody can tell a known file by it", () => {
    const commits = [1, 2].map(() =>
      hex(prepareEvidence("MA.156.1306", "t", utf8("x")).evidence.commit),
    );
    expect(commits[0]).not.toBe(commits[1]);
  });
});
