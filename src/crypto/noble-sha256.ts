import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";
import type { Crypto } from "./contract.ts";
import { joinForHashing } from "./join.ts";

const HASH_BYTES = 32;

export const sha256: Crypto["sha256"] = (...parts) => nobleSha256(joinForHashing(parts));

export const sha256Into: Crypto["sha256Into"] = (
  out,
  outOffset,
  input,
  start = 0,
  end = input.length,
) => out.set(nobleSha256(input.subarray(start, end)), outOffset);

export const sha256Rows: Crypto["sha256Rows"] = (out, input, { start, stride, length, count }) => {
  for (let i = 0; i < count; i++) {
    const from = start + i * stride;
    sha256Into(out, HASH_BYTES * i, input, from, from + length);
  }
};

export const sha256Each: Crypto["sha256Each"] = (inputs) => {
  const out = new Uint8Array(HASH_BYTES * inputs.length);
  for (const [i, input] of inputs.entries()) sha256Into(out, HASH_BYTES * i, input);
  return out;
};
