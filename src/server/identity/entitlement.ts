import {
  type Code,
  codeKey,
  err,
  judgeCover,
  ok,
  type Result,
  referenceTo,
  selfAndAncestors,
  type ValueReader,
} from "../../core/index.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import { formatHolder, type Signer } from "./keyid.ts";

/** Passes who may, and tells others whose key it takes. */
export function mustBe(
  signer: Signer,
  isEntitled: boolean,
  want: string,
): Result<Signer, AnyRefusal> {
  if (isEntitled) return ok(signer);
  return err({ code: "HTTP_FORBIDDEN", holder: formatHolder(signer.holder), want });
}

export function isMember({ holder }: Signer): boolean {
  return holder.kind === "member";
}

/**
 * Whether the key may speak for a record: a `record` key of the nearest of the code and its ancestors that has one, whose
 * scope covers the code.
 */
export function speaksFor(
  state: ValueReader,
  { holder, kid, record }: Signer,
  code: Code,
): boolean {
  if (holder.kind !== "code" || !record.uses.includes("record")) return false;
  if (!judgeCover(record.scope, kid, code).ok) return false;
  for (const each of selfAndAncestors(code)) {
    const found = state.get(codeKey(each));
    if (found?.holds.includes("record")) return referenceTo(found) === formatHolder(holder);
  }
  return false;
}
