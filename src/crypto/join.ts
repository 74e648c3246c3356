/** The parts in one array, which the next call may overwrite: hash it at once, keep it never. */
export function joinForHashing(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = arrayOf(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

// Tree nodes (65 bytes) and leaves are hashed by the million: allocating would cost as much as hashing, and one call with
// one input beats a streaming hasher three times.
const MAX_REUSED_BYTES = 128;
const reused: (Uint8Array | undefined)[] = [];

function arrayOf(length: number): Uint8Array {
  if (length > MAX_REUSED_BYTES) return new Uint8Array(length);
  reused[length] ??= new Uint8Array(length);
  return reused[length];
}
