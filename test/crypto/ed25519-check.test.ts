import { afterEach, expect, test, vi } from "vitest";
import { ed25519Check } from "../../src/crypto/ed25519-check.ts";
import { webCryptoEd25519 } from "../../src/crypto/ed25519-webcrypto.ts";
import * as native from "../../src/crypto/node.ts";
import * as web from "../../src/crypto/web.ts";
import * as verifier from "../../src/crypto/web-verifier.ts";
import { inputs, readVectors } from "./signature-vectors.ts";

// What browsers do with it is seen in test/e2e/verify-in-chromium.test.ts; here is what depends on nothing of theirs.

const seed = new Uint8Array(32).fill(7);
const key = native.publicEd25519(seed);
const message = Uint8Array.of(1, 2, 3);
const signature = native.signEd25519(seed, message);

afterEach(() => {
  vi.unstubAllGlobals();
});

test.each([
  ["native", native],
  ["web", web],
  ["the verifier's", verifier],
])("the check of the %s half gives the verdicts of the rule", async (_, half) => {
  for (const vector of readVectors("ed25519")) {
    expect(await half.checkEd25519(...inputs(vector)), vector.name).toBe(vector.expected);
  }
});

test("WebCrypto is asked for what is well-formed only, and no fallback beside it", async () => {
  const check = ed25519Check(() => Promise.reject(new Error("not needed")));
  expect(await check(key, message, signature)).toBe(true);
  expect(await check(new Uint8Array(32), message, signature)).toBe(false);
});

test("there is none without WebCrypto, and none where it says yes to everything", async () => {
  vi.stubGlobal("crypto", undefined);
  expect(await webCryptoEd25519()).toBeUndefined();
  const subtle = { importKey: async () => ({}), verify: async () => true };
  vi.stubGlobal("crypto", { subtle });
  expect(await webCryptoEd25519()).toBeUndefined();
});

test("a fallback that could not be loaded is asked for again", async () => {
  vi.stubGlobal("crypto", undefined);
  const loads: string[] = [];
  const check = ed25519Check(async () => {
    loads.push("load");
    if (loads.length === 1) throw new Error("offline");
    return native.verifyEd25519;
  });
  const both = await Promise.allSettled([1, 2].map(() => check(key, message, signature)));
  expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(await check(key, message, signature)).toBe(true);
  expect(await check(key, Uint8Array.of(9), signature)).toBe(false);
  expect(loads).toHaveLength(2);
});
