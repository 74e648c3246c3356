import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { codeShape, parentOf, parseCode } from "../../../src/core/code/index.ts";
import { anyCode, nearCode } from "./arbitrary.ts";
import { referenceIsCode } from "./reference.ts";
import { readVectors } from "./vectors.ts";

describe("valid codes", () => {
  const rows = readVectors("valid.txt").map(([shape, parent, text = "", why]) => ({
    shape,
    parent,
    text,
    why,
  }));

  test.each(rows)("takes $text: $why", ({ shape, parent, text }) => {
    const parsed = parseCode(text);
    expect(parsed).toEqual({ ok: true, value: text });
    if (!parsed.ok) return;
    expect(codeShape(parsed.value)).toBe(shape);
    expect(parentOf(parsed.value) ?? "-").toBe(parent);
    expect(referenceIsCode(text)).toBe(true);
  });
});

describe("invalid codes", () => {
  const rows = readVectors("invalid.txt").map(([code, position, canonical, json = "", why]) => ({
    code,
    position: Number(position),
    canonical,
    text: JSON.parse(json) as string,
    json,
    why,
  }));

  test.each(rows)("refuses $json: $why", ({ code, position, canonical, text }) => {
    const parsed = parseCode(text);
    expect(parsed).toMatchObject({ ok: false, error: { code, position } });
    expect(canonical === "-" || canonical).toBe(
      parsed.ok || !("canonical" in parsed.error) || parsed.error.canonical,
    );
    expect(referenceIsCode(text)).toBe(false);
  });

  test("has a vector for every refusal of parseCode", () => {
    expect([...new Set(rows.map((row) => row.code))].sort()).toEqual([
      "CODE_CASE",
      "CODE_CHARACTER",
      "CODE_COUNTRY",
      "CODE_DIVISION",
      "CODE_DIVISION_SPELLING",
      "CODE_EMPTY_NODE",
      "CODE_HYPHEN",
      "CODE_LENGTH",
      "CODE_NODES",
      "CODE_NODE_LENGTH",
      "CODE_PARTS",
      "CODE_ROOT",
    ]);
  });
});

test("tells the facts of a limit and of a strange character", () => {
  expect(parseCode("MA.156.1301.ABCDEFGH9")).toMatchObject({ error: { got: 9, max: 8 } });
  expect(parseCode("MA.156/A/B/C")).toMatchObject({ error: { max: 3 } });
  expect(parseCode("MA.156/🏮")).toMatchObject({ error: { character: "🏮" } });
  expect(parseCode("MA.156.130100")).toMatchObject({ error: { got: "130100" } });
});

test("agrees with the grammar about codes and about what looks like one", () => {
  fc.assert(
    fc.property(
      fc.oneof(anyCode, nearCode, fc.string({ unit: "binary", maxLength: 64 })),
      (text) => {
        expect(parseCode(text).ok).toBe(referenceIsCode(text));
      },
    ),
    { numRuns: 2000 },
  );
});

test("offers a canonical spelling that it takes itself, and never for a code that needs none", () => {
  fc.assert(
    fc.property(anyCode, (code) => {
      const typed = code.toLowerCase();
      expect(parseCode(typed)).toMatchObject({
        ok: false,
        error: { code: "CODE_CASE", canonical: code },
      });
    }),
  );
});

test("points at a place inside the text, or at its end", () => {
  fc.assert(
    fc.property(nearCode, (text) => {
      const parsed = parseCode(text);
      if (parsed.ok) return;
      expect(parsed.error.position).toBeGreaterThanOrEqual(0);
      expect(parsed.error.position).toBeLessThanOrEqual(text.length);
    }),
  );
});
