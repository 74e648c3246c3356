/** Which records of a bucket may be meant, in terms of the tokens they must have. */
export type Condition =
  | { readonly kind: "all"; readonly of: readonly Condition[] }
  | { readonly kind: "any"; readonly of: readonly Condition[] }
  | { readonly kind: "token"; readonly token: number }
  /** One token at least within one of these ranges, ends included. */
  | { readonly kind: "ranges"; readonly of: readonly (readonly [number, number])[] };

/** Conditions that all hold stand side by side: the rarest of them are then easy to pick. */
export function all(of: readonly Condition[]): Condition {
  return { kind: "all", of: of.flatMap((each) => (each.kind === "all" ? each.of : [each])) };
}

export function any(of: readonly Condition[]): Condition {
  const [only] = of;
  return of.length === 1 && only !== undefined ? only : { kind: "any", of };
}

export function token(number: number): Condition {
  return { kind: "token", token: number };
}

/** Whether it holds for every record. */
export function isAlways(condition: Condition): boolean {
  return condition.kind === "all" && condition.of.length === 0;
}

/** Whether a range of tokens decides, which takes longer to read and leaves more than a token does. */
export function isWide(condition: Condition): boolean {
  if (condition.kind === "ranges") return true;
  return condition.kind === "any" && condition.of.some(isWide);
}

/** The single tokens that a condition speaks of. */
export function tokensIn(condition: Condition): number[] {
  if (condition.kind === "token") return [condition.token];
  return condition.kind === "ranges" ? [] : condition.of.flatMap(tokensIn);
}
