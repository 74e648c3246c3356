import { concat, splitCborSequence } from "../../core/index.ts";

// What the engine orders: a CBOR sequence (RFC 8742) of operations and chunks. How items are put together says nothing of
// what becomes of them; it only spares the engine work, which costs as much for a small transaction as for a large one.

/** Bytes of a transaction at most. */
export const MAX_TRANSACTION_BYTES: number = 256 * 1024;

export function encodeTransaction(items: readonly Uint8Array[]): Uint8Array {
  return concat(...items);
}

/**
 * The items of a transaction, each with its own bytes. They may still be refused, each on its own.
 *
 * @returns `undefined` where it is no transaction: empty, too long, or not a CBOR sequence. Every node must see that alike.
 */
export function decodeTransaction(bytes: Uint8Array): readonly Uint8Array[] | undefined {
  if (bytes.length === 0 || bytes.length > MAX_TRANSACTION_BYTES) return undefined;
  const items: Uint8Array[] = [];
  for (const item of splitCborSequence(bytes)) {
    if (!item.ok) return undefined;
    items.push(item.value);
  }
  return items;
}

/** Whether bytes would come out of a transaction as the one item that they went in as. */
export function isOneItem(bytes: Uint8Array): boolean {
  const items = decodeTransaction(bytes);
  return items?.length === 1;
}
