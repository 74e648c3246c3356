import { expect, test } from "vitest";
import { hex } from "../../src/core/index.ts";
import { randomly } from "../../src/node/randomly.ts";

test("bytes by chance are as many as were asked for, their own, and never given twice", () => {
  const sizes = [0, 1, 16, 17, 144, 1000, 1024, 1025, 5000];
  for (const size of sizes) {
    const given = randomly(size);
    expect(given).toHaveLength(size);
    expect(given.buffer.byteLength).toBe(size);
  }
  const salts = Array.from({ length: 2000 }, () => hex(randomly(16)));
  expect(new Set(salts).size).toBe(salts.length);
  // All values come, about as often as the others.
  const counts = new Array<number>(256).fill(0);
  for (let i = 0; i < 1000; i++) {
    for (const byte of randomly(256)) counts[byte] = (counts[byte] ?? 0) + 1;
  }
  expect(Math.min(...counts)).toBeGreaterThan(800);
  expect(Math.max(...counts)).toBeLessThan(1200);
});
