import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { buildVerifier } from "./build.ts";

/** CBOR and SHA-256 included. */
const MAX_GZIPPED_BYTES = 20 * 1024;

const files = buildVerifier();
const text = (name: string) => files.get(name)?.toString("utf8") ?? "";
const zippedBytes = (name: string) => gzipSync(text(name), { level: 9 }).length;

test("each verifier is one file of at most 20 kB, beside what only browsers without a curve load", () => {
  expect([...files.keys()].sort()).toEqual([
    "ed25519.js",
    "licences.txt",
    "p256.js",
    "seal.js",
    "verify.js",
  ]);
  const sizes = [...files.keys()].map((name) => `${name}: ${zippedBytes(name)}`);
  console.log(`bytes gzipped, of ${MAX_GZIPPED_BYTES}: ${sizes.join(", ")}`);
  for (const name of ["verify.js", "seal.js"]) {
    expect(zippedBytes(name)).toBeGreaterThan(8 * 1024);
    expect(zippedBytes(name)).toBeLessThanOrEqual(MAX_GZIPPED_BYTES);
  }
});

test("a verifier imports nothing but a curve, and that only when it is needed", () => {
  const imports = /\bimport\b.{0,15}/g;
  expect(text("verify.js").match(imports)).toEqual(["import(`./ed25519.js`"]);
  expect(text("seal.js").match(imports)?.sort()).toEqual([
    "import(`./ed25519.js`",
    expect.stringMatching(/^import\(`\.\/p256\.js`/),
  ]);
  for (const name of ["ed25519.js", "p256.js"]) expect(text(name).match(imports)).toBeNull();
  for (const name of ["verify.js", "seal.js"]) {
    expect(text(name).search(/\brequire\(|\bprocess\.|\bBuffer\b/)).toBe(-1);
  }
});
