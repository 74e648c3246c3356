import { paramKey } from "./map-keys.ts";
import type { ParamRecord } from "./values.ts";

/** The newest version of the rules in this package. */
export const RULE_VERSION = 1;

/** The version that every ledger begins with. */
const FIRST = 1;

/**
 * The version of the rules that the block of a height is made by, as the members voted. It may be one that this package does
 * not have: whoever makes blocks must then stop.
 */
export function rulesAt(state: { get(key: string): unknown }, height: number): number {
  const upgrade = state.get(paramKey("upgrade")) as ParamRecord<"upgrade"> | undefined;
  if (upgrade === undefined) return FIRST;
  const { app, height: from } = upgrade.value;
  return height >= from ? app : app - 1;
}
