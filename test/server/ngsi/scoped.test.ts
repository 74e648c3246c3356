import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { EntityView, Observed } from "../../../src/data/index.ts";
import {
  type Evolution,
  evolutionsOf,
  type Moment,
} from "../../../src/server/ngsi/temporal/evolution.ts";
import type { TemporalForm } from "../../../src/server/ngsi/temporal/form.ts";
import { whileInScopes } from "../../../src/server/ngsi/temporal/scoped.ts";

// What was so while an entity was in a scope: GS CIM 009 §4.18, §5.7.4.4.

const FORM: TemporalForm = {
  ...{ property: "observedAt", lastN: undefined, style: "instances", aggregation: undefined },
  ...{ from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY, scopes: [[["a"]]] },
  form: { style: "normalized", withTimes: false },
};
const momentAt = (time: number, isDeletion = false): Moment => ({
  ...{ said: {}, time, received: time, modified: time },
  ...{ row: time, entry: 0, at: 0, n: 0, isDeletion },
});

describe("what was so in a scope", () => {
  const aTime = fc.integer({ min: 0, max: 12 });
  const aLength = fc.integer({ min: 1, max: 12 });
  const aSaying = fc.record({
    since: fc.oneof(aTime, fc.constant(Number.NEGATIVE_INFINITY)),
    scopes: fc.constantFrom<readonly string[]>(["/a"], ["/b"], ["/a", "/b"], []),
  });

  test("is what a look at each moment finds", () => {
    fc.assert(
      fc.property(
        ...([fc.array(aSaying, { maxLength: 8 }), aTime, aLength] as const),
        (sayings, from, length) => {
          const said = sayings.map((each) => ({ ...each, moment: momentAt(each.since) }));
          const [to, times] = [from + length, Array.from({ length: 13 }, (_, time) => time)];
          // Of what was said for one time, the last; of all until then, the newest.
          const scopesAt = (time: number) =>
            said
              .filter(({ since }) => since <= time)
              .reduce(
                (best: (typeof said)[number] | undefined, each) =>
                  best === undefined || each.since >= best.since ? each : best,
                undefined,
              );
          const isIn = (time: number) => scopesAt(time)?.scopes.includes("/a") === true;
          const asked = times.filter((time) => time >= from && time < to);
          const evolution: Evolution = {
            ...{ types: new Set<string>(), scopes: [] },
            attributes: new Map([["v", asked.map((time) => momentAt(time))]]),
          };
          const told = whileInScopes(evolution, said, { ...FORM, from, to });
          const inside = Array.from({ length: to - from }, (_, n) => from + n).filter(isIn);
          expect(told !== undefined).toBe(inside.length > 0);
          expect((told?.attributes.get("v") ?? []).map(({ time }) => time)).toEqual(
            asked.filter(isIn),
          );
          expect(told?.scopes ?? []).toEqual([
            ...new Set(inside.map((time) => scopesAt(time)?.moment)),
          ]);
        },
      ),
    );
  });

  test("is, of what ended, what was in it until then", () => {
    const said = [
      { since: 2, scopes: ["/a"] },
      { since: 5, scopes: [] },
    ];
    const ended = [2, 3, 5, 6].map((time) => momentAt(time, true));
    const evolution = {
      types: new Set<string>(),
      scopes: ended,
      attributes: new Map([["v", ended]]),
    };
    const told = whileInScopes(evolution, said, { ...FORM, property: "deletedAt", from: 5 });
    expect(told?.attributes.get("v")?.map(({ time }) => time)).toEqual([3, 5]);
    expect(told?.scopes.map(({ time }) => time)).toEqual([3, 5]);
  });
});

describe("the scopes of an entity", () => {
  const said = (row: number, kind: Observed["kind"], time: number, more: Partial<Observed>) => ({
    ...{ row, entry: row, at: 0, id: "urn:a", types: ["A"], kind, attributes: {} },
    ...{ timeMilliseconds: time, receivedMilliseconds: 100 + row, ...more },
  });
  const v = (time: number) => ({
    v: [{ type: "Property", value: time, observedAt: new Date(time).toISOString() }],
  });
  const valuesOf = async (
    observed: readonly Observed[],
    view: EntityView,
    now: object | undefined,
    more: Partial<TemporalForm> = {},
  ) => {
    const entities = {
      async *history() {
        yield* observed;
      },
      entity: async () => now,
    };
    const target = { log: { entities }, view } as never;
    const found = await evolutionsOf({ target }, ["urn:a"], { ...FORM, ...more });
    if (!found.ok) return found.error;
    const told = found.value.get("urn:a");
    return told && [...(told.attributes.get("v") ?? [])].map(({ said: { value } }) => value);
  };

  test("hold over time for whoever sees everything, and as they are now for others", async () => {
    const values = [10, 20, 30].map((time, n) => said(2 + n, "add", time, { attributes: v(time) }));
    const scoped = [said(0, "add", 15, { scopes: ["/a"] }), said(1, "add", 25, { scopes: ["/b"] })];
    expect(await valuesOf([...scoped, ...values], {}, undefined)).toEqual([20]);
    const limited = { attributes: ["v", "@scope"] };
    const isNow = (scopes: readonly string[]) => ({ id: "urn:a", scopes, scoped: 25 });
    expect(await valuesOf(values, limited, isNow(["/a"]))).toEqual([30]);
    expect(await valuesOf(values, limited, isNow(["/b"]))).toBeUndefined();
    expect(await valuesOf(values, limited, isNow([]))).toBeUndefined();
    expect(await valuesOf(values, limited, undefined)).toBeUndefined();
  });

  test("that are said again hold on, and of those without a time the first held before, too", async () => {
    const one = (row: number, time: number, scopes: readonly string[]) =>
      said(row, "add", time, { attributes: v(time), scopes });
    expect(await valuesOf([one(0, 10, ["/a"]), one(1, 20, ["/a"])], {}, undefined)).toEqual([
      10, 20,
    ]);
    const later = [one(0, 10, ["/b"]), one(1, 20, ["/a"])];
    expect(await valuesOf(later, {}, undefined)).toEqual([20]);
    expect(await valuesOf(later, {}, undefined, { scopes: [[["b"]]] })).toEqual([10]);
    const set = said(2, "set", 0, { scopes: ["/a"], attributes: v(150) });
    const again = Array.from({ length: 5 }, (_, n) => ({ ...set, row: 3 + n }));
    expect(await valuesOf([set, ...again], {}, undefined)).toEqual([150]);
    // It ends, and is made again without them.
    const ended = [set, said(9, "end", 0, {}), said(10, "replace", 0, { attributes: v(160) })];
    expect(await valuesOf(ended, {}, undefined, { from: 110 })).toBeUndefined();
  });

  test("are no more of them than an answer holds moments", async () => {
    const scopes = Array.from({ length: 100_001 }, (_, row) =>
      said(row, "add", row, { scopes: [row % 2 === 0 ? "/a" : "/b"] }),
    );
    expect(await valuesOf(scopes, {}, undefined)).toMatchObject({ code: "HTTP_ITEMS" });
  });
});
