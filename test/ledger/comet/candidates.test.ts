import { expect, test } from "vitest";
import { encodeCbor } from "../../../src/core/index.ts";
import { Candidates } from "../../../src/ledger/comet/candidates.ts";
import { Precheck } from "../../../src/ledger/precheck.ts";
import type { LedgerState } from "../../../src/ledger/state.ts";
import type { LogStore, SignaturePool } from "../../../src/ledger/stores.ts";

test("the engine has something to propose until that is decided, or has been seen too long ago to be there", () => {
  let now = 0;
  const clock = { wallMilliseconds: () => now, monotonicMilliseconds: () => now };
  const pool = { checkBatch: async () => new Uint8Array() } as unknown as SignaturePool;
  const log = { indexOf: () => undefined } as unknown as LogStore;
  const state = {} as LedgerState;
  const candidates = new Candidates(new Precheck(pool), { state, log, clock });
  const [decided, vanished] = [encodeCbor(1), encodeCbor(2)];
  expect(candidates.some).toBe(false);
  candidates.of(decided);
  expect(candidates.some).toBe(true);
  candidates.forget(decided);
  expect(candidates.some).toBe(false);
  candidates.of(vanished);
  now = 4999;
  expect(candidates.some).toBe(true);
  now = 5000;
  expect(candidates.some).toBe(false);
});
