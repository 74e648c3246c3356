import type { LargeReader } from "./large-reader.ts";
import { HEADER_BYTES, type PictureSize, pictureSize } from "./picture-size.ts";
import { createReader } from "./reader.ts";

/** What came of a picture from disk. */
export type PictureReading =
  | { readonly text: string }
  | { readonly why: "no-picture" }
  | { readonly why: "too-large"; readonly megapixels: number }
  | { readonly why: "no-symbol" };

/** Above what phones take, below what decoding would need half a gigabyte for. */
const MAX_PIXELS = 64_000_000;
const MAX_FILE_BYTES = 50_000_000;

/** Longest sides at which a picture is looked at, one after the other: a plate far away needs the last one. */
const SIDES = [1024, 2048, 4096] as const;

/** Reads the symbol in a picture from disk; its size is known before it is decoded. */
export async function readPicture(file: Blob, readLarge: LargeReader): Promise<PictureReading> {
  const head = new Uint8Array(await file.slice(0, HEADER_BYTES).arrayBuffer());
  const size = pictureSize(head);
  if (size === undefined) return { why: "no-picture" };
  if (isTooLarge(size) || file.size > MAX_FILE_BYTES) return tooLarge(size);
  const bitmap = await createImageBitmap(file).catch(() => undefined);
  if (bitmap === undefined) return { why: "no-picture" };
  try {
    if (isTooLarge(bitmap)) return tooLarge(bitmap);
    const found = await lookCloser(bitmap, readLarge);
    return found === undefined ? { why: "no-symbol" } : { text: found };
  } finally {
    bitmap.close();
  }
}

function isTooLarge({ width, height }: PictureSize): boolean {
  return width * height > MAX_PIXELS;
}

function tooLarge({ width, height }: PictureSize): PictureReading {
  return { why: "too-large", megapixels: Math.ceil((width * height) / 1e6) };
}

async function lookCloser(
  bitmap: ImageBitmap,
  readLarge: LargeReader,
): Promise<string | undefined> {
  const longest = Math.max(bitmap.width, bitmap.height);
  const sides = SIDES.filter((_, i) => i === 0 || longest > (SIDES[i - 1] ?? 0));
  for (const side of sides) {
    const image = pixelsOf(bitmap, Math.min(1, side / longest));
    const { text } = createReader(image.width, image.height, "picture").read(image);
    if (text !== undefined) return text;
  }
  for (const side of sides) {
    const text = await readLarge(pixelsOf(bitmap, Math.min(1, side / longest)));
    if (text !== undefined) return text;
  }
  return undefined;
}

function pixelsOf(bitmap: ImageBitmap, scale: number): ImageData {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) throw new Error("no canvas");
  context.imageSmoothingQuality = "high";
  // A transparent picture is one on paper.
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}
