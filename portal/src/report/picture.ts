const LONGEST_PIXELS = 2048;
const QUALITY = 0.85;

/**
 * A photo drawn anew: smaller, and without what the camera wrote beside it. What the browser cannot draw is refused: its metadata
 * would go along.
 *
 * @returns `undefined` for what cannot be drawn
 */
export function pictureOf(file: Blob): Promise<Uint8Array | undefined> {
  return draw(file).catch(() => undefined);
}

async function draw(file: Blob): Promise<Uint8Array | undefined> {
  const image = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST_PIXELS / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(image.width * scale));
  canvas.height = Math.max(1, Math.round(image.height * scale));
  const context = canvas.getContext("2d");
  if (context === null) return undefined;
  // A transparent picture is one on paper.
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  return blob === null ? undefined : new Uint8Array(await blob.arrayBuffer());
}
