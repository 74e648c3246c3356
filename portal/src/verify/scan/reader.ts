import { _QRScanner } from "qr/decode.js";

/** What a frame or a picture shows. */
export type Reading =
  | { readonly text: string }
  /** `near` where there was something like a symbol: then a larger decoder may read it. */
  | { readonly text?: undefined; readonly near: boolean };

export type Pixels = {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
};

/** Reads symbols out of pictures up to a size, which it keeps memory for. */
export type Reader = { read(pixels: Pixels): Reading };

/** Milliseconds that retries on one picture may take: a frame of a camera is followed by another, a picture from disk is not. */
export type Patience = "frame" | "picture";

const TIME_LIMITS: Readonly<Record<Patience, number>> = { frame: 120, picture: 500 };

/** The small decoder (docs/adr/0053), which most plates need no other for. */
export function createReader(maxWidth: number, maxHeight: number, patience: Patience): Reader {
  let near = false;
  const scanner = new _QRScanner({
    maxSize: { width: maxWidth, height: maxHeight },
    format: "RGBA",
    timeLimit: TIME_LIMITS[patience],
    pointsOnDetect: () => {
      near = true;
    },
  });
  return {
    read(pixels) {
      near = false;
      const [first] = decode(scanner, pixels);
      return typeof first === "string" ? { text: first } : { near };
    },
  };
}

/** A picture that it cannot work on at all is one without a symbol. */
function decode(scanner: _QRScanner, pixels: Pixels): readonly (string | Error)[] {
  try {
    scanner.addImage(pixels);
    return scanner.decode();
  } catch {
    return [];
  }
}
