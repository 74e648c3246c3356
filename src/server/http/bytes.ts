// The same texts as core's `hex` and `base64`, by the platform: an answer to 500 operations has thousands of hashes.

export function hexOf(bytes: Uint8Array): string {
  return viewOf(bytes).toString("hex");
}

export function base64Of(bytes: Uint8Array): string {
  return viewOf(bytes).toString("base64");
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
