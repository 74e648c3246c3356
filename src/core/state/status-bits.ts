import { sha256 } from "#crypto";
import { MAX_SERIALS } from "../op/limits.ts";
import type { ValueReader } from "./effective.ts";
import { statusPageKey, unsealKey } from "./map-keys.ts";
import type { Transaction } from "./transaction.ts";
import type { Reference } from "./values.ts";

// One bit a serial, the least significant of a byte first; a bit that is set never falls. The bits stand beside the map, in
// pages, so that a withdrawal writes a page and not all of them; the map holds their SHA-256.

/** All bits of a key. */
export const STATUS_BYTES: number = MAX_SERIALS / 8;

export const PAGE_BYTES: number = 1024;
const PAGES = STATUS_BYTES / PAGE_BYTES;
const ZEROS = new Uint8Array(PAGE_BYTES);

/** Whether the seal with this serial was withdrawn. */
export function isWithdrawn(bits: Uint8Array, serial: number): boolean {
  return (((bits[serial >> 3] as number) >> (serial & 7)) & 1) === 1;
}

/** The status bits of a key as the state has them; all zero where nothing was withdrawn. */
export function statusBits(state: ValueReader, holder: Reference, kid: Uint8Array): Uint8Array {
  const bits = new Uint8Array(STATUS_BYTES);
  for (const [page, bytes] of pagesOf(state, holder, kid).entries()) {
    bits.set(bytes, page * PAGE_BYTES);
  }
  return bits;
}

/** Sets the bits of seals and the hash over all of them. @returns whether one rose */
export function raiseBits(
  tx: Transaction,
  holder: Reference,
  kid: Uint8Array,
  serials: readonly number[],
): boolean {
  const pages = pagesOf(tx, holder, kid);
  const raised = new Set<number>();
  for (const serial of serials) {
    const page = Math.floor(serial / 8 / PAGE_BYTES);
    const [at, bit] = [(serial >> 3) % PAGE_BYTES, 1 << (serial & 7)];
    const before = pages[page] as Uint8Array;
    if (((before[at] as number) & bit) !== 0) continue;
    // What was read belongs to the state.
    const bytes = raised.has(page) ? before : before.slice();
    bytes[at] = (bytes[at] as number) | bit;
    pages[page] = bytes;
    raised.add(page);
  }
  for (const page of raised) tx.put(statusPageKey(holder, kid, page), pages[page] as Uint8Array);
  if (raised.size > 0)
    tx.put(
      unsealKey(holder, kid),
      hashPages((page) => pages[page]),
    );
  return raised.size > 0;
}

function pagesOf(state: ValueReader, holder: Reference, kid: Uint8Array): Uint8Array[] {
  return Array.from(
    { length: PAGES },
    (_, page) => state.get(statusPageKey(holder, kid, page)) ?? ZEROS,
  );
}

/** The hash over all bits, of the pages that are not zero. */
export function hashPages(pageAt: (page: number) => Uint8Array | undefined): Uint8Array {
  return sha256(...Array.from({ length: PAGES }, (_, page) => pageAt(page) ?? ZEROS));
}
