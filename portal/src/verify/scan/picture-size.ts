/** What the header of a picture says of it, read before anybody decodes it. */
export type PictureSize = { readonly width: number; readonly height: number };

/** So many bytes of a file are looked at: the size of a JPEG stands behind its thumbnails and colour profiles. */
export const HEADER_BYTES: number = 2 ** 20;

/**
 * The dimensions of a PNG, JPEG, GIF or WebP picture from its first bytes.
 *
 * Where a file names several, the largest counts: a small one must not hide it.
 *
 * @returns `undefined` for what is no picture of these kinds, or whose header is cut off
 */
export function pictureSize(bytes: Uint8Array): PictureSize | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const read of [png, jpeg, gif, webp]) {
    try {
      const size = read(view);
      if (size !== undefined && size.width > 0 && size.height > 0) return size;
    } catch (cause) {
      // The header ends in its middle.
      if (!(cause instanceof RangeError)) throw cause;
    }
  }
  return undefined;
}

/** @see ISO/IEC 15948, 5.2, 11.2.2 */
function png(view: DataView): PictureSize | undefined {
  if (view.getUint32(0) !== 0x89504e47 || view.getUint32(4) !== 0x0d0a1a0a) return undefined;
  if (view.getUint32(12) !== IHDR) return undefined;
  return { width: view.getUint32(16), height: view.getUint32(20) };
}

const IHDR = 0x49484452;

/** Frames of every coding; 0xC4, 0xC8 and 0xCC are no frames. @see ITU-T T.81, B.1.1.3 */
function jpeg(view: DataView): PictureSize | undefined {
  if (view.getUint16(0) !== 0xffd8) return undefined;
  let size: PictureSize | undefined;
  for (let at = 2; at + 4 <= view.byteLength; ) {
    if (view.getUint8(at) !== 0xff) break;
    const marker = view.getUint8(at + 1);
    // Fill bytes may stand before a marker.
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === START_OF_SCAN) break;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) {
      const found = { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
      if (size === undefined || area(found) > area(size)) size = found;
    }
    at += 2 + view.getUint16(at + 2);
  }
  return size;
}

const START_OF_SCAN = 0xda;

function gif(view: DataView): PictureSize | undefined {
  if (view.getUint32(0) !== 0x47494638) return undefined;
  return { width: view.getUint16(6, true), height: view.getUint16(8, true) };
}

/** @see RFC 9649, 2.5 to 2.7 */
function webp(view: DataView): PictureSize | undefined {
  if (view.getUint32(0) !== 0x52494646 || view.getUint32(8) !== 0x57454250) return undefined;
  switch (view.getUint32(12)) {
    case VP8X:
      return { width: 1 + uint24(view, 24), height: 1 + uint24(view, 27) };
    case VP8L: {
      const bits = view.getUint32(21, true);
      return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) };
    }
    case VP8:
      return {
        width: view.getUint16(26, true) & 0x3fff,
        height: view.getUint16(28, true) & 0x3fff,
      };
  }
  return undefined;
}

const [VP8X, VP8L, VP8] = [0x56503858, 0x5650384c, 0x56503820];

function uint24(view: DataView, at: number): number {
  return view.getUint8(at) | (view.getUint8(at + 1) << 8) | (view.getUint8(at + 2) << 16);
}

function area({ width, height }: PictureSize): number {
  return width * height;
}
