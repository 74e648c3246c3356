import { readFile, writeFile } from "node:fs/promises";

// What a camera does to a picture, done to the grey dots of one.

export type Picture = {
  readonly width: number;
  readonly height: number;
  /** 0 is black; row by row. */
  readonly grey: Uint8Array;
};

const WHITE = 255;

/** Reads a PGM of 8 bits, as `pdftoppm -gray` writes it. */
export async function readPicture(path: string): Promise<Picture> {
  const bytes = await readFile(path);
  const head = /^P5\s+(\d+)\s+(\d+)\s+255\s/.exec(bytes.toString("latin1", 0, 64));
  if (head === null) throw new Error(`${path} is no PGM`);
  const [width, height] = [Number(head[1]), Number(head[2])];
  return { width, height, grey: bytes.subarray(head[0].length) };
}

export async function writePicture(path: string, picture: Picture): Promise<void> {
  const { width, height, grey } = picture;
  await writeFile(path, Buffer.concat([Buffer.from(`P5\n${width} ${height}\n255\n`), grey]));
}

/** A part of it; what lies outside is white. */
export function cut(
  picture: Picture,
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
): Picture {
  const [left, top] = [Math.round(x), Math.round(y)];
  return drawn(Math.round(width), Math.round(height), (column, row) =>
    dotAt(picture, left + column, top + row),
  );
}

/** Turned about its middle, on white. */
export function turned(picture: Picture, degrees: number): Picture {
  const [sin, cos] = [Math.sin((degrees * Math.PI) / 180), Math.cos((degrees * Math.PI) / 180)];
  const side = Math.ceil(Math.hypot(picture.width, picture.height));
  return drawn(side, side, (x, y) => {
    const [dx, dy] = [x - side / 2, y - side / 2];
    return dotAt(
      picture,
      cos * dx + sin * dy + picture.width / 2,
      cos * dy - sin * dx + picture.height / 2,
    );
  });
}

/** Each dot the mean of those around it. */
export function blurred(picture: Picture, radius: number): Picture {
  const { width, height } = picture;
  return drawn(width, height, (x, y) => {
    let sum = 0;
    for (let dy = -radius; dy <= radius; dy++) {
      for (let dx = -radius; dx <= radius; dx++) sum += dotAt(picture, x + dx, y + dy);
    }
    return sum / (2 * radius + 1) ** 2;
  });
}

export function scaled(picture: Picture, factor: number): Picture {
  const [width, height] = [picture.width * factor, picture.height * factor].map(Math.round);
  return drawn(width ?? 0, height ?? 0, (x, y) => dotAt(picture, x / factor, y / factor));
}

function drawn(width: number, height: number, dot: (x: number, y: number) => number): Picture {
  const grey = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) grey[y * width + x] = dot(x, y);
  }
  return { width, height, grey };
}

/** Between dots, the mean of the four around. */
function dotAt({ width, height, grey }: Picture, x: number, y: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [right, down] = [x - left, y - top];
  const at = (column: number, row: number) =>
    column < 0 || row < 0 || column >= width || row >= height
      ? WHITE
      : (grey[row * width + column] ?? WHITE);
  const upper = at(left, top) * (1 - right) + at(left + 1, top) * right;
  const lower = at(left, top + 1) * (1 - right) + at(left + 1, top + 1) * right;
  return upper * (1 - down) + lower * down;
}
