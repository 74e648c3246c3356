import { crc32, deflateRawSync } from "node:zlib";
import { concat, utf8 } from "../../core/index.ts";

// A ZIP archive as it is written, one file after the other: in memory is the list of what is in it, no content. As old programs
// read it, so without the extensions for large ones. @see APPNOTE.TXT 6.3, 4.3 (ISO/IEC 21320-1 takes this part of it)

export type ZipWriter = {
  add(name: string, bytes: Uint8Array): Promise<void>;
  /** Writes the list, which ends the archive. */
  finish(): Promise<void>;
};

/** Files that one archive holds at most; 65 535 is where another format begins. */
export const MAX_ZIP_FILES = 20_000;

const VERSION = 20;
/** Names are UTF-8. */
const FLAGS = 0x0800;
const DEFLATED = 8;

/** @param timeSeconds Unix time, of every file in it: the same content makes the same archive */
export function createZip(
  write: (bytes: Uint8Array) => Promise<void>,
  timeSeconds: number,
): ZipWriter {
  const stamp = dosTime(timeSeconds);
  const directory: Uint8Array[] = [];
  let offset = 0;
  const put = async (bytes: Uint8Array) => {
    await write(bytes);
    offset += bytes.length;
  };
  return {
    add: async (name, bytes) => {
      const data = deflateRawSync(bytes);
      const title = utf8(name);
      const about = fields(
        [VERSION, 2],
        [FLAGS, 2],
        [DEFLATED, 2],
        [stamp, 4],
        [crc32(bytes), 4],
        [data.length, 4],
        [bytes.length, 4],
        [title.length, 2],
        [0, 2],
      );
      const listed = fields([0, 2], [0, 2], [0, 2], [0, 4], [offset, 4]);
      directory.push(concat(fields([0x02014b50, 4], [VERSION, 2]), about, listed, title));
      await put(concat(fields([0x04034b50, 4]), about, title, data));
    },
    finish: async () => {
      const start = offset;
      const count = directory.length;
      await put(concat(...directory));
      const end = fields([0, 2], [0, 2], [count, 2], [count, 2], [offset - start, 4], [start, 4]);
      await put(concat(fields([0x06054b50, 4]), end, fields([0, 2])));
    },
  };
}

/** Numbers with so many bytes each, the least significant first. */
function fields(...numbers: readonly (readonly [value: number, bytes: 2 | 4])[]): Uint8Array {
  const bytes = new Uint8Array(numbers.reduce((sum, [, length]) => sum + length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [value, length] of numbers) {
    if (length === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += length;
  }
  return bytes;
}

/** Date and time as two words, of which the lower is the time; the era begins in 1980. */
function dosTime(timeSeconds: number): number {
  const at = new Date(timeSeconds * 1000);
  const date =
    ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate();
  const time = (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1);
  return date * 0x1_0000 + time;
}
