/** Numbers of six bytes, little-endian: offsets of the values file, and ids. */
export const NUMBER_BYTES = 6;

const LOW = 2 ** 32;

export function writeNumber(bytes: Buffer, at: number, value: number): void {
  bytes.writeUInt32LE(value % LOW, at);
  bytes.writeUInt16LE(Math.floor(value / LOW), at + 4);
}

export function readNumber(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at) + bytes.readUInt16LE(at + 4) * LOW;
}

/** All numbers of values that hold one or more each. */
export function numbersIn(values: readonly Buffer[]): number[] {
  const numbers: number[] = [];
  for (const bytes of values) {
    for (let at = 0; at < bytes.length; at += NUMBER_BYTES) numbers.push(readNumber(bytes, at));
  }
  return numbers;
}
