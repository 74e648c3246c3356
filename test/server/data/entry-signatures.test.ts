import { expect, test } from "vitest";
import { isSignatureRight, type PreparedSignature } from "../../../src/core/index.ts";
import { LedgerFault } from "../../../src/ledger/index.ts";
import { createEntrySignatures } from "../../../src/server/data/entry-signatures.ts";
import { signed } from "../../core/data/kit.ts";
import { keySpec } from "../../core/state/kit.ts";

// Who checks the signatures of entries that come at the same time.

const key = { ...keySpec("sensor", ["data"]), from: 0 } as Parameters<
  ReturnType<typeof createEntrySignatures>["isRight"]
>[0];
const right = signed("MA.156.1301.02", "sensor", { iatSeconds: 1 });
const other = signed("MA.156.1301.02", "other", { iatSeconds: 1 });
const unlike = { ...right, alg: -7 };

/** Notes what is handed to the other thread together. */
function noting() {
  const handed: (readonly PreparedSignature[])[] = [];
  const checkSignatures = async (checks: readonly PreparedSignature[]) => {
    handed.push(checks);
    return checks.map(isSignatureRight);
  };
  return { handed, ...createEntrySignatures({ checkSignatures }) };
}

test("one that comes alone in a turn is checked here, several elsewhere, and all by the same rule", async () => {
  const { handed, isRight } = noting();
  for (const [turn, want, together] of [
    [[right, right, other, unlike], [true, true, false, false], [3]],
    [[right], [true], []],
    [[other], [false], []],
    [[other, right], [false, true], [2]],
    // One that its key cannot have made is given to nobody.
    [[unlike, right, unlike], [false, true, false], []],
    [[unlike], [false], []],
  ] as const) {
    handed.length = 0;
    expect(await Promise.all(turn.map((entry) => isRight(key, entry)))).toEqual(want);
    expect(handed.map(({ length }) => length)).toEqual(together);
    await new Promise((resolve) => setImmediate(resolve));
  }
});

test("where many come in a turn, the first of them are handed over while others are still coming", async () => {
  const { handed, isRight } = noting();
  const answers = Array.from({ length: 33 }, (_, i) => isRight(key, i % 5 === 0 ? other : right));
  expect(handed.map(({ length }) => length)).toEqual([16, 16]);
  expect(await Promise.all(answers)).toEqual(answers.map((_, i) => i % 5 !== 0));
  // The last one is not alone: others of its turn went before it.
  expect(handed.map(({ length }) => length)).toEqual([16, 16, 1]);
});

test("whom the other thread cannot answer is told so, and those of the next turn are not", async () => {
  let isBroken = true;
  const { isRight } = createEntrySignatures({
    checkSignatures: async (checks) => {
      if (isBroken) throw new LedgerFault("LEDGER_BUSY", { queue: "signatures" });
      return checks.map(isSignatureRight);
    },
  });
  const broken = await Promise.allSettled([isRight(key, right), isRight(key, right)]);
  expect(broken.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  isBroken = false;
  expect(await Promise.all([isRight(key, right), isRight(key, other)])).toEqual([true, false]);
});
