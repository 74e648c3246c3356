import { equalBytes } from "../bytes.ts";
import { parentOf } from "../code/index.ts";
import { Frontier } from "../merkle/frontier.ts";
import { hashLeaves } from "../merkle/hash.ts";
import { NOWHERE } from "./code-column.ts";
import { referenceTo, referredCode } from "./effective.ts";
import { type ImportedRecords, isChildless, type Subtree } from "./import-subtree.ts";
import { usesOf } from "./key-ring.ts";
import { codeKey, orderKey } from "./map-keys.ts";
import { hashPages } from "./status-bits.ts";
import type { ChildrenFrontier, CodeRecord, Reference } from "./values.ts";

/** The first value of an import that does not fit the others. */
export type Misfit = { readonly key: string; readonly why: string };

/** Looks for what the rules rely on and an import lacks: all of the subtree, and nothing that hangs in the air. */
export function findMisfit(subtree: Subtree): Misfit | undefined {
  const { top, records, order, awaited, statuses } = subtree;
  const first = records.placeOf(top);
  if (first === NOWHERE || records.factsAt(first).isDelegated) {
    return { key: codeKey(top), why: first === NOWHERE ? "missing" : "delegation" };
  }
  for (let place = 0; place < records.length; place++) {
    const isLost = place !== first && !records.isListed(place);
    const why = isLost ? "order" : misfitOf(subtree, place);
    if (why !== undefined) return { key: codeKey(records.codeAt(place)), why };
  }
  for (const code of awaited.values()) return { key: codeKey(code), why: "registration" };
  for (const code of order.keys()) {
    if (records.placeOf(code) === NOWHERE) return { key: orderKey(code, 0), why: "parent" };
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

function misfitOf({ records, order, rings }: Subtree, place: number): string | undefined {
  const code = records.codeAt(place);
  const { generation, holds, children } = records.factsAt(place);
  const ring = rings.get(referenceTo({ code, generation }));
  if ((ring === undefined ? "" : usesOf(ring).join()) !== holds) return "holds";
  const places = order.get(code);
  if (places === undefined) return isChildless(children) ? undefined : "children";
  const isChild = (at: number) => at !== NOWHERE && parentOf(records.codeAt(at)) === code;
  if (isTwice(places) || !places.every(isChild)) return "children";
  const { count, root } = rootOver(records, places);
  return count === children.count && equalBytes(root, children.root) ? undefined : "children";
}

/** Of a million a Set would take as much memory as all that is known of them. */
function isTwice(places: readonly number[]): boolean {
  const sorted = Float64Array.from(places).sort();
  return sorted.some((place, i) => place === sorted[i - 1]);
}

/** Whether a reference names a generation that the code has or had. */
export function isKnown({ records }: Subtree, reference: Reference): boolean {
  const place = records.placeOf(referredCode(reference));
  const generation = Number(reference.slice(reference.indexOf("#") + 1));
  return place !== NOWHERE && generation >= 1 && generation <= records.factsAt(place).generation;
}

function rootOver(records: ImportedRecords, places: readonly number[]): CodeRecord["children"] {
  const frontier = frontierOfCodes(records, places);
  return { count: frontier.size, root: frontier.root() };
}

/** Codes that are hashed at once: of a million the bytes would be many times as large as the hashes. */
const HASHED_AT_ONCE = 4096;

function frontierOfCodes(records: ImportedRecords, places: readonly number[]): Frontier {
  const frontier = Frontier.empty();
  for (let at = 0; at < places.length; at += HASHED_AT_ONCE) {
    const some = places.slice(at, at + HASHED_AT_ONCE);
    frontier.appendAll(hashLeaves(some.map((place) => records.codeAt(place))));
  }
  return frontier;
}

/** The tree over a record's children, as the state keeps it. */
export function frontierOver(
  records: ImportedRecords,
  places: readonly number[],
): ChildrenFrontier {
  const frontier = frontierOfCodes(records, places);
  return { count: frontier.size, nodes: frontier.hashes() };
}
