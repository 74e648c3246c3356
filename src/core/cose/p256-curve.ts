// y² = x³ − 3x + b over the field of p elements. SP 800-186 §3.2.1.3.
const P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;
const COORDINATE_BYTES = 32;

/** Whether x‖y, 64 bytes, is a point of P-256 with both coordinates below p. */
export function isOnP256(point: Uint8Array): boolean {
  const x = bigEndian(point.subarray(0, COORDINATE_BYTES));
  const y = bigEndian(point.subarray(COORDINATE_BYTES));
  return x < P && y < P && (y * y - (x * x * x - 3n * x + B)) % P === 0n;
}

function bigEndian(bytes: Uint8Array): bigint {
  return bytes.reduce((n, byte) => n * 256n + BigInt(byte), 0n);
}
