import { sha256, utf8 } from "../../../src/core/index.ts";

// The map exactly as docs/spec/ledger.md, Map and Proofs, says it: slow, recursive over all leaves, and close enough to
// the text to be checked by eye. It hashes by itself, and shares nothing but SHA-256 with the code it judges.

export type Leaf = { readonly key: Uint8Array; readonly value: Uint8Array };

export const EMPTY: Uint8Array = new Uint8Array(32);

const leafHash = ({ key, value }: Leaf): Uint8Array => sha256(Uint8Array.of(0), key, value);
const nodeHash = (l: Uint8Array, r: Uint8Array): Uint8Array => sha256(Uint8Array.of(1), l, r);

/** Bit `depth` of a hash, most significant first. */
export function bit(hash: Uint8Array, depth: number): number {
  const byte = hash[Math.floor(depth / 8)] ?? 0;
  return Math.floor(byte / 2 ** (7 - (depth % 8))) % 2;
}

/** Root of the subtree at `depth` that holds these leaves; of equal keys there is one. */
export function referenceMapRoot(leaves: readonly Leaf[], depth = 0): Uint8Array {
  const [only, ...others] = leaves;
  if (only === undefined) return EMPTY;
  if (others.length === 0) return leafHash(only);
  const left = leaves.filter(({ key }) => bit(key, depth) === 0);
  const right = leaves.filter(({ key }) => bit(key, depth) === 1);
  return nodeHash(referenceMapRoot(left, depth + 1), referenceMapRoot(right, depth + 1));
}

export type ReferencePath = {
  /** All siblings on the way, the root's side first, the empty ones included. */
  readonly siblings: readonly Uint8Array[];
  /** What stands at the end of the way. */
  readonly leaf: Leaf | undefined;
};

/** From the root towards a key, until a subtree has one leaf or none. */
export function referenceMapPath(
  leaves: readonly Leaf[],
  key: Uint8Array,
  depth = 0,
): ReferencePath {
  if (leaves.length < 2) return { siblings: [], leaf: leaves[0] };
  const [near, far] = [0, 1].map((side) =>
    leaves.filter((leaf) => (bit(leaf.key, depth) === bit(key, depth)) === (side === 0)),
  ) as [Leaf[], Leaf[]];
  const below = referenceMapPath(near, key, depth + 1);
  return { ...below, siblings: [referenceMapRoot(far, depth + 1), ...below.siblings] };
}

/** Puts as a plain map would take them: the later one to a key counts. */
export class ReferenceMap {
  readonly #values = new Map<string, Leaf & { readonly ref: number }>();

  constructor(other?: ReferenceMap) {
    if (other !== undefined) this.#values = new Map(other.#values);
  }

  put(key: Uint8Array, value: Uint8Array, ref: number): void {
    this.#values.set(key.join(), { key, value, ref });
  }

  /** In the order of the keys. */
  leaves(): (Leaf & { readonly ref: number })[] {
    return [...this.#values.values()].sort((a, b) => Buffer.compare(a.key, b.key));
  }

  find(key: Uint8Array): number | undefined {
    return this.#values.get(key.join())?.ref;
  }

  root(): Uint8Array {
    return referenceMapRoot(this.leaves());
  }
}

export const hashOf = (text: string): Uint8Array => sha256(utf8(text));
