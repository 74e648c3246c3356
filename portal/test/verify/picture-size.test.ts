import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pictureSize } from "../../src/verify/scan/picture-size.ts";

const bytes = (...parts: readonly (string | readonly number[])[]) =>
  Uint8Array.from(
    parts.flatMap((part) => (typeof part === "string" ? [...Buffer.from(part, "latin1")] : part)),
  );
const be16 = (n: number) => [n >> 8, n & 255];
const be32 = (n: number) => [...be16(n >>> 16), ...be16(n & 65535)];
const le16 = (n: number) => [n & 255, n >> 8];

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const png = (width: number, height: number) =>
  bytes(SIGNATURE, be32(13), "IHDR", be32(width), be32(height), [8, 0, 0, 0, 0]);
const frame = (marker: number, width: number, height: number) => [
  ...[0xff, marker],
  ...be16(11),
  ...[8, ...be16(height), ...be16(width), 1, 1, 0x11, 0],
];
const jpeg = (...frames: readonly (readonly number[])[]) =>
  bytes([0xff, 0xd8, 0xff, 0xe1], be16(6), "Exif", ...frames, [0xff, 0xda]);

describe("the size of a picture, from its header", () => {
  test.each([
    ["PNG", png(10_000, 10_000), 10_000, 10_000],
    ["JPEG, with a profile before it", jpeg(frame(0xc0, 4000, 3000)), 4000, 3000],
    ["progressive JPEG", jpeg(frame(0xc2, 640, 480)), 640, 480],
    ["JPEG with fill bytes", jpeg([0xff, 0xff], frame(0xc0, 64, 48)), 64, 48],
    ["GIF", bytes("GIF89a", le16(320), le16(200)), 320, 200],
    [
      "WebP, lossy",
      bytes("RIFF", be32(9), "WEBPVP8 ", be32(9), [0, 0, 0, 0x9d, 1, 0x2a], le16(800), le16(600)),
      800,
      600,
    ],
    [
      "WebP, lossless",
      bytes("RIFF", be32(9), "WEBPVP8L", be32(9), [0x2f], [0x1f, 0xc3, 0x95, 0], [0, 0]),
      800,
      600,
    ],
    [
      "WebP, extended",
      bytes("RIFF", be32(9), "WEBPVP8X", be32(10), [0, 0, 0, 0], [0x0f, 0x27, 0], [0x0f, 0x27, 0]),
      10_000,
      10_000,
    ],
  ])("%s", (_name, file, width, height) => {
    expect(pictureSize(file)).toEqual({ width, height });
  });

  test("a JPEG that names two sizes has the larger", () => {
    const small = frame(0xc0, 100, 100);
    const large = frame(0xc2, 12_000, 9000);
    expect(pictureSize(jpeg(small, large))).toEqual({ width: 12_000, height: 9000 });
    expect(pictureSize(jpeg(large, small))).toEqual({ width: 12_000, height: 9000 });
  });

  test.each([
    ["nothing", bytes()],
    ["text", bytes("no picture at all, but long enough for every header")],
    ["a drawing", bytes('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')],
    ["a header that is cut off", png(1, 1).subarray(0, 20)],
    ["a picture without a point", png(0, 7)],
    ["a JPEG without a frame", jpeg()],
    ["a JPEG whose part has no length", bytes([0xff, 0xd8, 0xff, 0xc4], be16(0))],
  ])("%s has none", (_name, file) => {
    expect(pictureSize(file)).toBeUndefined();
  });

  test("any bytes have one that is positive, or none", () => {
    const heads = fc.constantFrom<readonly number[]>(
      [],
      SIGNATURE,
      [0xff, 0xd8],
      [...Buffer.from("RIFF    WEBPVP8X")],
    );
    fc.assert(
      fc.property(heads, fc.uint8Array({ maxLength: 200 }), (head, rest) => {
        const size = pictureSize(bytes(head, [...rest]));
        if (size !== undefined) expect(Math.min(size.width, size.height)).toBeGreaterThan(0);
      }),
    );
  });
});
