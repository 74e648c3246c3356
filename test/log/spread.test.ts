import { expect, test } from "vitest";
import { randomSpread, spreadOver } from "../../src/log/spread.ts";

test("words that somebody chose to begin alike lie in many places, and in other ones in each process", () => {
  const words = Array.from({ length: 8000 }, (_, i) => (5 << 20) + i * 131);
  const placesOf = (spread: number) => words.map((word) => spreadOver(16_384, word, spread));
  const places = placesOf(randomSpread());
  expect(places.every((place) => Number.isInteger(place) && place >= 0 && place < 16_384)).toBe(
    true,
  );
  // By their first bits they would have four. A multiplier that keeps them together comes once in some 10^8.
  expect(new Set(places).size).toBeGreaterThan(50);
  expect(placesOf(1)).not.toEqual(placesOf(3));
});
