import type { SealEnded, SealFact, SealUnsure, SealWrong } from "./verdict.ts";

/** What one check comes to. */
export type Finding =
  | { readonly fact: SealFact }
  | { readonly wrong: SealWrong }
  | { readonly ended: SealEnded }
  | { readonly unsure: SealUnsure };
