// The part of libsodium's interface that we call; the package brings no types.
declare module "sodium-native" {
  const sodium: {
    crypto_sign_seed_keypair(publicKey: Uint8Array, secretKey: Uint8Array, seed: Uint8Array): void;
    crypto_sign_detached(signature: Uint8Array, message: Uint8Array, secretKey: Uint8Array): void;
    crypto_sign_verify_detached(
      signature: Uint8Array,
      message: Uint8Array,
      publicKey: Uint8Array,
    ): boolean;
    crypto_hash_sha512(hash: Uint8Array, input: Uint8Array): void;
    crypto_core_ed25519_scalar_reduce(reduced: Uint8Array, scalar: Uint8Array): void;
  };
  // biome-ignore lint/style/noDefaultExport: a CommonJS module, imported as its default
  export default sodium;
}
