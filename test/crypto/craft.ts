// Shared by the two crafters: a signature vector, and numbers as bytes.

/** One signature and the only verdict on it; `name` is the reason. */
export type SignatureVector = {
  readonly name: string;
  readonly publicKey: string;
  readonly message: string;
  readonly signature: string;
  readonly expected: boolean;
};

export type Crafted = {
  readonly publicKey: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
};

export function vector(name: string, expected: boolean, crafted: Crafted): SignatureVector {
  const { publicKey, message, signature } = crafted;
  return {
    name,
    publicKey: toHex(publicKey),
    message: toHex(message),
    signature: toHex(signature),
    expected,
  };
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

export function fromHex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "hex"));
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

export function bigEndian(n: bigint, length = 32): Uint8Array {
  return fromHex(n.toString(16).padStart(2 * length, "0"));
}

export function littleEndian(n: bigint, length = 32): Uint8Array {
  return bigEndian(n, length).reverse();
}

export function fromLittleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes.slice().reverse())}`);
}

export function fromBigEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes)}`);
}

/** The first message, of those that count up, for which `holds`. */
export function findMessage(holds: (message: Uint8Array) => boolean): Uint8Array {
  for (let i = 0n; i < 1000n; i++) {
    const message = bigEndian(i, 2);
    if (holds(message)) return message;
  }
  throw new Error("no message has the property");
}

/** A copy with one bit turned. */
export function flip(bytes: Uint8Array, at: number, bit = 1): Uint8Array {
  return bytes.map((byte, i) => (i === at ? byte ^ bit : byte));
}
