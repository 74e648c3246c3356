import {
  type AnchorValue,
  anchorKey,
  base64,
  decodeCbor,
  fromBase64,
  type Hash,
  parseCheckpoint,
} from "../../core/index.ts";
import type { Services } from "../services.ts";

/** One element of a chain as JSON. */
type Bundle = { readonly more?: readonly { readonly key: string; readonly value?: string }[] };

/**
 * The proofs of the ledgers above, from the root down, the last one with a path from the checkpoint that it anchors to that
 * of `size` entries; `undefined` while nothing of this ledger is anchored, or where it has no parent.
 */
export async function chainAbove(
  { ledger, parent }: Pick<Services, "ledger" | "parent">,
  size: number,
): Promise<readonly object[] | undefined> {
  if (parent === undefined) return undefined;
  const above = (await parent.proofs()) as readonly Bundle[] | undefined;
  const nearest = above?.at(-1);
  const anchored = nearest && anchoredSize(nearest, anchorKey(parent.code));
  if (above === undefined || nearest === undefined || anchored === undefined) return undefined;
  if (anchored > size) return undefined;
  const path: readonly Hash[] = ledger.consistency(anchored, size);
  return [...above.slice(0, -1), { ...nearest, consistency: path.map(base64) }];
}

/** The parent's word; whoever verifies the chain does not take it. */
function anchoredSize({ more = [] }: Bundle, key: string): number | undefined {
  const text = more.find((each) => each.key === key)?.value;
  const bytes = text === undefined ? undefined : fromBase64(text);
  const value = bytes && decodeCbor(bytes);
  const anchor = value?.ok ? (value.value as unknown as AnchorValue) : undefined;
  const checkpoint = parseCheckpoint(String(anchor?.checkpoint));
  return checkpoint.ok ? checkpoint.value.size : undefined;
}
