import type { Submitted } from "../submitted.ts";
import { MAX_TRANSACTION_BYTES } from "./transaction.ts";

/** Items that go into one transaction together, and in this order. */
export type Parcel = readonly Submitted[];

/**
 * Cuts a submission into steps. Transactions have no order among themselves that anybody could rely on, so what depends on
 * what is before it stands in one transaction with it, or waits until that is decided. Chunks do not depend on each other:
 * those that follow each other are one step, each on its own.
 */
export function stepsOf(items: readonly Submitted[]): readonly (readonly Parcel[])[] {
  const steps: Submitted[][][] = [];
  let bytes = 0;
  let before: Submitted | undefined;
  for (const item of items) {
    const step = steps.at(-1);
    const isSameKind = before !== undefined && isChunk(before) === isChunk(item);
    before = item;
    if (step !== undefined && isSameKind && isChunk(item)) {
      step.push([item]);
      continue;
    }
    bytes += item.bytes.length;
    if (step !== undefined && isSameKind && bytes <= MAX_TRANSACTION_BYTES) {
      step[0]?.push(item);
      continue;
    }
    steps.push([[item]]);
    bytes = item.bytes.length;
  }
  return steps;
}

/** Takes off the front what fits into one transaction: one parcel at least. */
export function takeTransaction(parcels: Parcel[]): readonly Submitted[] {
  let bytes = 0;
  let count = 0;
  for (const parcel of parcels) {
    bytes += bytesOf(parcel);
    if (count > 0 && bytes > MAX_TRANSACTION_BYTES) break;
    count++;
  }
  return parcels.splice(0, count).flat();
}

export function bytesOf(items: readonly Submitted[]): number {
  return items.reduce((sum, item) => sum + item.bytes.length, 0);
}

function isChunk({ read }: Submitted): boolean {
  return read === undefined;
}
