import { type FoundingValidator, hex, type ValidatorTerms } from "../../core/index.ts";

/** A validator's card as JSON: what a member proposes, but for the kind and `prev`. */
export function cardJson(card: FoundingValidator): object {
  return { ...card, key: hex(card.key), peer: hex(card.peer) };
}

/** The fields of a card that may stand in the operation. */
export const CARD_FIELDS: readonly (keyof ValidatorTerms)[] = [
  "id",
  "key",
  "peer",
  "address",
  "url",
  "cosigner",
];
