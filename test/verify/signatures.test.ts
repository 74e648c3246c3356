import { expect, test } from "vitest";
import { fromHex, present } from "../../src/core/index.ts";
import { checkEd25519 } from "../../src/verify/index.ts";
import vectors from "../../vectors/signature/ed25519.json" with { type: "json" };

// Crafted keys and signatures, on which platforms differ: wherever the verifier runs, the rule is one.
test.each(vectors)("Ed25519: $name", async ({ publicKey, message, signature, expected }) => {
  expect(await checkEd25519(bytes(publicKey), bytes(message), bytes(signature))).toBe(expected);
});

function bytes(text: string): Uint8Array {
  return present(fromHex(text), "hexadecimal");
}
