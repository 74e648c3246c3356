import { expect, test } from "vitest";
import { type CborValue, readItem, type StateReader } from "../../src/core/index.ts";
import { Precheck } from "../../src/ledger/precheck.ts";
import { code, fact, member, sign, TestLedger } from "../core/state/kit.ts";

const ledger = new TestLedger();
const values = new Map<string, CborValue | undefined>();
/** Gives the same object for a value each time, as a ledger does. */
const state: StateReader = {
  get(key) {
    if (!values.has(key)) values.set(key, ledger.get(key));
    return values.get(key);
  },
};
const signed = sign(
  { op: "gazette", items: [{ code: code("MA.156.1301"), add: [fact()] }] },
  member("A"),
  ledger.now,
);
const item = readItem(signed.with(-1, (signed.at(-1) ?? 0) ^ 1));

/** A pool that answers when it is told to. */
function heldPool() {
  const answers: ((good: boolean) => void)[] = [];
  const checkBatch = (checks: readonly unknown[]) =>
    new Promise<readonly boolean[]>((resolve) => {
      answers.push((good) => resolve(checks.map(() => good)));
    });
  return { pool: { checkBatch, close: async () => undefined }, answers };
}

test("keeps no verdict of what was forgotten while its signature was checked", async () => {
  const { pool, answers } = heldPool();
  const precheck = new Precheck(pool);
  const checked = precheck.run(state, [item]);
  precheck.forget(item.hash);
  answers[0]?.(false);
  await checked;
  expect(precheck.isWrong(item.hash)).toBe(false);
  const again = precheck.run(state, [item]);
  answers[1]?.(false);
  await again;
  expect(precheck.isWrong(item.hash)).toBe(true);
});

test("has one verdict for all who ask at once, whoever is answered first", async () => {
  const { pool, answers } = heldPool();
  const precheck = new Precheck(pool);
  const [first, second] = [precheck.run(state, [item]), precheck.run(state, [item])];
  answers[0]?.(false);
  await first;
  expect(precheck.isWrong(item.hash)).toBe(true);
  answers[1]?.(false);
  await second;
  precheck.forget(item.hash);
  expect(precheck.isWrong(item.hash)).toBe(false);
});
