import { expect, test } from "vitest";
import { metresTo, type Position, type Shape } from "../../src/verify/check/distance.ts";

const at = (longitude: number, latitude: number): Position => [longitude * 1e7, latitude * 1e7];
const HERE = at(114.4855, 38.01);
/** A hundredth of a degree is 1 111 m to the north, and 876 m to the east in Shijiazhuang. */
const NORTH = 1111.3;
const EAST = NORTH * Math.cos((38.01 / 180) * Math.PI);

test.each<readonly [string, Shape, number]>([
  ["a point here", { point: HERE }, 0],
  ["a point in the north", { point: at(114.4855, 38.02) }, NORTH],
  ["a point in the east", { point: at(114.4955, 38.01) }, EAST],
  ["a line that passes in the north", { line: [at(114, 38.02), at(115, 38.02)] }, NORTH],
  ["the end of a line", { line: [at(114.4955, 38.01), at(115, 38.01)] }, EAST],
  ["a line of one point", { line: [at(114.4955, 38.01)] }, EAST],
  ["a polygon around", { polygon: [square(0.1)] }, 0],
  ["the hole of a polygon", { polygon: [square(0.1), square(0.01)] }, EAST],
  [
    "a polygon elsewhere",
    { polygon: [[at(114.4955, 38), at(114.6, 38), at(114.6, 38.1), at(114.4955, 38.1)]] },
    EAST,
  ],
  ["a cell around", { cell: [114e7, 38e7, 115e7, 39e7] }, 0],
  ["a cell in the north", { cell: [114e7, 38.02e7, 115e7, 39e7] }, NORTH],
  ["a place described elsewhere", { linked: { bbox: [114.4955e7, 38e7, 115e7, 39e7] } }, EAST],
])("metres to %s", (_name, shape, metres) => {
  const got = metresTo(shape, HERE);
  expect(Math.abs(got - metres)).toBeLessThanOrEqual(1 + metres / 200);
});

function square(half: number): Position[] {
  const [x, y] = [114.4855, 38.01];
  return [
    at(x - half, y - half),
    at(x + half, y - half),
    at(x + half, y + half),
    at(x - half, y + half),
  ];
}
