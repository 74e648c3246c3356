import { equalBytes } from "../bytes.ts";
import { type Code, parentOf } from "../code/index.ts";
import { Frontier } from "../merkle/frontier.ts";
import { hashLeaves } from "../merkle/hash.ts";
import { referenceTo, referredCode } from "./effective.ts";
import type { ImportedRecord, Subtree } from "./import-subtree.ts";
import { usesOf } from "./key-ring.ts";
import { codeKey, orderKey } from "./map-keys.ts";
import { hashPages } from "./status-bits.ts";
import type { ChildrenFrontier, CodeRecord, Reference } from "./values.ts";

/** The first value of an import that does not fit the others. */
export type Misfit = { readonly key: string; readonly why: string };

/** Looks for what the rules rely on and an import lacks: all of the subtree, and nothing that hangs in the air. */
export function findMisfit(subtree: Subtree): Misfit | undefined {
  const { top, records, order, awaited, statuses } = subtree;
  const first = records.get(top);
  if (first === undefined || first.isDelegated) {
    return { key: codeKey(top), why: first === undefined ? "missing" : "delegation" };
  }
  for (const record of records) {
    const isLost = record.code !== top && !record.isListed;
    const why = isLost ? "order" : misfitOf(subtree, record);
    if (why !== undefined) return { key: codeKey(record.code), why };
  }
  for (const code of awaited.values()) return { key: codeKey(code), why: "registration" };
  for (const code of order.keys()) {
    if (!records.has(code)) return { key: orderKey(code, 0), why: "parent" };
  }
  for (const [owner, { hash, pages }] of statuses) {
    if (
      !equalBytes(
        hash,
        hashPages((page) => pages.get(page)),
      )
    ) {
      return { key: `unseal/${owner}`, why: "bits" };
    }
  }
  return undefined;
}

function misfitOf({ records, order, rings }: Subtree, record: ImportedRecord): string | undefined {
  const { code, holds, children } = record;
  if (usesOf(rings.get(referenceTo(record)) ?? []).join() !== holds) return "holds";
  const codes = order.get(code) ?? [];
  if (new Set(codes).size < codes.length) return "children";
  if (codes.some((child) => parentOf(child) !== code || !records.has(child))) return "children";
  const { count, root } = rootOver(codes);
  return count === children.count && equalBytes(root, children.root) ? undefined : "children";
}

/** Whether a reference names a generation that the code has or had. */
export function isKnown({ records }: Subtree, reference: Reference): boolean {
  const record = records.get(referredCode(reference));
  const generation = Number(reference.slice(reference.indexOf("#") + 1));
  return record !== undefined && generation >= 1 && generation <= record.generation;
}

function rootOver(codes: readonly Code[]): CodeRecord["children"] {
  const frontier = frontierOfCodes(codes);
  return { count: frontier.size, root: frontier.root() };
}

/** Codes that are hashed at once: of a million the bytes would be many times as large as the hashes. */
const HASHED_AT_ONCE = 4096;

function frontierOfCodes(codes: readonly Code[]): Frontier {
  const frontier = Frontier.empty();
  for (let at = 0; at < codes.length; at += HASHED_AT_ONCE) {
    frontier.appendAll(hashLeaves(codes.slice(at, at + HASHED_AT_ONCE)));
  }
  return frontier;
}

/** The tree over a record's children, as the state keeps it. */
export function frontierOver(codes: readonly Code[]): ChildrenFrontier {
  const frontier = frontierOfCodes(codes);
  return { count: frontier.size, nodes: frontier.hashes() };
}
