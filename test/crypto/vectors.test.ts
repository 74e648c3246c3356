import { webcrypto } from "node:crypto";
import { describe, expect, test } from "vitest";
import * as native from "../../src/crypto/node.ts";
import * as web from "../../src/crypto/web.ts";
import type { SignatureVector } from "./craft.ts";
import { ed25519Vectors, L, SMALL_ORDER } from "./craft-ed25519.ts";
import { p256Vectors } from "./craft-p256.ts";
import { inputs, readVectors, vectorFiles, vectorPath } from "./signature-vectors.ts";

const CRAFTED: Record<string, () => SignatureVector[]> = {
  ed25519: ed25519Vectors,
  p256: p256Vectors,
};

test("no vector file is left unread", () => {
  expect(vectorFiles().sort()).toEqual(Object.keys(CRAFTED).sort());
});

// Run with `-u` to write the files anew, then read the difference.
test.each(Object.entries(CRAFTED))(
  "the vectors of %s are those crafted from the equations",
  async (name, craft) => {
    await expect(`${JSON.stringify(craft(), undefined, 1)}\n`).toMatchFileSnapshot(
      vectorPath(name),
    );
  },
);

test("the small-order points, which the rule tells by their y, are those of the curve", () => {
  expect(SMALL_ORDER).toHaveLength(8);
  for (const point of SMALL_ORDER) {
    expect(native.isEd25519KeyWellFormed(point.toBytes())).toBe(false);
    expect(point.multiplyUnsafe(8n).is0()).toBe(true);
  }
  expect(L).toBe(2n ** 252n + 27742317777372353535851937790883648493n);
});

describe.each([
  ["native", native],
  ["web", web],
])("the %s half", (_, half) => {
  test.each(readVectors("ed25519"))("ed25519: $name: $expected", (vector) => {
    expect(half.verifyEd25519(...inputs(vector))).toBe(vector.expected);
  });

  test.each(readVectors("p256"))("p256: $name: $expected", (vector) => {
    expect(half.verifyP256(...inputs(vector))).toBe(vector.expected);
  });
});

describe("WebCrypto, asked only where isEd25519WellFormed holds", () => {
  test.each(readVectors("ed25519"))("ed25519: $name: $expected", async (vector) => {
    expect(await verifyWithWebCrypto(...inputs(vector))).toBe(vector.expected);
  });
});

async function verifyWithWebCrypto(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  if (!native.isEd25519WellFormed(publicKey, signature)) return false;
  try {
    const key = await webcrypto.subtle.importKey("raw", publicKey, "Ed25519", false, ["verify"]);
    return await webcrypto.subtle.verify("Ed25519", key, signature, message);
  } catch {
    // Some runtimes refuse a key off the curve when it is imported, others when it is used.
    return false;
  }
}
