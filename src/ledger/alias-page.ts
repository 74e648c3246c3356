import type { AliasPage, AliasQuery } from "./port.ts";

/**
 * One page of those who hold an alias.
 *
 * @param found all of them, one a division, in the order of their keys in the map
 */
export function aliasPage(
  found: readonly { readonly division: string; readonly code: string }[],
  { limit, cursor }: Pick<AliasQuery, "limit" | "cursor">,
): AliasPage {
  // By its place in the order, not by itself: that alias may have been given back meanwhile.
  const rest =
    cursor === undefined ? found : found.filter(({ division }) => isBehind(division, cursor));
  const shown = rest.slice(0, limit);
  const last = shown.at(-1);
  const codes = shown.map(({ code }) => code);
  return { codes, ...(last !== undefined && rest.length > limit && { cursor: last.division }) };
}

/** In keys a slash follows the division, which comes before the digits of a longer one. */
function isBehind(division: string, cursor: string): boolean {
  return `${division}/` > `${cursor}/`;
}
