import { deflateSync } from "node:zlib";
import { type QrContent, QUIET_MODULES, qrSymbol } from "../../src/paper/qr.ts";

// Pictures of plates as a phone meets them, drawn from the symbol itself: seen at an angle, out of focus, in the dark, far
// away. Only luma, as a camera's Y plane.

export type Luma = {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
};

export type Pose = {
  /** Degrees out of the plane of the picture, about an upright axis. */
  readonly tilt?: number;
  /** Degrees about the axis of the camera. */
  readonly turn?: number;
  /** Standard deviation of the blur, in pixels. */
  readonly blur?: number;
  /** 1 is daylight; what is dim also has noise. */
  readonly light?: number;
  /** Of the symbol without its quiet zone, before it is tilted. */
  readonly widthPixels: number;
  /** Seed of noise and position. */
  readonly seed: number;
};

const WALL = 120;
const PLATE = 235;
const INK = 25;

/** A picture of `width` × `height` with the plate of this text in it. */
export function drawPlate(text: string, pose: Pose, width = 1280, height = 720): Luma {
  const rows = modulesOf(text);
  const random = generator(pose.seed);
  const sharp = project(rows, pose, width, height, random);
  return expose(
    blurred(sharp, width, height, pose.blur ?? 0),
    pose.light ?? 1,
    width,
    height,
    random,
  );
}

/** The symbol as plates have it: its address in one mode, the digits of its seal in another. */
function modulesOf(text: string): readonly (readonly boolean[])[] {
  const [, alphanumeric = "", numeric = ""] = /^([0-9A-Z $%*+./:-]+\/)(\d+)$/.exec(text) ?? [];
  const content: QrContent = numeric === "" ? text : { alphanumeric, numeric };
  const { size, runs } = qrSymbol(content, "medium");
  const side = size - 2 * QUIET_MODULES;
  const rows = Array.from({ length: side }, () => new Array<boolean>(side).fill(false));
  for (const [x, y, length] of runs) {
    rows[y - QUIET_MODULES]?.fill(true, x - QUIET_MODULES, x - QUIET_MODULES + length);
  }
  return rows;
}

/** The plate on the wall, by pinhole: each pixel is the mean of 3 × 3 rays. */
function project(
  rows: readonly (readonly boolean[])[],
  { tilt = 0, turn = 0, widthPixels }: Pose,
  width: number,
  height: number,
  random: () => number,
): Float32Array {
  const modules = rows.length;
  const pixel = widthPixels / modules;
  const [t, r] = [(tilt * Math.PI) / 180, (turn * Math.PI) / 180];
  // The plate is as far away as the picture is wide, so that a tilt also shortens its far side.
  const distance = width;
  const shift = [(random() - 0.5) * width * 0.2, (random() - 0.5) * height * 0.2] as const;
  // Beyond its diagonal, made longer by what is nearer, there is wall.
  const reach = (modules + 2 * QUIET_MODULES) * pixel;
  const pixels = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      const [fromX, fromY] = [x - width / 2 - shift[0], y - height / 2 - shift[1]];
      if (Math.hypot(fromX, fromY) > reach) {
        pixels[y * width + x] = WALL;
        continue;
      }
      for (let sub = 0; sub < 9; sub++) {
        const px = fromX + ((sub % 3) + 0.5) / 3;
        const py = fromY + (Math.floor(sub / 3) + 0.5) / 3;
        // Where the ray meets the plane of the plate.
        const scale = distance / (distance * Math.cos(t) - px * Math.sin(t));
        const [u, v] = [px * scale, py * scale * Math.cos(t)];
        const column = (u * Math.cos(r) + v * Math.sin(r)) / pixel + modules / 2;
        const row = (v * Math.cos(r) - u * Math.sin(r)) / pixel + modules / 2;
        sum += shade(rows, column, row);
      }
      pixels[y * width + x] = sum / 9;
    }
  }
  return pixels;
}

function shade(rows: readonly (readonly boolean[])[], column: number, row: number): number {
  const end = rows.length + QUIET_MODULES;
  if (column < -QUIET_MODULES || row < -QUIET_MODULES || column >= end || row >= end) return WALL;
  return rows[Math.floor(row)]?.[Math.floor(column)] === true ? INK : PLATE;
}

function blurred(pixels: Float32Array, width: number, height: number, sigma: number): Float32Array {
  if (sigma === 0) return pixels;
  const reach = Math.ceil(3 * sigma);
  const kernel = Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-((i - reach) ** 2) / (2 * sigma ** 2)),
  );
  const sum = kernel.reduce((a, b) => a + b, 0);
  const along = (
    from: Float32Array,
    step: number,
    length: number,
    stride: number,
    lines: number,
  ) => {
    const to = new Float32Array(from.length);
    for (let line = 0; line < lines; line++) {
      for (let at = 0; at < length; at++) {
        let value = 0;
        for (let k = -reach; k <= reach; k++) {
          const clamped = Math.min(length - 1, Math.max(0, at + k));
          value += (kernel[k + reach] ?? 0) * (from[line * stride + clamped * step] ?? 0);
        }
        to[line * stride + at * step] = value / sum;
      }
    }
    return to;
  };
  return along(along(pixels, 1, width, width, height), width, height, 1, width);
}

function expose(
  pixels: Float32Array,
  light: number,
  width: number,
  height: number,
  random: () => number,
): Luma {
  const noise = 2 + 6 * (1 - light);
  const out = new Uint8Array(pixels.length);
  for (let i = 0; i < out.length; i++) {
    const grain = (random() + random() + random() - 1.5) * noise;
    out[i] = Math.max(0, Math.min(255, (pixels[i] ?? 0) * light + grain));
  }
  return { width, height, pixels: out };
}

/** Numbers in [0, 1) that a seed decides. */
export function generator(seed: number): () => number {
  let state = (seed * 2_654_435_761 + 1) >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A film in YUV4MPEG2 of these pictures, grey: what Chromium takes for a camera, over and over. */
export function filmOf(pictures: readonly Luma[], framesPerSecond = 20): Buffer {
  const [first] = pictures;
  if (first === undefined) throw new Error("a film needs a picture");
  const { width, height } = first;
  const grey = Buffer.alloc((width * height) / 2, 128);
  const head = Buffer.from(
    `YUV4MPEG2 W${width} H${height} F${framesPerSecond}:1 Ip A1:1 C420jpeg\n`,
  );
  const frame = Buffer.from("FRAME\n");
  return Buffer.concat([head, ...pictures.flatMap(({ pixels }) => [frame, pixels, grey])]);
}

/** A grey PNG of a picture; `claimed` writes other dimensions into its header. */
export function pngOf(
  { width, height, pixels }: Luma,
  claimed?: readonly [number, number],
): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(claimed?.[0] ?? width, 0);
  header.writeUInt32BE(claimed?.[1] ?? height, 4);
  header.writeUInt8(8, 8);
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) {
    rows.set(pixels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  }
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const parts = [chunk("IHDR", header), chunk("IDAT", deflateSync(rows)), chunk("IEND")];
  return Buffer.concat([signature, ...parts]);
}

function chunk(type: string, data: Buffer = Buffer.alloc(0)): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

/** @see ISO/IEC 15948, Annex D */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
