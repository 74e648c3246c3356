import { type Position, UNITS_PER_DEGREE } from "../core/index.ts";
import { isInChina } from "./china-outline.ts";

// Maps published in China show places shifted: GCJ-02 by some hundred metres, BD-09 (Baidu's) by somewhat more. The
// state's own Tianditu is not shifted: CGCS2000, which agrees with WGS 84 to within a metre. The formulas are widely
// published approximations of a secret standard, good to a metre or two. All positions here are
// `[longitude, latitude]` in 1e-7 degree.

/** Krasovsky 1940, which GCJ-02 computes on. */
const SEMI_MAJOR_METRES = 6_378_245;
const ECCENTRICITY_SQUARED = 0.006_693_421_622_965_943;

type Degrees = readonly [longitude: number, latitude: number];

/** WGS 84 / CGCS2000 to GCJ-02, the coordinates of Amap and Tencent. Outside China both are the same. */
export function gcj02FromWgs84(position: Position): Position {
  return shifted(position, gcj02Offset);
}

/** GCJ-02 back to WGS 84 / CGCS2000, to the last digit but one. */
export function wgs84FromGcj02(position: Position): Position {
  return unshifted(position, gcj02FromWgs84);
}

/** GCJ-02 to BD-09, the coordinates of Baidu. */
export function bd09FromGcj02(position: Position): Position {
  return shifted(position, bd09Offset);
}

/** BD-09 back to GCJ-02, to the last digit but one. */
export function gcj02FromBd09(position: Position): Position {
  return unshifted(position, bd09FromGcj02);
}

/** WGS 84 / CGCS2000 to BD-09. */
export function bd09FromWgs84(position: Position): Position {
  return bd09FromGcj02(gcj02FromWgs84(position));
}

/** BD-09 back to WGS 84 / CGCS2000. */
export function wgs84FromBd09(position: Position): Position {
  return wgs84FromGcj02(gcj02FromBd09(position));
}

function shifted([x, y]: Position, offset: (at: Degrees) => Degrees): Position {
  const [dx, dy] = offset([x / UNITS_PER_DEGREE, y / UNITS_PER_DEGREE]);
  return [x + Math.round(dx * UNITS_PER_DEGREE), y + Math.round(dy * UNITS_PER_DEGREE)];
}

/** Finds what `shift` brings to `target`: the shift changes so slowly from place to place that a few steps do. */
function unshifted(target: Position, shift: (position: Position) => Position): Position {
  let guess = target;
  for (let step = 0; step < 8; step += 1) {
    const [x, y] = shift(guess);
    guess = [guess[0] + target[0] - x, guess[1] + target[1] - y];
  }
  return guess;
}

function gcj02Offset([longitude, latitude]: Degrees): Degrees {
  if (!isInChina(longitude, latitude)) return [0, 0];
  const [east, north] = gcj02Metres(longitude - 105, latitude - 35);
  const radians = (latitude / 180) * Math.PI;
  const flattened = 1 - ECCENTRICITY_SQUARED * Math.sin(radians) ** 2;
  const meridian = (SEMI_MAJOR_METRES * (1 - ECCENTRICITY_SQUARED)) / flattened ** 1.5;
  const parallel = (SEMI_MAJOR_METRES / Math.sqrt(flattened)) * Math.cos(radians);
  return [degrees(east / parallel), degrees(north / meridian)];
}

/** The shift in metres, of a place so many degrees from 105° E, 35° N. */
function gcj02Metres(x: number, y: number): Degrees {
  const root = Math.sqrt(Math.abs(x));
  const ripple = 20 * wave(6 * x) + 20 * wave(2 * x);
  const east =
    300 +
    x +
    2 * y +
    0.1 * x * x +
    0.1 * x * y +
    0.1 * root +
    (2 / 3) * (ripple + 20 * wave(x) + 40 * wave(x / 3) + 150 * wave(x / 12) + 300 * wave(x / 30));
  const north =
    -100 +
    2 * x +
    3 * y +
    0.2 * y * y +
    0.1 * x * y +
    0.2 * root +
    (2 / 3) * (ripple + 20 * wave(y) + 40 * wave(y / 3) + 160 * wave(y / 12) + 320 * wave(y / 30));
  return [east, north];
}

/** A sine with half periods of one degree. */
function wave(halfPeriods: number): number {
  return Math.sin(halfPeriods * Math.PI);
}

function degrees(radians: number): number {
  return (radians * 180) / Math.PI;
}

function bd09Offset([x, y]: Degrees): Degrees {
  if (!isInChina(x, y)) return [0, 0];
  const ripple = (Math.PI * 3000) / 180;
  const radius = Math.hypot(x, y) + 0.000_02 * Math.sin(y * ripple);
  const angle = Math.atan2(y, x) + 0.000_003 * Math.cos(x * ripple);
  return [radius * Math.cos(angle) + 0.0065 - x, radius * Math.sin(angle) + 0.006 - y];
}
