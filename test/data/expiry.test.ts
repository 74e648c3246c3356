import { describe, expect, test } from "vitest";
import { fold } from "../../src/data/entities/fold.ts";
import type { Statement } from "../../src/data/entities/statement.ts";
import { type Entity, type JsonMap, still } from "../../src/data/index.ts";

const AT = Date.UTC(2026, 0, 1);
const time = (seconds: number) => new Date(AT + seconds * 1000).toISOString();
const origin = { entry: 1, at: 0, receivedMilliseconds: AT };

function said(more: Partial<Statement> & Pick<Statement, "kind">): Statement {
  const frame = { id: "urn:a:1", types: ["A"], scopes: undefined, timeMilliseconds: AT };
  return { ...frame, attributes: {}, ...more };
}
const property = (value: number, more: JsonMap = {}): JsonMap => ({
  type: "Property",
  value,
  ...more,
});
const names = (entity: Entity | undefined) => Object.keys(entity?.attributes ?? {}).sort();

describe("what expires", () => {
  test("is looked for where somebody said so, and the rest is left as it is", () => {
    const lasting = fold(
      undefined,
      said({ kind: "replace", attributes: { a: [property(1)] } }),
      origin,
    );
    expect(lasting?.due).toBeUndefined();
    expect(lasting && still(lasting, Number.MAX_SAFE_INTEGER)).toBe(lasting);
    const inner = { b: property(2, { expiresAt: time(30) }), c: property(3) };
    const made = fold(
      undefined,
      said({
        kind: "replace",
        expires: AT + 60_000,
        attributes: { a: [property(1, inner)], d: [property(4, { expiresAt: time(10) })] },
      }),
      origin,
    );
    if (made === undefined) throw new Error("nothing was made");
    expect(made.due).toBe(AT + 10_000);
    expect(still(made, AT + 9_999)).toBe(made);
    const [first, second] = [still(made, AT + 10_000), still(made, AT + 30_000)];
    expect([names(first), first?.due]).toEqual([["a"], AT + 30_000]);
    expect(second?.attributes.a?.[0]?.said).toEqual(property(1, { c: property(3) }));
    expect(second?.due).toBe(AT + 60_000);
    expect(still(made, AT + 60_000)).toBeUndefined();
  });

  test("is no other value that has the name", () => {
    const value = { expiresAt: time(1) };
    const statement = said({ kind: "replace", attributes: { a: [{ type: "Property", value }] } });
    expect(fold(undefined, statement, origin)?.due).toBeUndefined();
  });

  test("stays by what is said later, ends where that says so, and with a new whole", () => {
    const made = fold(undefined, said({ kind: "replace", expires: AT + 1000 }), origin);
    const more = fold(made, said({ kind: "merge", attributes: { a: [property(1)] } }), origin);
    expect([more?.expires, more?.due]).toEqual([AT + 1000, AT + 1000]);
    const lasting = fold(more, said({ kind: "set", types: [], expires: null }), origin);
    expect([lasting?.expires, lasting?.due, names(lasting)]).toEqual([undefined, undefined, ["a"]]);
    const anew = fold(more, said({ kind: "replace" }), origin);
    expect([anew?.expires, anew?.due]).toEqual([undefined, undefined]);
  });

  test("goes with the instance that said it, told otherwise or forgotten", () => {
    const attributes = {
      a: [property(1, { expiresAt: time(1) })],
      b: [property(2, { expiresAt: time(2) })],
    };
    const made = fold(undefined, said({ kind: "replace", attributes }), origin);
    const forgets = { attributes: ["a"], datasetId: undefined };
    expect(fold(made, said({ kind: "forget", forgets }), origin)?.due).toBe(AT + 2000);
    const amends = { entry: 1, at: 0, attribute: "a", datasetId: undefined, said: property(1) };
    expect(fold(made, said({ kind: "amend", amends }), origin)?.due).toBe(AT + 2000);
  });
});
