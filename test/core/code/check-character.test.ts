import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  checkCharacter,
  formatPrinted,
  mod3736,
  verifyCheckCharacter,
} from "../../../src/core/code/index.ts";
import { anyCode, code } from "./arbitrary.ts";
import { readVectors } from "./vectors.ts";

const ALPHABET = [..."0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
const alnums = fc.array(fc.constantFrom(...ALPHABET), { minLength: 1, maxLength: 30 });

describe("MOD 37,36", () => {
  const rows = readVectors("check.txt").map(([text = "", check, why]) => ({ text, check, why }));

  test.each(rows)("gives $check for $text: $why", ({ text, check }) => {
    expect(mod3736(text)).toBe(check);
  });

  test("catches every substitution of one character", () => {
    fc.assert(
      fc.property(alnums, (characters) => {
        const check = mod3736(characters.join(""));
        for (const at of characters.keys()) {
          for (const other of ALPHABET) {
            if (other !== characters[at])
              expect(mod3736(characters.with(at, other).join(""))).not.toBe(check);
          }
        }
      }),
      { numRuns: 20 },
    );
  });

  test("catches 99.8 % of the swaps of neighbours", () => {
    let swaps = 0;
    let missed = 0;
    for (const prefix of ["", "MA156", "MA1561301LAMP"]) {
      for (const a of ALPHABET) {
        for (const b of ALPHABET) {
          if (a === b) continue;
          swaps += 1;
          if (mod3736(prefix + a + b) === mod3736(prefix + b + a)) missed += 1;
        }
      }
    }
    expect(swaps).toBe(3 * 36 * 35);
    expect(missed / swaps).toBeLessThan(0.002);
  });
});

test("takes letters and digits of a code and passes over its separators", () => {
  expect(checkCharacter(code("MA.156.1301/A-1"))).toBe(mod3736("MA1561301A1"));
});

test("prints a code with its check character", () => {
  expect(formatPrinted(code("MA.156.1301"))).toBe("MA.156.1301*8");
});

test("verifies the character it gives and refuses every other with CODE_CHECK", () => {
  fc.assert(
    fc.property(anyCode, (any) => {
      const want = checkCharacter(any);
      for (const got of ALPHABET) {
        expect(verifyCheckCharacter(any, got)).toEqual(
          got === want
            ? { ok: true, value: undefined }
            : { ok: false, error: { code: "CODE_CHECK", got, want } },
        );
      }
    }),
    { numRuns: 20 },
  );
});
