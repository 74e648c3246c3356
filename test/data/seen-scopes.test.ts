import { expect, test } from "vitest";
import { polygonOf } from "../../src/data/entities/geometry.ts";
import { type EntityView, seen } from "../../src/data/entities/view.ts";
import type { Entity, JsonMap } from "../../src/data/index.ts";

const AT = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;
const said = (value: JsonMap | number, time: number): JsonMap => ({
  ...{ type: "Property", value, observedAt: new Date(time).toISOString() },
});

/** It came to where it is at the second hour. */
function thing(scoped: number): Entity {
  const instance = (all: JsonMap) => ({
    ...{ said: all, created: AT, modified: AT, entry: 1, at: 0 },
  });
  const place = { type: "Point", coordinates: [114, 38] } as unknown as JsonMap;
  return {
    ...{ id: "urn:a:1", types: ["A"], scopes: ["/a"], scoped, created: AT, modified: AT, time: AT },
    attributes: {
      a: [instance(said(1, AT + 3 * HOUR))],
      location: [instance(said(place, AT + 2 * HOUR))],
    },
  };
}

const AREA: EntityView = { area: polygonOf([113, 37, 115, 39]) };
const SPAN: EntityView = { fromMilliseconds: AT + HOUR, toMilliseconds: AT + 4 * HOUR };

test.each<[string, EntityView, number, boolean]>([
  ["to whoever sees all", {}, 0, true],
  ["not to whoever sees other attributes alone", { attributes: ["a"] }, 3, false],
  ["to whoever was granted them by their name", { attributes: ["a", "@scope"] }, 3, true],
  ["where they were said at the place", AREA, 3, true],
  ["not where they were said before it came there", AREA, 1, false],
  ["where they were said within the span", SPAN, 3, true],
  ["not where they were said before it", SPAN, 0, false],
])("scopes are told %s", (_, view, hour, isTold) => {
  expect(seen(thing(AT + hour * HOUR), view)?.scopes).toEqual(isTold ? ["/a"] : []);
});
