import fc from "fast-check";
import { expect, test } from "vitest";
import type { Box } from "../../src/data/entities/geometry.ts";
import { cellOf, stretchesOf } from "../../src/data/store/cells.ts";

// Points by the numbers of their cells, and the numbers in which those of a box are.

const longitude = fc.double({ min: -180, max: 180, noNaN: true });
const latitude = fc.double({ min: -90, max: 90, noNaN: true });
const size = fc.oneof(
  fc.double({ min: 0, max: 0.05, noNaN: true }),
  fc.double({ min: 0, max: 360, noNaN: true }),
);

const isFound = (cell: number | undefined, box: Box) =>
  cell !== undefined && stretchesOf(box).some(([first, last]) => cell >= first && cell <= last);

test("each point of a box is in one of its stretches, its edges and corners too", () => {
  fc.assert(
    fc.property(
      longitude,
      latitude,
      size,
      size,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (west, south, width, height, a, b) => {
        const [east, north] = [Math.min(180, west + width), Math.min(90, south + height)];
        const box: Box = [west, south, east, north];
        const [x, y] = [
          Math.min(east, west + a * (east - west)),
          Math.min(north, south + b * (north - south)),
        ];
        for (const point of [
          [x, y],
          [west, south],
          [east, north],
          [west, north],
          [east, south],
        ]) {
          expect(isFound(cellOf(point), box)).toBe(true);
        }
      },
    ),
    { numRuns: 2000 },
  );
});

test("stretches rise, do not touch, and are few", () => {
  fc.assert(
    fc.property(longitude, latitude, size, size, (west, south, width, height) => {
      const stretches = stretchesOf([west, south, west + width, south + height]);
      expect(stretches.length).toBeLessThanOrEqual(32);
      let end = -2;
      for (const [first, last] of stretches) {
        expect(first).toBeGreaterThan(end + 1);
        expect(last).toBeGreaterThanOrEqual(first);
        end = last;
      }
    }),
    { numRuns: 2000 },
  );
});

test("of a box they hold little else than the box, whatever its size", () => {
  for (const side of [0.0007, 0.02, 0.3, 4]) {
    const wanted = (side / 360) * (side / 180) * 2 ** 52;
    const ratios = Array.from({ length: 200 }, (_, i) => {
      const [west, south] = [100 + i * 0.137, 20 + i * 0.0731];
      const stretches = stretchesOf([west, south, west + side, south + side]);
      return stretches.reduce((sum, [first, last]) => sum + last - first + 1, 0) / wanted;
    });
    expect(ratios.reduce((sum, each) => sum + each, 0) / ratios.length).toBeLessThan(3);
    expect(Math.max(...ratios)).toBeLessThan(5);
  }
});

test("what is nowhere on the earth has no cell, and the ends of the earth have one", () => {
  expect(cellOf([181, 0])).toBeUndefined();
  expect(cellOf([0, -90.5])).toBeUndefined();
  expect(cellOf([-180, -90])).toBe(0);
  expect(cellOf([180, 90])).toBe(2 ** 52 - 1);
  expect(stretchesOf([-180, -90, 180, 90])).toEqual([[0, 2 ** 52 - 1]]);
  expect(stretchesOf([-200, -95, 200, 95])).toEqual([[0, 2 ** 52 - 1]]);
});
