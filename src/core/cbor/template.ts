import type { CborMap, CborValue } from "./value.ts";

/** A field's name and the encoding of its key. */
export type EncodedKey = { readonly name: string; readonly encoded: Uint8Array };

/**
 * Maps that have the same fields and differ in some of them only: what they share is encoded once. `parts` are, in the order of
 * the encoding, bytes and the fields that differ.
 */
export type CborTemplate = { readonly parts: readonly (Uint8Array | EncodedKey)[] };

/** A map in its deterministic encoding, which was checked, from `at` of `bytes` on. */
export class EncodedMap {
  readonly bytes: Uint8Array;
  readonly at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
  }
}

/** One of the maps of a template: the fields in which it differs; they may stand among others. */
export class FilledTemplate {
  readonly template: CborTemplate;
  readonly fields: CborMap | EncodedMap;
  /** Makes all of it. */
  readonly whole: () => CborValue;

  constructor(template: CborTemplate, fields: CborMap | EncodedMap, whole: () => CborValue) {
    this.template = template;
    this.fields = fields;
    this.whole = whole;
  }
}
