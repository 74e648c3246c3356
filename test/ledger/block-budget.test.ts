import { expect, test } from "vitest";
import { BlockBudget } from "../../src/ledger/block-budget.ts";

test("a block is larger while nobody reads, at most twice as large as the last one, and bounded", () => {
  const budget = new BlockBudget();
  const first = budget.weight(false);
  expect(budget.weight(true)).toBe(first);
  for (let i = 0; i < 40; i++) {
    const weight = budget.weight(false);
    budget.spent(weight, weight / 10);
    expect(budget.weight(false)).toBeLessThanOrEqual(2 * weight);
  }
  // Ten a millisecond.
  expect([budget.weight(false), budget.weight(true)]).toEqual([960, 160]);
  for (let i = 0; i < 60; i++) budget.spent(budget.weight(true), 10_000);
  expect(budget.weight(true)).toBe(32);
  for (let i = 0; i < 60; i++) budget.spent(budget.weight(false), 0);
  expect(budget.weight(false)).toBe(8192);
});

test("one small block, where no more waited, does not make the next ones small", () => {
  const budget = new BlockBudget();
  for (let i = 0; i < 40; i++) {
    const weight = budget.weight(true);
    budget.spent(weight, weight / 20);
  }
  expect(budget.weight(true)).toBe(320);
  budget.spent(50, 2.5);
  expect(budget.weight(true)).toBe(320);
  budget.spent(50, 2.5);
  expect(budget.weight(true)).toBe(160);
});
