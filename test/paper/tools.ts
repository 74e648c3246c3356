import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

// What strangers' programs make of our PDF. Debian: `apt-get install poppler-utils zbar-tools`.

const run = promisify(execFile);

export const HAS_POPPLER: boolean =
  spawnSync("pdftotext", ["-v"]).status === 0 && spawnSync("pdftoppm", ["-v"]).status === 0;
export const HAS_ZBAR: boolean = spawnSync("zbarimg", ["--version"]).status === 0;

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
    await rm(directory, { recursive: true });
  }
}

/** The words of a document, as whoever copies them gets them. */
export async function textOf(path: string): Promise<string> {
  return (await run("pdftotext", ["-layout", path, "-"])).stdout;
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

/** The grey of a page, a byte a dot. */
export async function pictureOf(path: string, dots: number): Promise<Uint8Array> {
  await run("pdftoppm", ["-r", String(dots), "-gray", "-singlefile", path, path]);
  return readFile(`${path}.pgm`);
}
