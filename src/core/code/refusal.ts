import type { Code } from "./code.ts";

/**
 * Why a text is no canonical code. `position` counts UTF-16 units from 0; `canonical` is the spelling that would
 * have been taken, where there is one.
 */
export type CodeRefusal =
  | Fault<"CODE_LENGTH", Limit>
  | Fault<"CODE_EMPTY_NODE">
  | Fault<"CODE_CASE", { readonly canonical?: Code }>
  | Fault<"CODE_CHARACTER", { readonly character: string }>
  | Fault<"CODE_HYPHEN">
  | Fault<"CODE_ROOT", { readonly got: string }>
  | Fault<"CODE_COUNTRY", { readonly got: string }>
  | Fault<"CODE_DIVISION", { readonly got: string }>
  | Fault<"CODE_DIVISION_SPELLING", { readonly got: string; readonly canonical?: Code }>
  | Fault<"CODE_NODE_LENGTH", Limit>
  | Fault<"CODE_NODES", { readonly max: number }>
  | Fault<"CODE_PARTS", { readonly max: number }>;

type Fault<C extends string, Facts = unknown> = {
  readonly code: C;
  readonly position: number;
} & Facts;

type Limit = { readonly got: number; readonly max: number };

/** The same refusal about a text in which the code begins `offset` units later: a URL, a DID. */
export function shiftRefusal<R extends { readonly position: number }>(
  refusal: R,
  offset: number,
): R {
  return { ...refusal, position: refusal.position + offset };
}
