import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Geometry, intersects } from "../../src/data/entities/geometry.ts";
import { pointOn } from "../../src/data/entities/point-on.ts";

const at = (geometry: Geometry): readonly number[] => pointOn(geometry);

describe("the point that stands for a shape", () => {
  test("is in the widest part of an area, outside its holes", () => {
    const square = [[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]]; // biome-ignore format: a ring
    expect(at({ type: "Polygon", coordinates: [square] })).toEqual([2, 2]);
    const hole = [[1, 1], [3.5, 1], [3.5, 3], [1, 3], [1, 1]]; // biome-ignore format: a ring
    expect(at({ type: "Polygon", coordinates: [square, hole] })).toEqual([0.5, 2]);
    const small = square.map(([x = 0, y = 0]) => [x / 4 + 10, y]);
    expect(at({ type: "MultiPolygon", coordinates: [[small], [square]] })).toEqual([2, 2]);
    // A horse-shoe, whose middle is outside.
    const shoe = [[0, 0], [6, 0], [6, 6], [5, 6], [5, 1], [2, 1], [2, 6], [0, 6], [0, 0]]; // biome-ignore format: a ring
    expect(at({ type: "Polygon", coordinates: [shoe] })).toEqual([1, 3.5]);
  });

  test("is a corner of a line, of points, and of an area without an inside", () => {
    const line = [[0, 0], [1, 5], [9, 0]]; // biome-ignore format: a line
    expect(at({ type: "LineString", coordinates: line })).toEqual([1, 5]);
    expect(at({ type: "MultiPoint", coordinates: line })).toEqual([1, 5]);
    expect(at({ type: "Point", coordinates: [3, 4] })).toEqual([3, 4]);
    const flat = [[0, 0], [1, 0], [2, 0], [0, 0]]; // biome-ignore format: a ring
    expect(at({ type: "Polygon", coordinates: [flat] })).toEqual([1, 0]);
  });

  test("belongs to it", () => {
    const degree = fc.integer({ min: -9, max: 9 });
    const triangle = fc
      .tuple(degree, degree, degree, degree, degree, degree)
      .map(([a, b, c, d, e, f]) => [[a, b], [c, d], [e, f], [a, b]]); // biome-ignore format: a ring
    fc.assert(
      fc.property(fc.array(triangle, { minLength: 1, maxLength: 3 }), (rings) => {
        const area: Geometry = { type: "MultiPolygon", coordinates: rings.map((each) => [each]) };
        return intersects({ type: "Point", coordinates: pointOn(area) }, area);
      }),
    );
  });
});
