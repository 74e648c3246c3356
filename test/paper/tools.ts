import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { discard } from "../discard.ts";

// What strangers' programs make of our PDF. Debian: `apt-get install poppler-utils zbar-tools zxing-cpp-tools`.

const run = promisify(execFile);

export const HAS_POPPLER: boolean =
  spawnSync("pdftotext", ["-v"]).status === 0 && spawnSync("pdftoppm", ["-v"]).status === 0;
export const HAS_ZBAR: boolean = spawnSync("zbarimg", ["--version"]).status === 0;
export const HAS_ZXING: boolean = spawnSync("ZXingReader", ["-help"]).error === undefined;

/** Whether a test is to be skipped, which it says in one line; CI has every program. */
export function isSkipped(what: string, ...has: readonly boolean[]): boolean {
  if (has.every((each) => each)) return false;
  if (process.env.CI === "true") throw new Error(`CI lacks a program for ${what}`);
  console.log(`skipped ${what}: not all programs for it are installed`);
  return true;
}

/** Does something with a file of its own. */
export async function withFile<T>(
  bytes: Uint8Array,
  work: (path: string) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), "cityid-paper-"));
  try {
    const path = join(directory, "page.pdf");
    await writeFile(path, bytes);
    return await work(path);
  } finally {
    discard(directory);
  }
}

/** The words of a document, as whoever copies them gets them. */
export async function textOf(path: string): Promise<string> {
  return (await run("pdftotext", ["-layout", path, "-"])).stdout;
}

/** The same in the order in which it was drawn. */
export async function drawnTextOf(path: string): Promise<string> {
  return (await run("pdftotext", ["-raw", path, "-"], { maxBuffer: 1 << 26 })).stdout;
}

/** What poppler objects to. */
export async function complaintsOf(path: string): Promise<string> {
  const { stderr } = await run("pdftoppm", ["-r", "30", "-png", path, path]);
  return stderr;
}

export async function pageCountOf(path: string): Promise<number> {
  const { stdout } = await run("pdfinfo", [path]);
  return Number(/^Pages: +(\d+)$/m.exec(stdout)?.[1]);
}

/** What a scanner reads on the first page, printed with so many dots an inch. */
export async function scan(path: string, dots: number): Promise<string> {
  await run("pdftoppm", ["-r", String(dots), "-png", "-singlefile", path, path]);
  const { stdout } = await run("zbarimg", ["-q", "--raw", `${path}.png`]);
  return stdout.trim();
}

/** What two scanners, of two makers, read in pictures with one symbol each; "" where one reads nothing. */
export async function readSymbols(
  paths: readonly string[],
): Promise<{ readonly zbar: string[]; readonly zxing: string[] }> {
  const options = { maxBuffer: 1 << 26 };
  // Both end with a failure where a picture has nothing for them, and have said what they found in the others.
  const said = (thrown: { stdout?: string }) => ({ stdout: thrown.stdout ?? "" });
  const xml = ["-q", "--xml", "--nodbus", "-Sdisable", "-Sqrcode.enable"];
  const [zbar, zxing] = await Promise.all([
    run("zbarimg", [...xml, ...paths], options).catch(said),
    run("ZXingReader", ["-1", "-format", "QRCode", ...paths], options).catch(said),
  ]);
  const lines = zxing.stdout.split("\n");
  return {
    zbar: paths.map((path) => {
      const [, source = ""] = zbar.stdout.split(`<source href='${path}'>`);
      return /<data><!\[CDATA\[(.*?)\]\]>/.exec(source.split("</source>")[0] ?? "")?.[1] ?? "";
    }),
    zxing: paths.map((path) => {
      const line = lines.find((each) => each.startsWith(`${path} `));
      return /"(.*)"\s*$/.exec(line ?? "")?.[1] ?? "";
    }),
  };
}

/** All pages as PGM, in order. */
export async function pagesOf(path: string, dots: number): Promise<string[]> {
  const prefix = `${path}-page`;
  await run("pdftoppm", ["-r", String(dots), "-gray", path, prefix]);
  const names = await readdir(dirname(path));
  return names
    .filter((name) => name.startsWith(basename(prefix)) && name.endsWith(".pgm"))
    .toSorted()
    .map((name) => join(dirname(path), name));
}

/** The grey of a page, a byte a dot. */
export async function pictureOf(path: string, dots: number): Promise<Uint8Array> {
  await run("pdftoppm", ["-r", String(dots), "-gray", "-singlefile", path, path]);
  return readFile(`${path}.pgm`);
}
