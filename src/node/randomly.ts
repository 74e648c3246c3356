import { randomFillSync } from "node:crypto";

/** To ask the system for a few bytes costs as much as to ask for these. */
const POOL_BYTES = 4096;
const pool = new Uint8Array(POOL_BYTES);
let left = 0;

/** Bytes from the system's generator, each given once and not kept. */
export function randomly(bytes: number): Uint8Array {
  if (bytes > POOL_BYTES / 4) return randomFillSync(new Uint8Array(bytes));
  if (left < bytes) {
    randomFillSync(pool);
    left = POOL_BYTES;
  }
  const given = pool.slice(left - bytes, left);
  pool.fill(0, left - bytes, left);
  left -= bytes;
  return given;
}
