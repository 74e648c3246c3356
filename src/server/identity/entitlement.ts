import {
  type Code,
  err,
  type HeldKey,
  isKeyOfSide,
  ok,
  type Result,
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
export function speaksFor(state: ValueReader, signer: Signer, code: Code): boolean {
  const key = heldKey(signer);
  return key !== undefined && isKeyOfSide(state, key, code, "record");
}

/** The key of a record; `undefined` for one of a member or an applicant. */
export function heldKey({ holder, kid, record }: Signer): HeldKey | undefined {
  if (holder.kind !== "code") return undefined;
  const { uses, scope } = record;
  return { holder: formatHolder(holder), kid, uses, ...(scope && { scope }) };
}
