import fc from "fast-check";
import { expect, test } from "vitest";
import {
  packBatch,
  packedBytes,
  unpackBatch,
} from "../../../../src/ledger/embedded/signature-pool/batch.ts";

const part = fc.uint8Array({ maxLength: 70 });
const check = fc.record({
  kind: fc.constantFrom("ed25519", "p256"),
  publicKey: part,
  signature: part,
  message: fc.uint8Array({ maxLength: 300 }),
});

test("a batch is unpacked to the checks that were packed, whatever their lengths", () => {
  fc.assert(
    fc.property(fc.array(check), (checks) => {
      const buffer = packBatch(checks);
      expect(unpackBatch(buffer)).toEqual(checks);
      const bytes = checks.reduce((sum, each) => sum + packedBytes(each), 0);
      expect(buffer.byteLength).toBe(4 + bytes);
    }),
  );
});

test("what is packed is a copy: the parts may be views of a request that lives on", () => {
  const request = new Uint8Array(200).fill(3);
  const checks = [
    {
      kind: "p256",
      publicKey: request.subarray(0, 64),
      signature: request.subarray(64, 128),
      message: request.subarray(128),
    },
  ] as const;
  const buffer = packBatch(checks);
  request.fill(0);
  expect(unpackBatch(buffer)[0]?.message).toEqual(new Uint8Array(72).fill(3));
  expect(request.buffer.byteLength).toBe(200);
});
