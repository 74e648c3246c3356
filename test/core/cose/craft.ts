import { createHash } from "node:crypto";
import { encode } from "cborg";
import {
  type CborKeyedMap,
  type CborValue,
  concat,
  encodeCbor,
  encodeSign1,
  hex,
  type Sign1,
  sigStructure,
  utf8,
  type Webauthn,
  webauthnChallenge,
} from "../../../src/core/index.ts";
import { signEd25519, signP256 } from "../../../src/crypto/web.ts";
import { ED25519, ED25519_KEY, edited, P256, P256_KEY, PAYLOAD, PROTECTED, SEED } from "./make.ts";

// What vectors/cose holds: bytes in hexadecimal, and either facts about them or the code of the refusal. Facts are worked out
// by other means than the code under test; signatures come from the web half, whose ES256 is the same each time.

type Expected = { readonly [fact: string]: string };
export type KeyVector = {
  readonly name: string;
  /** CBOR of the COSE_Key. */
  readonly key: string;
  readonly expected: Expected;
};
export type EnvelopeVector = {
  readonly name: string;
  readonly bytes: string;
  readonly expected: Expected;
};
/** An envelope and the key that it is checked against; with `rpId` and `origin` the key is a passkey. */
export type SignedVector = KeyVector &
  EnvelopeVector & { readonly rpId?: string; readonly origin?: string };

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

export function keyVectors(): KeyVector[] {
  const zero = new Uint8Array(32);
  const [x, y] = [P256.bytes.slice(0, 32), P256.bytes.slice(32)].map(hex);
  const okp = `a3010120062158 20${hex(ED25519.bytes)}`.replace(" ", "");
  const ec2 = `a40102200121 5820${x} 225820${y}`.replaceAll(" ", "");
  return [
    { name: "Ed25519", key: okp, expected: thumbprintOf(okp) },
    { name: "P-256", key: ec2, expected: thumbprintOf(ec2) },
    refusedKey("labels in words", { kty: 1, crv: 6, x: zero }, "COSE_KEY_MAP"),
    refusedKey("an array", [1, 6, zero], "COSE_KEY_MAP"),
    refusedKey("X25519", edited(ED25519_KEY, [[-1, 4]]), "COSE_KEY_TYPE"),
    refusedKey("P-384", edited(P256_KEY, [[-1, 2]]), "COSE_KEY_TYPE"),
    refusedKey("a kid beside the members", edited(ED25519_KEY, [[2, zero]]), "COSE_KEY_MEMBERS"),
    refusedKey("a private part", edited(P256_KEY, [[-4, zero]]), "COSE_KEY_MEMBERS"),
    refusedKey("no y", edited(P256_KEY, [[-3, undefined]]), "COSE_KEY_MEMBERS"),
    refusedKey("y as a sign", edited(P256_KEY, [[-3, true]]), "COSE_KEY_LENGTH"),
    refusedKey("x of 31 bytes", edited(ED25519_KEY, [[-2, zero.slice(1)]]), "COSE_KEY_LENGTH"),
    refusedKey("Ed25519 of order 4", edited(ED25519_KEY, [[-2, zero]]), "COSE_KEY_POINT"),
    refusedKey("P-256 off the curve", edited(P256_KEY, [[-3, zero]]), "COSE_KEY_POINT"),
  ];
}

function thumbprintOf(key: string): Expected {
  const thumbprint = digest(Buffer.from(key, "hex"));
  return { thumbprint, kid: thumbprint.slice(0, 16) };
}

function refusedKey(name: string, key: CborValue, code: string): KeyVector {
  return { name, key: hex(encodeCbor(key)), expected: { code } };
}

const SIGNATURE = new Uint8Array(64).fill(0x55);
const PASSKEY_DATA = [new Uint8Array(37), utf8("{}")];

