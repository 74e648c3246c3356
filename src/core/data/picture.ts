/** Types of pictures that are taken, told from their first bytes and nothing else. */
export type PictureType = "image/jpeg" | "image/png" | "image/webp";

/** What a file is; `undefined` for anything that is not taken. */
export function pictureType(bytes: Uint8Array): PictureType | undefined {
  if (beginsWith(bytes, 0, [0xff, 0xd8, 0xff])) return "image/jpeg";
  if (beginsWith(bytes, 0, PNG_SIGNATURE)) return "image/png";
  const isWebp = beginsWith(bytes, 0, asciiOf("RIFF")) && beginsWith(bytes, 8, asciiOf("WEBP"));
  return isWebp ? "image/webp" : undefined;
}

/** W3C PNG §5.2. */
export const PNG_SIGNATURE: readonly number[] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

export function asciiOf(text: string): number[] {
  return [...text].map((character) => character.charCodeAt(0));
}

/** Whether these bytes stand at a place. */
export function beginsWith(bytes: Uint8Array, at: number, wanted: readonly number[]): boolean {
  return wanted.every((byte, i) => bytes[at + i] === byte);
}
