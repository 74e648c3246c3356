/** A proof with one bit of one byte changed: in the first hash of its path, or in the block entry where it has none. */
export function tamper(proof: string): string {
  const parsed = JSON.parse(proof) as {
    readonly map: { readonly hashes: readonly string[] };
    readonly block: string;
  };
  const [first, ...rest] = parsed.map.hashes;
  if (first === undefined) return JSON.stringify({ ...parsed, block: flipBit(parsed.block) });
  return JSON.stringify({ ...parsed, map: { ...parsed.map, hashes: [flipBit(first), ...rest] } });
}

/** Flips the lowest bit of the middle byte of base64 text. */
function flipBit(base64: string): string {
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  return btoa(String.fromCharCode(...bytes));
}