export function envelopeVectors(): EnvelopeVector[] {
  const plain = tagged(PROTECTED, {}, PAYLOAD, SIGNATURE);
  const empty = new Uint8Array(0);
  return [
    taken("plain", plain),
    taken("with passkey data", tagged(PROTECTED, { webauthn: PASSKEY_DATA }, PAYLOAD, SIGNATURE)),
    taken("empty payload", tagged(PROTECTED, {}, empty, SIGNATURE)),
    refused("empty", empty, "COSE_TAG"),
    refused("without its tag", plain.slice(1), "COSE_TAG"),
    refused("tag 18 in two bytes", concat(Uint8Array.of(0xd8, 18), plain.slice(1)), "COSE_TAG"),
    refused("cut", plain.slice(0, -1), "CBOR_TRUNCATED"),
    refused("a byte too many", concat(plain, Uint8Array.of(0)), "CBOR_TRAILING"),
    refused(
      "indefinite array",
      concat(Uint8Array.of(0xd2, 0x9f), plain.slice(2), Uint8Array.of(0xff)),
      "CBOR_TYPE",
    ),
    refused(
      "array head in two bytes",
      concat(Uint8Array.of(0xd2, 0x98, 4), plain.slice(2)),
      "CBOR_NOT_SHORTEST",
    ),
    refused("three parts", tagged(PROTECTED, {}, PAYLOAD), "COSE_PARTS"),
    refused(
      "protected header not wrapped",
      tagged(header(-8), {}, PAYLOAD, SIGNATURE),
      "COSE_PROTECTED",
    ),
    refused(
      "protected header empty",
      tagged(encodeCbor({}), {}, PAYLOAD, SIGNATURE),
      "COSE_PROTECTED",
    ),
    refused(
      "protected header of no bytes",
      tagged(empty, {}, PAYLOAD, SIGNATURE),
      "CBOR_TRUNCATED",
    ),
    refused(
      "protected labels out of order",
      tagged(Uint8Array.of(0xa2, 4, 0x40, 1, 0x27), {}, PAYLOAD, SIGNATURE),
      "CBOR_KEY_ORDER",
    ),
    refused(
      "protected label twice",
      tagged(Uint8Array.of(0xa2, 1, 0x27, 1, 0x27), {}, PAYLOAD, SIGNATURE),
      "CBOR_KEY_ORDER",
    ),
    refused(
      "kid unprotected",
      tagged(PROTECTED, new Map([[4, empty]]), PAYLOAD, SIGNATURE),
      "COSE_UNPROTECTED",
    ),
    refused(
      "webauthn of three",
      tagged(PROTECTED, { webauthn: [...PASSKEY_DATA, empty] }, PAYLOAD, SIGNATURE),
      "COSE_UNPROTECTED",
    ),
    refused("detached payload", tagged(PROTECTED, {}, null, SIGNATURE), "COSE_PAYLOAD"),
    refused(
      "signature of 63 bytes",
      tagged(PROTECTED, {}, PAYLOAD, SIGNATURE.slice(1)),
      "COSE_SIGNATURE",
    ),
  ];
}

function tagged(...parts: CborValue[]): Uint8Array {
  return concat(Uint8Array.of(0xd2), encodeCbor(parts));
}

function header(alg: number): CborKeyedMap {
  return new Map([[1, alg]]);
}

function taken(name: string, bytes: Uint8Array): EnvelopeVector {
  const payload = name === "empty payload" ? new Uint8Array(0) : PAYLOAD;
  const message = encode(["Signature1", PROTECTED, new Uint8Array(0), payload]);
  const expected = { sigStructure: hex(message), id: digest(message) };
  return { name, bytes: hex(bytes), expected };
}

function refused(name: string, bytes: Uint8Array, code: string): EnvelopeVector {
  return { name, bytes: hex(bytes), expected: { code } };
}

const SITE = { rpId: "ledger.example", origin: "https://ledger.example" };
const RIGHT = { verdict: "right" };

export function signedVectors(): SignedVector[] {
  return [
    signed("EdDSA", -8, {}, RIGHT),
    signed("Ed25519 by its own number", -19, {}, RIGHT),
    signed("ES256", -7, {}, RIGHT),
    signed("ES384", -35, {}, { code: "COSE_ALGORITHM" }),
    signed("EdDSA over another payload", -8, { sent: utf8("x") }, { code: "COSE_SIGNATURE_WRONG" }),
    signed("ES256 over another payload", -7, { sent: utf8("x") }, { code: "COSE_SIGNATURE_WRONG" }),
    signed(
      "passkey data under a plain key",
      -7,
      { webauthn: passkey, site: undefined },
      { code: "COSE_WEBAUTHN" },
    ),
    signed("no passkey data under a passkey", -7, { site: SITE }, { code: "COSE_WEBAUTHN" }),
    ...passkeyVectors(),
  ];
}

