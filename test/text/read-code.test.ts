import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  formatPrinted,
  parseResolverHost,
  resolverUrl,
  resolverUrl25S,
} from "../../src/core/index.ts";
import { readCode } from "../../src/text/index.ts";
import { anyCode } from "../core/code/arbitrary.ts";
import { readVectors } from "../core/code/vectors.ts";

describe("what people type", () => {
  const rows = readVectors("read.txt").map(([want = "", fact, json = "", why]) => ({
    want,
    fact,
    typed: JSON.parse(json) as string,
    why,
  }));

  test.each(rows)("gives $want: $why", ({ want, fact, typed }) => {
    expect(readCode(typed)).toMatchObject(
      want.startsWith("MA")
        ? { ok: true, value: { code: want, hadCheck: fact === "yes" } }
        : { ok: false, error: { code: want, position: Number(fact) } },
    );
  });
});

test("tells the check character that belongs there, and the canonical spelling", () => {
  expect(readCode("MA.156.1301*9")).toMatchObject({ error: { got: "9", want: "8" } });
  expect(readCode("ma.156.130100")).toMatchObject({ error: { canonical: "MA.156.1301" } });
  expect(readCode("x".repeat(5000))).toMatchObject({ error: { got: 5000, max: 2048 } });
});

/** As a phone's keyboard may spell it. */
function wide(text: string): string {
  return text.replace(/[!-~]/g, (character) =>
    String.fromCharCode(character.charCodeAt(0) + 0xfee0),
  );
}

test("reads every code back from however it was written", () => {
  const writings = [
    (code: string) => code,
    (code: string) => ` ${code.toLowerCase()}\t`,
    wide,
    (code: string) => code.replaceAll(".", "。"),
    (code: string) => `https://id.example:8443/${code}/`,
    (code: string) => `HTTPS://ID.EXAMPLE/25S/${code}/${"7".repeat(250)}`,
  ];
  fc.assert(
    fc.property(anyCode, fc.constantFrom(...writings), fc.boolean(), (code, write, hadCheck) => {
      const typed = write(hadCheck ? formatPrinted(code) : code);
      expect(readCode(typed)).toEqual({ ok: true, value: { code, hadCheck } });
    }),
  );
});

test("points into what was typed, whatever was typed", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 80 }), (typed) => {
      const read = readCode(typed);
      if (read.ok) return;
      expect(read.error.position).toBeGreaterThanOrEqual(0);
      expect(read.error.position).toBeLessThanOrEqual(typed.length);
    }),
    { numRuns: 1000 },
  );
});

test("reads the URL that a resolver's code is spelt as", () => {
  const host = parseResolverHost("id.example:8443");
  if (!host.ok) throw new Error(host.error.code);
  fc.assert(
    fc.property(anyCode, (code) => {
      const read = { ok: true, value: { code, hadCheck: false } };
      expect(readCode(resolverUrl(host.value, code))).toEqual(read);
      expect(readCode(resolverUrl25S(host.value, code))).toEqual(read);
    }),
  );
});
