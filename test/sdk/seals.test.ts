import { deflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { NoSealEvidence, readSealEvidence } from "../../src/sdk/index.ts";
import { SEAL_EVIDENCE_FORMAT as format, STATUS_BYTES } from "../../src/verify/seal/index.ts";

const listOf = (bytes: number) => deflateSync(Buffer.alloc(bytes)).toString("base64url");
const kid = "0".repeat(16);

describe("readSealEvidence", () => {
  test("reads what may be in it", async () => {
    const path = { kid, serial: 1, first: 0, leaf: "AA==", path: ["AQ=="] };
    const statuses = [{ bits: 1, lst: listOf(STATUS_BYTES) }];
    const text = JSON.stringify({ format, proofs: [], statuses, paths: [path] });
    const read = await readSealEvidence(text);
    expect(read.statuses?.map(({ length }) => length)).toEqual([STATUS_BYTES]);
    expect(read.paths).toMatchObject([{ kid: new Uint8Array(8), leaf: Uint8Array.of(0) }]);
  });

  test.each([
    ["no JSON", "x"],
    ["null", "null"],
    ["another format", JSON.stringify({ format: "x", proofs: [] })],
    ["no proofs", JSON.stringify({ format })],
    ["statuses that are no list", JSON.stringify({ format, proofs: [], statuses: 1 })],
    ["a status that is none", JSON.stringify({ format, proofs: [], statuses: [null] })],
    ["one that is a number", JSON.stringify({ format, proofs: [], statuses: [{ lst: 1 }] })],
    ["one that is no base64", JSON.stringify({ format, proofs: [], statuses: [{ lst: "*" }] })],
    ["one that is not packed", JSON.stringify({ format, proofs: [], statuses: [{ lst: "AAAA" }] })],
    [
      "one that is too long",
      JSON.stringify({ format, proofs: [], statuses: [{ lst: listOf(STATUS_BYTES + 1) }] }),
    ],
    ["a path that is none", JSON.stringify({ format, proofs: [], paths: [null] })],
    ["a path of a number", JSON.stringify({ format, proofs: [], paths: [{ kid, path: 1 }] })],
  ])("refuses %s", async (_, text) => {
    await expect(readSealEvidence(text)).rejects.toBeInstanceOf(NoSealEvidence);
  });
});