function passkeyVectors(): SignedVector[] {
  const client = (from: string, to: string): Change => ({
    site: SITE,
    webauthn: (m) => passkey(m, { from, to }),
  });
  const data = (part: PasskeyPart): Change => ({ site: SITE, webauthn: (m) => passkey(m, part) });
  const code = { code: "COSE_WEBAUTHN_CLIENT" };
  return [
    signed("passkey, ES256", -7, data({}), RIGHT),
    signed("passkey, EdDSA", -8, data({}), RIGHT),
    signed("passkey, more members", -7, client("}", ',"topOrigin":"https://a.example"}'), RIGHT),
    signed("passkey, authenticator data cut", -7, data({ cut: 36 }), {
      code: "COSE_WEBAUTHN_DATA",
    }),
    signed("passkey, another relying party", -7, data({ rpId: "example" }), {
      code: "COSE_WEBAUTHN_RP",
    }),
    signed("passkey, user not verified", -7, data({ flags: 0x01 }), {
      code: "COSE_WEBAUTHN_FLAGS",
    }),
    signed("passkey, user not present", -7, data({ flags: 0x04 }), { code: "COSE_WEBAUTHN_FLAGS" }),
    signed("passkey, a registration", -7, client("get", "create"), code),
    signed("passkey, another origin", -7, client("https://", "https://a."), code),
    signed("passkey, in a foreign page", -7, client("false", "true"), code),
    signed("passkey, without crossOrigin", -7, client(',"crossOrigin":false', ""), code),
    signed("passkey, white space", -7, client(",", ", "), code),
    signed("passkey, an escaped letter", -7, client("https", "\\u0068ttps"), code),
  ];
}

type Change = {
  /** What the envelope carries in place of what was signed. */
  readonly sent?: Uint8Array;
  readonly webauthn?: (message: Uint8Array) => Webauthn;
  readonly site?: typeof SITE | undefined;
};
type PasskeyPart = { rpId?: string; flags?: number; cut?: number; from?: string; to?: string };

function signed(name: string, alg: number, change: Change, expected: Expected): SignedVector {
  const isEd25519 = alg !== -7;
  const protectedBytes = encodeCbor(header(alg));
  const message = sigStructure(protectedBytes, PAYLOAD);
  const webauthn = change.webauthn?.(message);
  const covered =
    webauthn === undefined
      ? message
      : concat(webauthn.authenticatorData, Buffer.from(digest(webauthn.clientDataJson), "hex"));
  const envelope: Omit<Sign1, "protected"> = {
    protectedBytes,
    payload: change.sent ?? PAYLOAD,
    signature: (isEd25519 ? signEd25519 : signP256)(SEED, covered),
    ...(webauthn === undefined ? {} : { webauthn }),
  };
  const key = hex(encodeCbor(isEd25519 ? ED25519_KEY : P256_KEY));
  return { name, key, ...change.site, bytes: hex(encodeSign1(envelope)), expected };
}

/** What browser and authenticator make for a message, or something close to it. */
function passkey(message: Uint8Array, part: PasskeyPart = {}): Webauthn {
  const { rpId = SITE.rpId, flags = 0x05, cut = 37, from = "", to = "" } = part;
  const challenge = Buffer.from(webauthnChallenge(message)).toString("base64url");
  const text = `{"type":"webauthn.get","challenge":"${challenge}","origin":"${SITE.origin}","crossOrigin":false}`;
  const rpIdHash = Buffer.from(digest(utf8(rpId)), "hex");
  return {
    authenticatorData: concat(rpIdHash, Uint8Array.of(flags, 0, 0, 0, 1)).slice(0, cut),
    clientDataJson: utf8(text.replace(from, to)),
  };
}
