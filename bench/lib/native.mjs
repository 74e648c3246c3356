import sodium from "sodium-native";

/** Signatures that one core checks with native libsodium: the ceiling of every write. */
export function nativeVerifications(seconds) {
  const [pk, sk] = [Buffer.alloc(32), Buffer.alloc(64)];
  sodium.crypto_sign_keypair(pk, sk);
  const message = Buffer.alloc(300, 7);
  const signature = Buffer.alloc(64);
  sodium.crypto_sign_detached(signature, message, sk);
  const until = performance.now() + seconds * 1000;
  let n = 0;
  while (performance.now() < until) {
    for (let i = 0; i < 200; i++) sodium.crypto_sign_verify_detached(signature, message, pk);
    n += 200;
  }
  return n / seconds;
}
