import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  formatVerifierKey,
  isKeyName,
  parseVerifierKey,
  verifierKey,
} from "../../../src/core/note/index.ts";
import { keyName, signer } from "./keys.ts";
import { noteVectors } from "./vectors.ts";

const { key } = signer("example.com/log", "ed25519", 1);
const vkey = formatVerifierKey(key);
const [name, id, material] = vkey.split("+") as [string, string, string];

describe("parseVerifierKey", () => {
  test.each(noteVectors.keys)("reads the vkey of $name", ({ name, kind, publicHex, vkey }) => {
    const parsed = verifierKey(name, kind, Uint8Array.from(Buffer.from(publicHex, "hex")));
    expect(formatVerifierKey(parsed)).toBe(vkey);
    expect(parseVerifierKey(vkey)).toEqual({ ok: true, value: parsed });
  });

  test("reads back every key it writes", () => {
    const kinds = fc.constantFrom("ed25519" as const, "cosignature" as const);
    const keys = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(keyName, kinds, keys, (name, kind, publicKey) => {
        const made = verifierKey(name, kind, publicKey);
        expect(parseVerifierKey(formatVerifierKey(made))).toEqual({ ok: true, value: made });
      }),
    );
  });

  const raw = Buffer.from(material, "base64");
  const of = (bytes: Uint8Array) => `${name}+${id}+${Buffer.from(bytes).toString("base64")}`;

  test.each([
    { why: "nothing", text: "" },
    { why: "no key", text: `${name}+${id}` },
    { why: "no name", text: `+${id}+${material}` },
    { why: "a space in the name", text: `a b+${id}+${material}` },
    { why: "an id in capitals", text: `${name}+${id.toUpperCase()}+${material}` },
    { why: "an id of seven digits", text: `${name}+${id.slice(1)}+${material}` },
    { why: "base64 with padding that does not belong there", text: `${vkey}====` },
    { why: "base64 that was cut", text: `${name}+${id}+${material.slice(0, -1)}` },
    { why: "a newline behind", text: `${vkey}\n` },
    { why: "empty key material", text: `${name}+${id}+` },
  ])("refuses $why with NOTE_KEY_FORM", ({ text }) => {
    expect(parseVerifierKey(text)).toEqual({ ok: false, error: { code: "NOTE_KEY_FORM", text } });
  });

  test.each([0x00, 0x02, 0x05, 0x06, 0xff])("refuses type %i", (type) => {
    expect(parseVerifierKey(of(Uint8Array.of(type, ...raw.subarray(1))))).toEqual({
      ok: false,
      error: { code: "NOTE_KEY_TYPE", type },
    });
  });

  test("refuses a key that is too short, with its length", () => {
    expect(parseVerifierKey(of(raw.subarray(0, -1)))).toMatchObject({
      error: { code: "NOTE_KEY_LENGTH", got: 31, want: 32 },
    });
  });

  test("refuses an id that is not the key's", () => {
    expect(parseVerifierKey(`${name}+00000000+${material}`)).toMatchObject({
      error: { code: "NOTE_KEY_ID", got: "00000000", want: id },
    });
  });
});

test("the kind of a key is part of its id", () => {
  expect(signer("a", "ed25519", 1).key.id).not.toBe(signer("a", "cosignature", 1).key.id);
});

test.each(["", "a b", "a+b", "a\u3000b", "a\u0085", "\u00a0", "a\n", "a\u0000", "\ud800"])(
  "%j names no key",
  (text) => {
    expect(isKeyName(text)).toBe(false);
  },
);
