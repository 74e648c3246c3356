import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  type CborKeyedMap,
  decodeCbor,
  decodeSign1,
  fromHex,
  hex,
  keyIdentifier,
  parseCoseKey,
  signatureId,
  sigStructure,
  thumbprint,
  verifySignature,
} from "../../../src/core/index.ts";
import {
  type EnvelopeVector,
  envelopeVectors,
  type KeyVector,
  keyVectors,
  type SignedVector,
  signedVectors,
} from "./craft.ts";

const FOLDER = new URL("../../../vectors/cose/", import.meta.url);
const CRAFTED = { key: keyVectors, envelope: envelopeVectors, signed: signedVectors };

function read<Vector>(name: keyof typeof CRAFTED): Vector[] {
  return JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), "utf8")) as Vector[];
}

function bytes(text: string): Uint8Array {
  return fromHex(text) ?? new Uint8Array(0);
}

test("every file of vectors/cose is read here", () => {
  const names = Object.keys(CRAFTED).map((name) => `${name}.json`);
  expect(readdirSync(FOLDER).sort()).toEqual(names.sort());
});

// Run with `-u` to write the files anew, then read the difference.
test.each(Object.entries(CRAFTED))("%s.json holds what was crafted", async (name, craft) => {
  const text = `${JSON.stringify(craft(), undefined, 1)}\n`;
  await expect(text).toMatchFileSnapshot(new URL(`${name}.json`, FOLDER).pathname);
});

test.each(read<KeyVector>("key"))("key: $name", ({ key, expected }) => {
  const value = decodeCbor(bytes(key));
  if (!value.ok) throw new Error(value.error.code);
  const parsed = parseCoseKey(value.value);
  if (!parsed.ok) {
    expect({ code: parsed.error.code }).toEqual(expected);
    return;
  }
  const map = value.value as CborKeyedMap;
  expect({ thumbprint: hex(thumbprint(map)), kid: hex(keyIdentifier(map)) }).toEqual(expected);
});

test.each(read<EnvelopeVector>("envelope"))("envelope: $name", ({ bytes: text, expected }) => {
  const decoded = decodeSign1(bytes(text));
  if (!decoded.ok) {
    expect({ code: decoded.error.code }).toEqual(expected);
    return;
  }
  const message = sigStructure(decoded.value.protectedBytes, decoded.value.payload);
  expect({ sigStructure: hex(message), id: hex(signatureId(message)) }).toEqual(expected);
});

test.each(read<SignedVector>("signed"))("signed: $name", (vector) => {
  const key = decodeCbor(bytes(vector.key));
  const decoded = decodeSign1(bytes(vector.bytes));
  if (!key.ok || !decoded.ok) throw new Error("the vector itself is no envelope or key");
  const { rpId, origin } = vector;
  const passkey = rpId === undefined || origin === undefined ? {} : { rpId, origin };
  const signer = { key: key.value as CborKeyedMap, ...passkey };
  const alg = decoded.value.protected.get(1) as number;
  const message = sigStructure(decoded.value.protectedBytes, decoded.value.payload);
  const result = verifySignature(signer, alg, message, decoded.value);
  expect(result.ok ? { verdict: "right" } : { code: result.error.code }).toEqual(vector.expected);
});
