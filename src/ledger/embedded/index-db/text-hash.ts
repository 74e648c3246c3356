// Hashes of short texts, after FNV-1a over UTF-16 units. They spread keys and nothing more: whoever finds something by a
// hash compares the text.

const OFFSET = 0x811c9dc5;
const PRIME = 0x01000193;
/** Odd and without pattern: makes a second hash that does not follow the first. */
const OTHER_OFFSET = 0x9e3779b1;
const OTHER_PRIME = 0x85ebca6b;

export function hash31(text: string): number {
  let hash = OFFSET;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), PRIME);
  return mixed(hash) >>> 1;
}

export function hash50(text: string): number {
  let hash = OFFSET;
  let other = OTHER_OFFSET;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    hash = Math.imul(hash ^ unit, PRIME);
    other = Math.imul(other ^ unit, OTHER_PRIME);
  }
  return mixed(hash) * 2 ** 18 + (mixed(other) >>> 14);
}

/** Lets every bit depend on every unit, the last one included. */
function mixed(hash: number): number {
  const folded = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (folded ^ (folded >>> 13)) >>> 0;
}
