import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeDigits, encodeDigits, utf8 } from "../../../src/core/index.ts";

/** Slow and plain: CTAP 2.2, digitEncode, word by word. */
function slowDigits(bytes: Uint8Array): string {
  const DIGITS = [0, 3, 5, 8, 10, 13, 15, 17];
  let text = "";
  for (let at = 0; at < bytes.length; at += 7) {
    const part = bytes.slice(at, at + 7);
    const number = part.reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n);
    text += String(number).padStart(DIGITS[part.length] as number, "0");
  }
  return text;
}

const someBytes = fc.oneof(
  fc.uint8Array({ maxLength: 60 }),
  // All ones and all zeros lie at the edges.
  fc
    .array(fc.constantFrom(0, 1, 127, 128, 254, 255), { maxLength: 60 })
    .map((bytes) => Uint8Array.from(bytes)),
);

describe("digits", () => {
  it("are those of the specification", () => {
    expect(encodeDigits(utf8("hello world"))).toBe("335311851610699281684828783");
    expect(decodeDigits("335311851610699281684828783")).toEqual({
      ok: true,
      value: utf8("hello world"),
    });
    expect(encodeDigits(new Uint8Array(7).fill(255))).toBe("72057594037927935");
    expect(encodeDigits(new Uint8Array())).toBe("");
  });

  it("are what big integers say, and lead back", () => {
    fc.assert(
      fc.property(someBytes, (bytes) => {
        const text = encodeDigits(bytes);
        expect(text).toBe(slowDigits(bytes));
        expect(decodeDigits(text)).toEqual({ ok: true, value: bytes });
      }),
      { numRuns: 2000 },
    );
  });

  it("have one spelling: whatever is read is written so again", () => {
    const texts = fc.stringMatching(/^\d{0,60}$/);
    fc.assert(
      fc.property(texts, (text) => {
        const bytes = decodeDigits(text);
        if (bytes.ok) expect(encodeDigits(bytes.value)).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([1, 2, 4, 6, 7, 9, 11, 12, 14, 16, 18])("are refused: %i of them", (length) => {
    expect(decodeDigits("0".repeat(length))).toEqual({
      ok: false,
      error: { code: "SEAL_DIGITS_LENGTH", got: length },
    });
  });

  it.each([
    ["256", 0],
    ["999", 0],
    ["65536", 0],
    ["16777216", 0],
    ["4294967296", 0],
    ["1099511627776", 0],
    ["281474976710656", 0],
    ["72057594037927936", 0],
    ["99999999999999999", 0],
    ["00000000000000000256", 17],
    ["0000000000000000099999999999999999", 17],
  ])("are refused where a group holds more than its bytes: %s", (text, position) => {
    expect(decodeDigits(text)).toEqual({
      ok: false,
      error: { code: "SEAL_DIGITS_VALUE", position },
    });
  });

  it.each(["255", "65535", "16777215", "4294967295", "1099511627775", "281474976710655"])(
    "take the largest number of a rest: %s",
    (text) => {
      const bytes = decodeDigits(text);
      expect(bytes).toMatchObject({ ok: true });
      expect(bytes.ok && [...bytes.value].every((byte) => byte === 255)).toBe(true);
    },
  );
});
