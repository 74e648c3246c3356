import { type Code, type Hash, hashLeaf, utf8 } from "../../../core/index.ts";

// The children of a parent stand in blocks of 256, in the order in which they were first registered.

export const BLOCK_CHILDREN: number = 256;
/** The level of a full block's root in the tree over the children. */
export const BLOCK_LEVEL: number = 8;

export function formatTails(parent: string, codes: readonly string[]): string {
  return codes.map((code) => code.slice(parent.length)).join("\n");
}

export function parseTails(parent: string, tails: string): Code[] {
  return tails.split("\n").map((tail) => (parent + tail) as Code);
}

export function leafOf(code: string): Hash {
  return hashLeaf(utf8(code));
}
