import { type Code, codeBefore } from "./code.ts";
import { CLASS_NODES_MAX, ITEM_NODES_MAX, ROOT_NODES_MAX } from "./limits.ts";

/** How many records stand above each other at most: one for each node of the longest code. */
export const MAX_LEVELS: number = ROOT_NODES_MAX + CLASS_NODES_MAX + ITEM_NODES_MAX;

/** The code above: this one without its last node. `MA` has none. */
export function parentOf(code: Code): Code | undefined {
  const cut = Math.max(code.lastIndexOf("."), code.lastIndexOf("/"));
  return cut < 0 ? undefined : codeBefore(code, cut);
}

/** All codes above, the nearest first; `MA` is the last. */
export function ancestorsOf(code: Code): Code[] {
  const ancestors: Code[] = [];
  for (let at = parentOf(code); at !== undefined; at = parentOf(at)) ancestors.push(at);
  return ancestors;
}

/** Whether `ancestor` stands above `code`. No code is below itself. */
export function isBelow(code: Code, ancestor: Code): boolean {
  if (!code.startsWith(ancestor)) return false;
  const next = code.charAt(ancestor.length);
  return next === "." || next === "/";
}
