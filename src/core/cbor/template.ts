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

/** A value in its deterministic encoding: for what is written far more often than it is read. */
export class EncodedValue {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}
