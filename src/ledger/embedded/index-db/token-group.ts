/** Tokens that come together wherever one of them comes from: the inside of a word, the facets of a class of things. */
export type TokenGroup = { readonly tokens: readonly number[] };

/** Told of everything that a record is found by, some of it more than once. */
export interface TokenVisitor {
  token(token: number): void;
  group(group: TokenGroup): void;
}
