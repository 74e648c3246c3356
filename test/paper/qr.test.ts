import { decodeQR } from "qr/decode.js";
import { expect, test } from "vitest";
import { composeSeal, encodeSeal, type ResolverHost, sealSegments } from "../../src/core/index.ts";
import { type QrLevel, type QrSymbol, QUIET_MODULES, qrSymbol } from "../../src/paper/index.ts";
import { code } from "../sdk/world.ts";

/** What a decoder of another maker than the encoder's reads. */
function read({ size, runs }: QrSymbol): string {
  const scale = 4;
  const side = size * scale;
  const data = new Uint8Array(side * side * 4).fill(255);
  for (const [x, y, length] of runs) {
    for (let row = y * scale; row < (y + 1) * scale; row++) {
      for (let column = x * scale; column < (x + length) * scale; column++) {
        data.fill(0, (row * side + column) * 4, (row * side + column) * 4 + 3);
      }
    }
  }
  return decodeQR({ width: side, height: side, data });
}

/** A seal of a code with so many characters, on a plate whose host has 13. */
function segmentsOf(characters: number) {
  const sealed = code("MA.156.1301.02/L/".padEnd(characters, "7").slice(0, characters));
  const signer = { alg: -8, kid: new Uint8Array(8).fill(0xa5) } as const;
  const claims = { code: sealed, serial: 1, born: new Uint8Array(8).fill(7) };
  const times = { iatSeconds: 1_795_000_000, expSeconds: 1_995_000_000 };
  const bytes = encodeSeal(
    composeSeal({ ...claims, ...times }, signer),
    new Uint8Array(64).fill(9),
  );
  return sealSegments("id.sjz.gov.cn" as ResolverHost, sealed, bytes);
}

const sizeOf = (version: number) => 17 + 4 * version + 2 * QUIET_MODULES;

// The table of the specification: what is longer by one needs the next version.
test.each([
  [9, "medium", 27],
  [10, "medium", 46],
  [11, "quartile", 25],
  [12, "quartile", 41],
] as const)(
  "version %i at level %s holds codes up to %i characters",
  (version, level, characters) => {
    expect(qrSymbol(segmentsOf(characters), level).size).toBe(sizeOf(version));
    expect(qrSymbol(segmentsOf(characters + 1), level).size).toBe(sizeOf(version + 1));
  },
);

test("a symbol says what it was given, in two modes and in one, as large as was asked for", () => {
  const segments = segmentsOf(30);
  const text = segments.alphanumeric + segments.numeric;
  for (const level of ["low", "medium", "quartile", "high"] as const satisfies QrLevel[]) {
    expect(read(qrSymbol(segments, level))).toBe(text);
  }
  expect(read(qrSymbol("https://id.example/MA.156", "medium"))).toBe("https://id.example/MA.156");
  const large = qrSymbol(segments, "medium", sizeOf(14));
  expect(large.size).toBe(sizeOf(14));
  expect(read(large)).toBe(text);
});
