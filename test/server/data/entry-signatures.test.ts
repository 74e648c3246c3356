import { expect, test } from "vitest";
import { isSignatureRight, type PreparedSignature } from "../../../src/core/index.ts";
import { createEntrySignatures } from "../../../src/server/data/entry-signatures.ts";
import { signed } from "../../core/data/kit.ts";
import { keySpec } from "../../core/state/kit.ts";

// Who checks the signatures of entries that come at the same time.

test("the first of a turn is checked at once, those behind it elsewhere, and all by the same rule", async () => {
  const handed: PreparedSignature[] = [];
  const checkSignatures = async (checks: readonly PreparedSignature[]) => {
    handed.push(...checks);
    return checks.map(isSignatureRight);
  };
  const { isRight } = createEntrySignatures({ checkSignatures });
  const key = { ...keySpec("sensor", ["data"]), from: 0 } as Parameters<typeof isRight>[0];
  const right = signed("MA.156.1301.02", "sensor", { iatSeconds: 1 });
  const other = signed("MA.156.1301.02", "other", { iatSeconds: 1 });
  const unlike = { ...right, alg: -7 };
  for (const [turn, want] of [
    [
      [right, right, other, unlike],
      [true, true, false, false],
    ],
    [
      [other, right],
      [false, true],
    ],
    [
      [unlike, right, other],
      [false, true, false],
    ],
  ] as const) {
    handed.length = 0;
    expect(await Promise.all(turn.map((entry) => isRight(key, entry)))).toEqual(want);
    // One that its key cannot have made is given to nobody.
    expect(handed.length).toBe(turn.filter((entry) => entry !== unlike).length - 1);
    await new Promise((resolve) => setImmediate(resolve));
  }
});
