// Points of edwards25519 as a table begins with them: decoded once, doubled some hundred times. Plain and slow.

export const P: bigint = 2n ** 255n - 19n;
/** The d of the curve −x² + y² = 1 + d·x²·y². RFC 8032 §5.1 */
export const D: bigint = modulo(-121665n * power(121666n, P - 2n));
const SQUARE_ROOT_OF_MINUS_ONE = power(2n, (P - 1n) / 4n);

/** x = X/Z, y = Y/Z. */
export type Point = { readonly x: bigint; readonly y: bigint; readonly z: bigint };

export function modulo(n: bigint): bigint {
  const rest = n % P;
  return rest < 0n ? rest + P : rest;
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = base, rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % P;
    square = (square * square) % P;
  }
  return result;
}

/** The base point B. RFC 8032 §5.1 */
export function basePoint(): Point {
  const y = modulo(4n * power(5n, P - 2n));
  return { x: rootOf(y, 0n) as bigint, y, z: 1n };
}

/** The point that 32 bytes with a canonical y encode. @returns undefined where there is none. RFC 8032 §5.1.3 */
export function decodePoint(bytes: Uint8Array): Point | undefined {
  let number = 0n;
  for (const byte of bytes.toReversed()) number = (number << 8n) | BigInt(byte);
  const y = number & (2n ** 255n - 1n);
  const x = rootOf(y, number >> 255n);
  return x === undefined ? undefined : { x, y, z: 1n };
}

/** The x of a point with this y whose lowest bit is `sign`. */
function rootOf(y: bigint, sign: bigint): bigint | undefined {
  const u = modulo(y * y - 1n);
  const v = modulo(D * y * y + 1n);
  const square = modulo(u * power(v, P - 2n));
  let x = power(square, (P + 3n) / 8n);
  if (modulo(x * x) !== square) x = modulo(x * SQUARE_ROOT_OF_MINUS_ONE);
  if (modulo(x * x) !== square || (x === 0n && sign === 1n)) return undefined;
  return (x & 1n) === sign ? x : P - x;
}

export function negated({ x, y, z }: Point): Point {
  return { x: modulo(-x), y, z };
}

/** The point added to itself. RFC 8032 §5.1.4 */
export function doubled({ x, y, z }: Point): Point {
  const a = (x * x) % P;
  const b = (y * y) % P;
  const h = a + b;
  const e = h - (x + y) ** 2n;
  const g = a - b;
  const f = 2n * z * z + g;
  return { x: modulo(e * f), y: modulo(g * h), z: modulo(f * g) };
}
