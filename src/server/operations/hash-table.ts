import { base64Of } from "../http/bytes.ts";

/** Hashes of an answer, each once, and their places. */
export type HashTable = {
  readonly texts: readonly string[];
  placeOf(hash: Uint8Array): number;
};

/**
 * Collects the hashes of many inclusion paths. Neighbours in a tree share most of theirs: 500 paths of 20 hashes hold about a
 * thousand different ones.
 */
export function createHashTable(): HashTable {
  const texts: string[] = [];
  const places = new Map<number, { readonly hash: Uint8Array; readonly place: number }>();
  const add = (hash: Uint8Array): number => texts.push(base64Of(hash)) - 1;
  return {
    texts,
    placeOf(hash) {
      // Four bytes of a hash find it; the other 28 are compared. Who collides is sent again, which is right too.
      const name =
        ((hash[0] ?? 0) << 24) | ((hash[1] ?? 0) << 16) | ((hash[2] ?? 0) << 8) | (hash[3] ?? 0);
      const known = places.get(name);
      if (known === undefined) {
        const place = add(hash);
        places.set(name, { hash, place });
        return place;
      }
      return isSame(known.hash, hash) ? known.place : add(hash);
    },
  };
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  if (a === b) return true;
  for (let i = 4; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}
