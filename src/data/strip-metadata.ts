import { asciiOf, beginsWith, concat, PNG_SIGNATURE, pictureType } from "../core/index.ts";

/**
 * A picture without what cameras write beside it (place, time, device, owner, previews, comments): of a JPEG the segments APP1
 * to APP15 (but APP14, which says how colours are meant) and COM, of a PNG every chunk that is no part of the picture, of a WebP
 * EXIF and XMP. What follows the end of the picture goes too.
 *
 * @returns the picture; `undefined` for one whose parts do not fit each other, which nobody should be given as clean
 */
export function stripMetadata(bytes: Uint8Array): Uint8Array | undefined {
  switch (pictureType(bytes)) {
    case "image/jpeg":
      return stripJpeg(bytes);
    case "image/png":
      return stripPng(bytes);
    case "image/webp":
      return stripWebp(bytes);
    case undefined:
      return undefined;
  }
}

const [SOI, EOI, SOS, COM, APP0, APP14, APP15] = [0xd8, 0xd9, 0xda, 0xfe, 0xe0, 0xee, 0xef];

/** ITU-T T.81, Annex B. */
function stripJpeg(bytes: Uint8Array): Uint8Array | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const parts: Uint8Array[] = [Uint8Array.of(0xff, SOI)];
  let at = 2;
  while (at + 4 <= bytes.length) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1] ?? 0;
    // Any number of FF may stand in front of a marker.
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const end = at + 2 + view.getUint16(at + 2);
    if (end > bytes.length || end < at + 4) return undefined;
    const isMetadata = marker === COM || (marker > APP0 && marker <= APP15 && marker !== APP14);
    if (!isMetadata) parts.push(bytes.subarray(at, end));
    at = end;
    if (marker !== SOS) continue;
    const next = endOfScan(bytes, at);
    if (next === undefined) return undefined;
    parts.push(bytes.subarray(at, next));
    at = next;
    if (bytes[at + 1] !== EOI) continue;
    parts.push(Uint8Array.of(0xff, EOI));
    return concat(...parts);
  }
  return undefined;
}

/** Where the marker stands that ends the entropy-coded data. */
function endOfScan(bytes: Uint8Array, from: number): number | undefined {
  for (let at = from; at + 1 < bytes.length; at++) {
    if (bytes[at] !== 0xff) continue;
    const next = bytes[at + 1] ?? 0;
    const isData = next === 0x00 || next === 0xff || (next >= 0xd0 && next <= 0xd7);
    if (!isData) return at;
  }
  return undefined;
}

/** What a PNG needs to look as it was meant. Everything else can say something of who made it. */
const PNG_KEPT = new Set(
  "IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP bKGD pHYs acTL fcTL fdAT".split(" "),
);

function stripPng(bytes: Uint8Array): Uint8Array | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const parts: Uint8Array[] = [Uint8Array.from(PNG_SIGNATURE)];
  for (let at = PNG_SIGNATURE.length; at + 12 <= bytes.length; ) {
    const end = at + 12 + view.getUint32(at);
    if (end > bytes.length) return undefined;
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (PNG_KEPT.has(type)) parts.push(bytes.subarray(at, end));
    if (type === "IEND") return concat(...parts);
    at = end;
  }
  return undefined;
}

const [EXIF_FLAG, XMP_FLAG] = [0x08, 0x04];

/** RFC 9649 §2.7. */
function stripWebp(bytes: Uint8Array): Uint8Array | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const stop = 8 + view.getUint32(4, true);
  if (stop > bytes.length) return undefined;
  const parts: Uint8Array[] = [];
  for (let at = 12; at < stop; ) {
    if (at + 8 > stop) return undefined;
    const size = view.getUint32(at + 4, true);
    const end = at + 8 + size + (size % 2);
    if (end > stop) return undefined;
    const chunk = bytes.slice(at, end);
    const isMetadata =
      beginsWith(chunk, 0, asciiOf("EXIF")) || beginsWith(chunk, 0, asciiOf("XMP "));
    if (beginsWith(chunk, 0, asciiOf("VP8X"))) {
      chunk[8] = (chunk[8] ?? 0) & ~(EXIF_FLAG | XMP_FLAG);
    }
    if (!isMetadata) parts.push(chunk);
    at = end;
  }
  const body = concat(...parts);
  const head = bytes.slice(0, 12);
  new DataView(head.buffer).setUint32(4, 4 + body.length, true);
  return concat(head, body);
}
