/** Where messages of one length lie in an array; `stride ≥ length`. */
export type HashedRows = {
  readonly start: number;
  readonly stride: number;
  readonly length: number;
  readonly count: number;
};

/** An Ed25519 signature to be checked. */
export type Ed25519Signed = {
  readonly publicKey: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
};

/**
 * What core asks of the platform. Synchronous, because core is; so a browser gets the pure-TypeScript half. What can wait,
 * as the verifier can, asks {@link Crypto.checkEd25519}, which is WebCrypto there.
 *
 * Both halves answer every input alike, crafted ones included: a difference would fork validators. Lengths are part of
 * the input of the `verify…` functions, which answer `false`; the other functions are for our own data and throw.
 */
export interface Crypto {
  /** SHA-256 of the parts, one after the other; 32 bytes. FIPS 180-4. */
  sha256(...parts: readonly Uint8Array[]): Uint8Array;

  /**
   * Writes SHA-256 of `input[start, end)`, by default all of it, to `out[outOffset, outOffset + 32)`. For trees in typed
   * arrays: nothing is allocated when the whole input is hashed. `out` and `input` may overlap.
   */
  sha256Into(
    out: Uint8Array,
    outOffset: number,
    input: Uint8Array,
    start?: number,
    end?: number,
  ): void;

  /**
   * SHA-256 of many messages of one length, which costs a fraction of as many calls: message i is `length` bytes of
   * `input` from `start + i·stride` on, its digest goes to `out[32·i, 32·i + 32)`.
   */
  sha256Rows(out: Uint8Array, input: Uint8Array, rows: HashedRows): void;

  /**
   * SHA-256 of each input: 32 bytes each, one digest behind the other.
   *
   * @param prefix a byte that stands before each of them
   */
  sha256Each(inputs: readonly Uint8Array[], prefix?: number): Uint8Array;

  /**
   * SHA-256 of the UTF-8 of each text, in which a lone surrogate is U+FFFD: 32 bytes each, one digest behind the other. Names
   * and codes are hashed by the hundred thousand, so none of them becomes an array of its own.
   *
   * @param prefix a byte that stands before each of them
   */
  sha256Texts(texts: readonly string[], prefix?: number): Uint8Array;

  /**
   * Whether the signature is the key's, by libsodium's rule: S < L; A and R canonical and not of small order;
   * encode(S·B − h·A) equals the bytes of R.
   *
   * @see RFC 8032 §5.1.7, without the cofactor
   */
  verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;

  /** The verdicts of {@link Crypto.verifyEd25519}, in order: for many at once, which may cost less than as many by themselves. */
  verifyEd25519Each(signed: readonly Ed25519Signed[]): boolean[];

  /** The verdict of {@link Crypto.verifyEd25519}, at once or later: whichever the platform has the faster arithmetic for. */
  checkEd25519(
    publicKey: Uint8Array,
    message: Uint8Array,
    signature: Uint8Array,
  ): boolean | Promise<boolean>;

  /**
   * Whether the 64-byte signature r‖s is the key's (x‖y, 64 bytes) over SHA-256 of the message; s ≤ n/2, so that nobody
   * can turn a signature into a second one.
   *
   * @see FIPS 186-5 §6.4.2
   */
  verifyP256(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;

  /** The verdict of {@link Crypto.verifyP256}, at once or later, as {@link Crypto.checkEd25519}. */
  checkP256(
    publicKey: Uint8Array,
    message: Uint8Array,
    signature: Uint8Array,
  ): boolean | Promise<boolean>;

  /** Signs with the key that RFC 8032 derives from the 32-byte seed; 64 bytes, always the same ones. */
  signEd25519(seed: Uint8Array, message: Uint8Array): Uint8Array;

  /** Signs SHA-256 of the message with the 32-byte scalar; r‖s with low s. Two signatures of one message may differ. */
  signP256(secret: Uint8Array, message: Uint8Array): Uint8Array;

  /** The 32-byte public key of a seed. */
  publicEd25519(seed: Uint8Array): Uint8Array;

  /** The public point x‖y, 64 bytes, of a scalar. */
  publicP256(secret: Uint8Array): Uint8Array;

  /**
   * The part of the Ed25519 rule that backends differ on: S < L; A and R canonical and not of small order. A backend that
   * computes the equation without the cofactor and is asked only where this holds gives the verdicts of
   * {@link Crypto.verifyEd25519}. Lengths are checked; whether A lies on the curve is not.
   */
  isEd25519WellFormed(publicKey: Uint8Array, signature: Uint8Array): boolean;

  /** Whether 32 bytes are the canonical spelling of a y that no point of small order has: what A must satisfy. */
  isEd25519KeyWellFormed(publicKey: Uint8Array): boolean;

  /** The P-256 signature r‖s with the smaller of s and n − s; r‖s must be 64 bytes, 0 < s < n. */
  lowS(signature: Uint8Array): Uint8Array;

  /** Unpredictable bytes, for keys and nonces of clients. Core and the rules of a ledger never call this. */
  randomBytes(length: number): Uint8Array;
}
