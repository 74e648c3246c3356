import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { buildVerifier } from "./build.ts";

/** CBOR and SHA-256 included. */
const MAX_GZIPPED_BYTES = 20 * 1024;

const files = buildVerifier();
const text = (name: string) => files.get(name)?.toString("utf8") ?? "";

test("the verifier is one file of at most 20 kB, and a second one for browsers without Ed25519", () => {
  expect([...files.keys()].sort()).toEqual(["ed25519.js", "verify.js"]);
  const [bytes = 0, fallback = 0] = ["verify.js", "ed25519.js"].map(
    (name) => gzipSync(text(name), { level: 9 }).length,
  );
  console.log(
    `verify.js: ${bytes} bytes gzipped, of ${MAX_GZIPPED_BYTES}; ed25519.js: ${fallback}`,
  );
  expect(bytes).toBeGreaterThan(8 * 1024);
  expect(bytes).toBeLessThanOrEqual(MAX_GZIPPED_BYTES);
});

test("the one file imports nothing but the other, and that only when it is needed", () => {
  const imports = /\bimport\b.{0,15}/g;
  expect(text("verify.js").match(imports)).toEqual(["import(`./ed25519.js`"]);
  expect(text("ed25519.js").match(imports)).toBeNull();
  expect(text("verify.js").search(/\brequire\(|\bprocess\.|\bBuffer\b/)).toBe(-1);
});
