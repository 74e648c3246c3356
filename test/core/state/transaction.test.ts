import { expect, it } from "vitest";
import { type CodeRecord, codeKey, type MapKey, Transaction } from "../../../src/core/index.ts";
import { code } from "./kit.ts";

const EMPTY = { get: () => undefined };

function record(text: string, op: number): [MapKey<CodeRecord>, CodeRecord] {
  const hash = new Uint8Array(32).fill(op);
  const fields = { code: code(text), op: hash, control: hash, generation: 1 };
  return [codeKey(fields.code), fields as unknown as CodeRecord];
}

it("lists the versions of a block in the order in which they were made", () => {
  const tx = new Transaction(EMPTY);
  tx.put(...record("MA.156.11", 1));
  tx.put(...record("MA.156.12", 1));
  tx.keep(5);
  // A version that is replaced in the same block must not overtake what was registered before it.
  tx.put(...record("MA.156.12", 2));
  tx.keep(6);
  expect(tx.changes().map(({ key, index }) => [key, index])).toEqual([
    ["code/MA.156.11", 5],
    ["code/MA.156.12", 5],
    ["code/MA.156.12", 6],
  ]);
});
