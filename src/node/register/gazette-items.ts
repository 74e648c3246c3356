import {
  type Code,
  encodeCbor,
  type Gazette,
  type GazetteFact,
  type GazetteItem,
  MAX_ITEMS,
  MAX_OPERATION_BYTES,
} from "../../core/index.ts";
import { type Fact, inOrder } from "./fact.ts";

/** Facts as a `gazette` operation carries them: one item a code, in the order of codes, its facts in that of time. */
export function gazetteItems(facts: readonly Fact[]): GazetteItem[] {
  const items = new Map<Code, GazetteFact[]>();
  for (const { code, ...fact } of inOrder(facts)) {
    const add = items.get(code);
    if (add === undefined) items.set(code, [fact]);
    else add.push(fact);
  }
  return [...items].map(([code, add]) => ({ code, add }));
}

/** Left for the envelope, and for what `prev` adds to an item. */
const MARGIN_BYTES = 1024;

/** Cuts items into operations of at most 256 codes that stay below the limit of bytes, always in the same places. */
export function gazetteOperations(items: readonly GazetteItem[]): Gazette[] {
  const operations: Gazette[] = [];
  let share: GazetteItem[] = [];
  let bytes = 0;
  for (const item of items) {
    const size = encodeCbor(item).length;
    if (share.length === MAX_ITEMS || bytes + size > MAX_OPERATION_BYTES - MARGIN_BYTES) {
      operations.push({ op: "gazette", items: share });
      [share, bytes] = [[], 0];
    }
    share.push(item);
    bytes += size;
  }
  return share.length === 0 ? operations : [...operations, { op: "gazette", items: share }];
}
