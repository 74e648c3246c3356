import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { foldStatements, type Stated } from "../../../src/server/registry/as-of.ts";
import { placeOf } from "../../../src/server/registry/place.ts";

// The rule of operations.md word by word: of the statements about a field with validFrom ≤ at, the one with the latest validFrom,
// and of equal ones the one recorded last.
function slowly(stated: readonly Stated[], field: string, at: string) {
  const about = stated.flatMap((each, index) => {
    const attributes = each.attributes ?? {};
    const statement = Object.hasOwn(attributes, field) ? attributes[field] : undefined;
    return statement === undefined || statement.validFrom > at ? [] : [{ statement, index }];
  });
  about.sort((a, b) =>
    a.statement.validFrom === b.statement.validFrom
      ? b.index - a.index
      : a.statement.validFrom < b.statement.validFrom
        ? 1
        : -1,
  );
  return about[0]?.statement;
}

const FIELDS = ["height", "constructor", "__proto__x"];
const date = fc.integer({ min: 1, max: 9 }).map((n) => `2020-01-0${n}`);
const stated = fc.array(
  fc
    .array(fc.tuple(fc.constantFrom(...FIELDS), fc.integer(), date), { maxLength: 3 })
    .map((all) => ({
      attributes: Object.fromEntries(
        all.map(([name, value, validFrom]) => [name, { value, validFrom }]),
      ),
    })),
  { maxLength: 12 },
);

describe("foldStatements", () => {
  test("agrees with the rule, word by word", () => {
    fc.assert(
      fc.property(stated, date, (all, at) => {
        const { attributes } = foldStatements(all, at);
        for (const field of FIELDS) {
          const held = Object.hasOwn(attributes, field) ? attributes[field] : undefined;
          expect(held).toEqual(slowly(all, field, at));
        }
      }),
    );
  });

  test("folds names, geometry and stage alike", () => {
    const first: Stated = {
      names: { zh: { value: "甲", validFrom: "2020-01-01" } },
      geometry: { value: { point: [1, 2] }, validFrom: "2020-01-01" },
      stage: { value: "planned", validFrom: "2020-01-01" },
    };
    const second: Stated = {
      names: { en: { value: "A", validFrom: "2021-01-01" } },
      geometry: { commit: new Uint8Array(32), validFrom: "2022-01-01" },
      stage: { value: "in use", validFrom: "2021-01-01" },
    };
    expect(foldStatements([first, second], "2021-06-01")).toEqual({
      names: { ...first.names, ...second.names },
      attributes: {},
      geometry: first.geometry,
      stage: second.stage,
    });
    expect(foldStatements([first, second], "2019-01-01")).toEqual({ names: {}, attributes: {} });
  });
});

describe("placeOf", () => {
  const at = (value: object) => placeOf({ geometry: { value, validFrom: "2020-01-01" } as never });
  test.each([
    [
      { point: [1_145_149_000, 380_423_000] },
      { longitude: 114.5149, latitude: 38.0423, is: "point" },
    ],
    [
      {
        line: [
          [0, 0],
          [20_000_000, 10_000_000],
        ],
      },
      { longitude: 1, latitude: 0.5, is: "centre" },
    ],
    [
      {
        polygon: [
          [
            [0, 0],
            [40_000_000, 0],
            [0, 20_000_000],
          ],
        ],
      },
      { longitude: 2, latitude: 1, is: "centre" },
    ],
    [{ cell: [0, 0, 20_000_000, 20_000_000] }, { longitude: 1, latitude: 1, is: "cell" }],
    [
      { linked: { sha256: new Uint8Array(32), url: "https://x", bbox: [-20_000_000, 0, 0, 2] } },
      { longitude: -1, latitude: 1e-7, is: "centre" },
    ],
  ])("of %j", (shape, place) => {
    expect(at(shape)).toEqual(place);
  });

  test("is unknown where the place is not public", () => {
    expect(
      placeOf({ geometry: { commit: new Uint8Array(32), validFrom: "2020-01-01" } }),
    ).toBeUndefined();
    expect(placeOf({})).toBeUndefined();
  });
});
