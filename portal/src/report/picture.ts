import { fileValue } from "cityid/sdk";

const LONGEST_PIXELS = 2048;
const QUALITY = 0.85;

/**
 * A photo drawn anew: smaller, and without what the camera wrote beside it. Where the browser cannot draw it, it is taken as it is.
 *
 * @returns `undefined` for what is no picture
 */
export async function pictureOf(file: Blob): Promise<Uint8Array | undefined> {
  const whole = new Uint8Array(await file.arrayBuffer());
  if (fileValue(whole) === undefined) return undefined;
  const drawn = await draw(file).catch(() => undefined);
  return drawn ?? whole;
}

async function draw(file: Blob): Promise<Uint8Array | undefined> {
  const image = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST_PIXELS / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(image.width * scale);
  canvas.height = Math.round(image.height * scale);
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  return blob === null ? undefined : new Uint8Array(await blob.arrayBuffer());
}
